"""How the router behind Auto is trained, and how well it does: `python -m bench.routing train|evaluate DIR`.

DIR holds recorded outcomes of a weak and a strong model, prompt by prompt (*.jsonl.gz; see data.py). They are no
part of this repository; the trained table of numbers is (ralex_tui/adapters/router.table).
"""
