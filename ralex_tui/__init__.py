"""Ralex: a terminal chat with language models that keeps a day's limit."""

__version__ = "0.1.0"
