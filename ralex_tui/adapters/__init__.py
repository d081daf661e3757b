"""One module for each outside thing, behind a port."""
