"""What the program is about: money, models, conversations. Standard library only; no I/O."""
