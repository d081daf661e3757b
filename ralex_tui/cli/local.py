"""`ralex local`: the model that runs on this computer."""

from __future__ import annotations

import click

from ralex_tui import bootstrap
from ralex_tui.cli.options import Options
from ralex_tui.cli.output import note, write_json
from ralex_tui.domain.text import visible_line


@click.group("local")
def command() -> None:
    """Install the model that runs on this computer."""


@command.command("install")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object at the end.")
@click.pass_obj
def install(options: Options, as_json: bool) -> int:
    """Fetch the embedded model's weights, 100 MB, unless they are there.

    It is a small model, often wrong: one to try ralex with.
    """
    setup = options.setup_with_notices()
    weights = bootstrap.install_local_model(setup, lambda said: note(visible_line(said)))
    if as_json:
        write_json({"installed": str(weights), "bytes": weights.stat().st_size})
    else:
        print(f"the embedded model is in {visible_line(str(weights))}")
    return 0
