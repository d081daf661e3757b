"""What measures speed, memory and scale. `make bench` runs all of it; figures go to docs/performance.md."""
