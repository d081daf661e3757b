"""What takes minutes to show, for `make soak`: random kills of everything, and a chat of thousands of messages."""
