"""The `ralex` command."""
