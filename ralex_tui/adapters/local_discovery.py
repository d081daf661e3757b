"""Finds the servers on this computer that speak OpenAI's API: Ollama, LM Studio, llama.cpp, vLLM and what is like them.

Loopback addresses only, and no key to a server that was found and not configured. What a server says is
foreign text: only names that fit into a model's id get through. What each says of its models is read in local_lists.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from ralex_tui.adapters.endpoints import NO_KEY, Endpoint
from ralex_tui.adapters.local_lists import Listed, list_models
from ralex_tui.adapters.loopback import HOSTS, Loopback, NotThere, is_another_persons
from ralex_tui.config.schema import Settings
from ralex_tui.domain.local import FoundServer
from ralex_tui.domain.models import ModelRef

_USUAL_PORTS = {"ollama": 11434, "lmstudio": 1234, "llamacpp": 8080, "vllm": 8000}
_MAX_CONFIGURED = 8


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server may listen.

    Args:
        provider: What its models are called by; empty to be told by what answers.
        usual: Which of the kinds listens here usually: it decides what is asked first.
        prefix: The path before "/models".
        key: Of a configured server; empty for none.
    """

    port: int
    usual: str
    provider: str = ""
    hosts: tuple[str, ...] = HOSTS
    prefix: str = "/v1"
    key: str = ""


def usual_places() -> list[Place]:
    """The ports that such servers listen on where nobody has told them another."""
    return [Place(port, name) for name, port in _USUAL_PORTS.items()]


def places(settings: Settings, endpoints: Iterable[Endpoint], usual: Sequence[Place] | None = None) -> list[Place]:
    """Where to look: at the servers on this computer that the settings call local, then at the usual ports.

    Args:
        endpoints: Those of the settings, with their keys.
        usual: In place of the usual ports, for tests.
    """
    if not settings.local.discover:
        return []
    configured = [place for endpoint in endpoints if endpoint.is_local and (place := _configured(endpoint))]
    # An entry of config.yaml stands for its address, whatever it is called, and so does a cloud's tunnel there.
    taken = {place.port for place in configured} | {_port_here(endpoint.api_base) for endpoint in endpoints}
    found = [
        place
        for place in (usual_places() if usual is None else usual)
        if place.port not in taken and place.usual not in settings.providers
    ]
    return [*configured[:_MAX_CONFIGURED], *found]


async def find_servers(where: Sequence[Place]) -> list[FoundServer]:
    """Ask all places at once, each in a thread; those where something listens, in the order of `where`."""
    asked = await asyncio.gather(*(asyncio.to_thread(_look, place) for place in where))
    return _named_apart([server for server in asked if server is not None])


def found_endpoints(servers: Iterable[FoundServer]) -> list[Endpoint]:
    """How requests reach the servers that no entry of config.yaml stands for."""
    return [
        Endpoint(server.provider, "openai", NO_KEY, server.api_base, is_local=True)
        for server in servers
        if not server.is_configured
    ]


def _look(place: Place) -> FoundServer | None:
    """The server there; None where nothing listens, or nothing that has to do with models. Blocks."""
    for host in place.hosts:
        server = Loopback(host, place.port, key=place.key)
        if not place.provider and is_another_persons(place.port):
            return _server(place, server, Listed(place.usual, trouble="another user of this computer runs it"))
        try:
            listed = list_models(server, place.usual, place.prefix)
        except NotThere:
            continue
        if listed is not None:
            return _server(place, server, listed)
    return None


def _server(place: Place, server: Loopback, listed: Listed) -> FoundServer:
    provider = place.provider or listed.kind
    models = listed.named(provider)
    return FoundServer(
        provider=provider,
        software=listed.software,
        address=server.address,
        api_base=f"http://{server.address}{place.prefix}",
        models=models,
        n_left_out=listed.n_left_out,
        trouble=listed.trouble,
        is_configured=bool(place.provider),
    )


def _named_apart(servers: Sequence[FoundServer]) -> list[FoundServer]:
    """The same, where the second of a kind is called by its port too."""
    apart: list[FoundServer] = []
    for server in servers:
        is_taken = any(other.provider == server.provider for other in apart)
        apart.append(_renamed(server) if is_taken else server)
    return apart


def _renamed(server: FoundServer) -> FoundServer:
    name = f"{server.provider}-{server.address.rpartition(':')[2]}"
    models = tuple(replace(model, ref=ModelRef(f"{name}/{model.ref.path}")) for model in server.models)
    return replace(server, provider=name, models=models)


def _configured(endpoint: Endpoint) -> Place | None:
    """Where an entry of config.yaml listens on this computer, or None where it is on another."""
    port = _port_here(endpoint.api_base)
    if port is None or endpoint.api_base is None or endpoint.kind not in ("openai", "ollama_chat"):
        return None
    parts = urlsplit(endpoint.api_base)
    usual = next((name for name, known in _USUAL_PORTS.items() if known == port), "openai")
    is_ollama = endpoint.kind == "ollama_chat"
    return Place(
        port,
        "ollama" if is_ollama else usual,
        endpoint.provider,
        hosts=(parts.hostname,) if parts.hostname in HOSTS else HOSTS,
        prefix="" if is_ollama else parts.path,
        key="" if endpoint.key is NO_KEY else endpoint.key.reveal(),
    )


def _port_here(api_base: str | None) -> int | None:
    """The port of an address on this computer; None for any other."""
    parts = urlsplit(api_base or "")
    if parts.scheme != "http" or parts.hostname not in (*HOSTS, "localhost"):
        return None
    return parts.port or 80
