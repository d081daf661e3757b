"""How `ralex doctor` learns what is so."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from ralex_tui.bootstrap.setup import Setup
from ralex_tui.bootstrap.stores import open_ledger

if TYPE_CHECKING:
    from ralex_tui.services.health import Facts


def doctor_facts(setup: Setup) -> Facts:
    """How `ralex doctor` learns what is so."""
    from ralex_tui.adapters.doctor import installed_version, probe_folder
    from ralex_tui.adapters.endpoints import KEY_VARIABLES, endpoints
    from ralex_tui.adapters.local_engine import EmbeddedModel, gguf_file
    from ralex_tui.adapters.reach import reach
    from ralex_tui.services.health import Facts

    settings, paths = setup.settings, setup.paths
    known = {endpoint.provider: endpoint for endpoint in endpoints(settings, os.environ)}
    variables = [*KEY_VARIABLES.values(), *(p.api_key_env for p in settings.providers.values() if p.api_key_env)]
    model = EmbeddedModel(settings.local, paths)

    def read_ledger() -> int:
        with open_ledger(setup) as ledger:
            return len({entry.reservation.day for entry in ledger.entries_sync(date.min, date.max)})

    async def start_local() -> str:
        try:
            await model.start()
        finally:
            await model.close()
        return "it loads and answers"

    def versions(names: tuple[str, ...]) -> Mapping[str, str | None]:
        return {name: installed_version(name) for name in names}

    return Facts(
        versions=lambda: versions(("textual", "litellm", "tinydb", "PyYAML", "httpx", "orjson")),
        extras=lambda: versions(("xllamacpp",)),
        keys=lambda: {name: bool(os.environ.get(name)) for name in dict.fromkeys(variables)},
        write=lambda: probe_folder(paths.data),
        read_ledger=read_ledger,
        embedded=lambda: str(gguf_file(settings.local, paths, os.environ)) if model.is_installed else None,
        providers=list(known),
        reach=lambda name: reach(known[name]),
        start_local=start_local,
        prices_dated=settings.prices_dated,
    )
