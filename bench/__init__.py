"""What measures speed, memory and scale. `make bench` runs all of it; figures go to docs/performance.md."""

import os

# As the app itself does at its start, before Textual is imported.
os.environ.setdefault("TEXTUAL_FPS", "400")
