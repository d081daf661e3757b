"""What servers on this computer say of their models: some by an API of their own, others by OpenAI's.

All of it is foreign: whatever is of another type than it should be counts as not said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ralex_tui.adapters.loopback import Loopback, NotThere
from ralex_tui.config.fields import is_model_id
from ralex_tui.domain.local import FoundModel
from ralex_tui.domain.models import ModelRef

_MAX_MODELS = 50
_MAX_CONTEXT = 100_000_000

_SOFTWARE = {
    "ollama": "Ollama",
    "lmstudio": "LM Studio",
    "llamacpp": "llama.cpp",
    "vllm": "vLLM",
    "koboldcpp": "KoboldCpp",
}

# Models for other work than chat, where nothing but the name tells.
_OTHER_WORK = re.compile(
    r"(?:^|[/:._-])(?:embed\w*|text-embedding|bge|e5|gte|gtr|minilm|arctic-embed|rerank\w*|colbert|whisper\w*|parakeet"
    r"|tts|stt|asr|kokoro|piper|stable-diffusion|sdxl|flux|clip|siglip|moderation)(?:[/:._\d-]|$)",
    re.IGNORECASE,
)
# Of Ollama's models those that run at its makers': neither local nor free.
_CLOUD = re.compile(r"[:-]cloud$")
_LM_STUDIO_CHAT = ("llm", "vlm")


@dataclass(frozen=True, slots=True)
class _Model:
    """A model as its server lists it."""

    name: str
    can_chat: bool = True
    is_loaded: bool = False
    context: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """What a server has said.

    Args:
        kind: What its models are called by where the settings have no name for it: one of `FOUND_PROVIDERS`.
        software: What it is, where it has told; else what is known of it.
        trouble: Why its models can't be used; empty where they can.
    """

    kind: str
    models: tuple[_Model, ...] = ()
    software: str = "a server that speaks OpenAI's API"
    trouble: str = ""

    def named(self, provider: str) -> tuple[FoundModel, ...]:
        """Those that can be used, the loaded ones first, 50 at most."""
        fit: dict[str, FoundModel] = {}
        for model in self.models:
            model_id = f"{provider}/{model.name}"
            if model.can_chat and is_model_id(model_id):
                fit.setdefault(model_id, FoundModel(ModelRef(model_id), model.is_loaded, model.context))
        return tuple(sorted(fit.values(), key=lambda model: not model.is_loaded)[:_MAX_MODELS])

    @property
    def n_left_out(self) -> int:
        return len(self.models) - len(self.named("any"))


def list_models(server: Loopback, usual: str, prefix: str) -> Listed | None:
    """Ask a server for its models; None where it has nothing to do with models. Blocks.

    Args:
        usual: Which kind of server listens at this port usually.
        prefix: The path before "/models".

    Raises:
        NotThere: If nothing answers.
    """
    if usual == "ollama" and (found := _ollama(server)) is not None:
        return found
    if usual == "lmstudio" and (found := _lm_studio(server)) is not None:
        return found
    return _openai(server, usual, prefix)


def _ollama(server: Loopback) -> Listed | None:
    answer = server.get("/api/tags")
    listed = _objects(answer.content, "models")
    if answer.status != 200 or listed is None:
        return None
    loaded = _loaded_by_ollama(server) if listed else {}
    models = []
    for entry in listed:
        name = _text(entry.get("name")) or _text(entry.get("model"))
        can_chat = _ollama_chats(entry, name)
        models.append(_Model(name, can_chat, name in loaded, loaded.get(name)))
    return Listed("ollama", tuple(models), _SOFTWARE["ollama"])


def _loaded_by_ollama(server: Loopback) -> dict[str, int | None]:
    """The models it holds in memory, and the context that each was loaded with."""
    try:
        listed = _objects(server.get("/api/ps").content, "models") or []
    except NotThere:
        return {}
    return {_text(entry.get("name")): _context(entry.get("context_length")) for entry in listed}


def _ollama_chats(entry: dict[str, object], name: str) -> bool:
    if entry.get("remote_host") or entry.get("remote_model") or _CLOUD.search(name):
        return False
    abilities = entry.get("capabilities")
    if isinstance(abilities, list) and abilities:
        return "completion" in abilities
    details = entry.get("details")
    family = _text(details.get("family")) if isinstance(details, dict) else ""
    return "bert" not in family and not _OTHER_WORK.search(name)


def _lm_studio(server: Loopback) -> Listed | None:
    answer = server.get("/api/v0/models")
    listed = _objects(answer.content, "data")
    if answer.status != 200 or listed is None:
        return None
    models = []
    for entry in listed:
        is_loaded = entry.get("state") == "loaded"
        # What it was loaded with is what holds; the most it could be loaded with promises too much.
        context = _context(entry.get("loaded_context_length")) if is_loaded else None
        models.append(_Model(_text(entry.get("id")), entry.get("type") in _LM_STUDIO_CHAT, is_loaded, context))
    return Listed("lmstudio", tuple(models), _SOFTWARE["lmstudio"])


def _openai(server: Loopback, usual: str, prefix: str) -> Listed | None:
    answer = server.get(f"{prefix}/models")
    if answer.status in (401, 403) and isinstance(answer.content, dict):
        return Listed(usual, trouble="it asks for a key")
    listed = _objects(answer.content, "data")
    if answer.status != 200 or listed is None:
        return None
    kind = _told_kind(listed)
    context = _llamacpp_context(server) if kind == "llamacpp" else None
    models = tuple(_openai_model(entry, kind, context, is_only=len(listed) == 1) for entry in listed)
    return Listed(kind, models, _SOFTWARE[kind]) if kind else Listed(usual, models)


def _told_kind(listed: Iterable[dict[str, object]]) -> str:
    """What the server says it is; empty where it says nothing that is known."""
    owners = {_text(entry.get("owned_by")).lower() for entry in listed}
    return next((kind for kind in _SOFTWARE if kind in owners), "")


def _openai_model(entry: dict[str, object], kind: str, context: int | None, *, is_only: bool) -> _Model:
    name = _text(entry.get("id"))
    if kind == "llamacpp" and name.endswith(".gguf"):
        # Without an alias it calls its one model by the file's path, and answers to any name.
        name = name.replace("\\", "/").rpartition("/")[2]
    status = entry.get("status")
    state = _text(status.get("value")) if isinstance(status, dict) else ""
    # Such a server has loaded the one model it serves; llama.cpp tells of each where it serves several.
    is_loaded = state == "loaded" or (not state and is_only and kind in ("llamacpp", "vllm", "koboldcpp"))
    told = _context(entry.get("max_model_len"))
    return _Model(name, _writes_text(entry, name), is_loaded, told or (context if is_loaded else None))


def _writes_text(entry: dict[str, object], name: str) -> bool:
    architecture = entry.get("architecture")
    outputs = architecture.get("output_modalities") if isinstance(architecture, dict) else None
    return not _OTHER_WORK.search(name) and ("text" in outputs if isinstance(outputs, list) and outputs else True)


def _llamacpp_context(server: Loopback) -> int | None:
    try:
        answer = server.get("/props")
    except NotThere:
        return None
    content = answer.content
    settings = content.get("default_generation_settings") if isinstance(content, dict) else None
    return _context(settings.get("n_ctx")) if isinstance(settings, dict) else None


def _objects(content: object, key: str) -> list[dict[str, object]] | None:
    """The objects of the list below `key`; None where there is no such list."""
    listed = content.get(key) if isinstance(content, dict) else None
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _context(value: object) -> int | None:
    """A number of tokens that makes sense, else None."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 < value <= _MAX_CONTEXT else None
