"""How a model's provider is reached: kind of API, address, key. From the settings and the environment.

Knows nothing of LiteLLM beyond the prefixes of its model names; sends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from ralex_tui.adapters.secret import Secret
from ralex_tui.config.schema import ProviderSettings, Settings
from ralex_tui.domain.errors import ConfigError
from ralex_tui.domain.models import ModelRef
from ralex_tui.domain.text import visible_line

LOCAL_PROVIDER = "local"
"""The provider whose models the embedded server answers."""

EMBEDDED_REF = ModelRef(f"{LOCAL_PROVIDER}/smollm2-135m-instruct")
"""The embedded model."""

KEY_VARIABLES: Mapping[str, str] = {
    "openrouter": "OPENROUTER_API_KEY",
    "anthropic": "ANTHROPIC_API_KEY",
    "openai": "OPENAI_API_KEY",
    "gemini": "GEMINI_API_KEY",
}
"""The well-known providers, which need no entry in config.yaml, and their keys' variables."""

OPENROUTER = "openrouter"

OPENROUTER_ADDRESS = "https://openrouter.ai/api/v1"

KIND_ADDRESSES: Mapping[str, str] = {
    OPENROUTER: OPENROUTER_ADDRESS,
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com/v1",
    "gemini": "https://generativelanguage.googleapis.com/v1beta",
}
"""Where the kinds have their own addresses."""

# LiteLLM takes a key from the environment when it is given none, and a key belongs to one host
# only: so it is always given one.
NO_KEY = Secret("no-key")

_OLLAMA = "http://127.0.0.1:11434"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one provider's models are reached.

    Args:
        provider: The part of a model's id before the first slash.
        kind: The kind of API, which is LiteLLM's prefix: openai, anthropic, gemini, openrouter, ollama_chat.
        api_base: The address; None for the kind's own.
        is_local: Whether it runs on this computer, where a first token may take long and nothing is billed.
    """

    provider: str
    kind: str
    key: Secret
    api_base: str | None = None
    is_local: bool = False

    def litellm_model(self, ref: ModelRef) -> str:
        """The model's name as LiteLLM wants it: `lan/qwen3` on an OpenAI-like server is `openai/qwen3`."""
        return f"{self.kind}/{ref.path}"


def endpoints(settings: Settings, environ: Mapping[str, str]) -> tuple[Endpoint, ...]:
    """All providers that can be reached: those of `providers:` and the well-known ones whose key is there.

    The embedded model is not among them: its address is known only once it runs.

    Raises:
        ConfigError: If an entry of `providers:` takes the embedded model's name.
    """
    if LOCAL_PROVIDER in settings.providers:
        raise ConfigError(
            f"providers.{LOCAL_PROVIDER} can't be set: the name belongs to the embedded model",
            hint="give the provider another name, or set local.gguf for a model file of your own",
        )
    own = (_own(name, entry, environ) for name, entry in settings.providers.items())
    known = (_known(name, environ) for name in KEY_VARIABLES if name not in settings.providers)
    return tuple(endpoint for endpoint in (*own, *known) if endpoint is not None)


def find_endpoint(ref: ModelRef, known: Iterable[Endpoint]) -> Endpoint | None:
    """The endpoint that answers for a model, or None."""
    return next((endpoint for endpoint in known if endpoint.provider == ref.provider), None)


def reachable(ref: ModelRef, settings: Settings, environ: Mapping[str, str], *, has_embedded: bool = True) -> bool:
    """Whether there is a key or an address for a model. Asks no server.

    Args:
        has_embedded: Whether the embedded model is installed (`EmbeddedModel.is_installed`).

    Raises:
        ConfigError: As `endpoints`.
    """
    known = endpoints(settings, environ)
    return has_embedded if ref.provider == LOCAL_PROVIDER else find_endpoint(ref, known) is not None


def openrouter_address(settings: Settings) -> str:
    """Where OpenRouter lists its models: at its own address, or where an entry of `providers:` has it."""
    entry = settings.providers.get(OPENROUTER)
    return (entry and entry.api_base) or OPENROUTER_ADDRESS


def has_openrouter_key(settings: Settings, environ: Mapping[str, str]) -> bool:
    """Whether OpenRouter can be used: its key is there."""
    return any(known.provider == OPENROUTER and known.key != NO_KEY for known in endpoints(settings, environ))


def key_hosts(settings: Settings) -> dict[str, str]:
    """Where the key in each variable goes, by the variable's name: its host and no other."""
    bound: dict[str, list[str]] = {}
    for name, entry in settings.providers.items():
        # As in `endpoints`: a kind's usual key goes to the kind's own address only.
        variable = entry.api_key_env or (KEY_VARIABLES.get(entry.kind) if entry.api_base is None else None)
        if variable:
            bound.setdefault(variable, []).append(_host(entry.api_base or KIND_ADDRESSES.get(entry.kind, name)))
    for name, variable in KEY_VARIABLES.items():
        if name not in settings.providers:
            bound.setdefault(variable, []).append(_host(KIND_ADDRESSES[name]))
    return {variable: f"for {' and '.join(dict.fromkeys(hosts))} only" for variable, hosts in bound.items()}


def _host(address: str) -> str:
    return visible_line(urlsplit(address).netloc or address, 80)


def _known(name: str, environ: Mapping[str, str]) -> Endpoint | None:
    key = environ.get(KEY_VARIABLES[name], "").strip()
    return Endpoint(name, name, Secret(key)) if key else None


def _own(name: str, entry: ProviderSettings, environ: Mapping[str, str]) -> Endpoint | None:
    """An entry of `providers:`; None while the variable that it names for its key is empty."""
    # A kind's usual key goes to the kind's own address only, never to one that an entry names.
    variable = entry.api_key_env or (KEY_VARIABLES.get(entry.kind) if entry.api_base is None else None)
    key = environ.get(variable, "").strip() if variable else ""
    if variable and not key:
        return None
    api_base = entry.api_base or (_OLLAMA if entry.kind == "ollama_chat" else None)
    return Endpoint(name, entry.kind, Secret(key) if key else NO_KEY, api_base, entry.local)
