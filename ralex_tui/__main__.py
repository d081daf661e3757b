"""`python -m ralex_tui` is `ralex`."""

import sys

from ralex_tui.cli.main import main

sys.exit(main())
