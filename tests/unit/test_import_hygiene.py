"""What a fresh process has imported after doing something: what a static graph can't see."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

HEAVY = {"litellm", "textual", "rich", "httpx", "openai", "aiohttp", "structlog", "opentelemetry"}

RUN = """
import json, sys
from ralex_tui.cli.main import main
code = main(sys.argv[1:])
print(json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def run(code: str, *args: str) -> str:
    """The last line that a fresh Python prints."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, "-c", code, *args], capture_output=True, text=True, check=True, cwd=ROOT, env=environment
    )
    return ran.stdout.splitlines()[-1]


def imported_by(statement: str) -> set[str]:
    names = run(f"import sys\n{statement}\nprint(' '.join({{name.partition('.')[0] for name in sys.modules}}))")
    return set(names.split())


@pytest.mark.parametrize(
    "module",
    [
        "ralex_tui.services.turn",
        "ralex_tui.services.ledger",
        "ralex_tui.services.library",
        "ralex_tui.services.reports",
        "ralex_tui.services.health",
    ],
)
def test_services_know_no_screen_no_litellm_and_no_database(module: str) -> None:
    found = imported_by(f"import {module}")

    assert "ralex_tui" in found
    assert not found & (HEAVY | {"tinydb", "yaml", "click"})


def test_domain_needs_the_standard_library_only() -> None:
    modules = ", ".join(f"ralex_tui.domain.{path.stem}" for path in (ROOT / "ralex_tui" / "domain").glob("[a-z]*.py"))

    found = imported_by(f"import {modules}")

    # What Python's own zoneinfo reads to find the system's zones bears the platform in its name.
    others = {name for name in found if not name.startswith("_sysconfigdata")}
    assert others - set(sys.stdlib_module_names) <= {"ralex_tui", "_distutils_hack", "__main__"}


def test_the_first_paint_waits_for_no_parser_and_no_lexer() -> None:
    assert not imported_by("import ralex_tui.ui.app") & {
        *("markdown_it", "pygments", "litellm", "tinydb", "httpx", "structlog", "opentelemetry")
    }


def test_bootstrap_imports_nothing_heavy_by_itself() -> None:
    assert not imported_by("import ralex_tui.bootstrap") & (HEAVY | {"tinydb"})


@pytest.mark.parametrize(
    "args",
    [
        ["--version"],
        ["--help"],
        ["spend"],
        ["spend", "--json"],
        ["sessions", "list"],
        ["config", "check"],
        ["logs"],
        ["route", "hi"],
    ],
)
def test_quick_commands_import_neither_litellm_nor_textual(args: list[str], tmp_path: Path) -> None:
    home = [] if args[0].startswith("--") else ["--home", str(tmp_path)]

    code, modules = json.loads(run(RUN, *home, *args))

    # `route` finds no model here, and says so with 4: all the more it must be quick.
    assert code in (0, 4)
    assert not set(modules) & HEAVY


def test_version_imports_not_even_click() -> None:
    _, modules = json.loads(run(RUN, "--version"))

    assert not set(modules) & {"click", "yaml", "asyncio", "dataclasses"}


def test_what_looks_at_the_computer_is_not_imported_for_the_first_paint(tmp_path: Path) -> None:
    statement = f"""
from ralex_tui import bootstrap
bootstrap.build_services(bootstrap.load({str(tmp_path)!r}, None, None))
import ralex_tui.ui.app
"""
    names = run(f"import sys\n{statement}\nprint(' '.join(sys.modules))").split()

    late = ("adapters.local_discovery", "adapters.loopback", "adapters.terminal_report", "services.health")
    assert "ralex_tui.services.local" in names
    assert not {*(f"ralex_tui.{name}" for name in late), "http.client"} & set(names)
