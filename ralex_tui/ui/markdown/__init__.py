"""Markdown as rows of a terminal: a text in, flat leaves out. Knows nothing of conversations and widgets."""
