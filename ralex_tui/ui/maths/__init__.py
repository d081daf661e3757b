"""TeX formulas as readable Unicode. Knows nothing of Markdown and of screens."""
