"""What LiteLLM finds in the environment when it is imported."""

from __future__ import annotations

import pytest

from ralex_tui.adapters.child import child_env
from ralex_tui.adapters.litellm_setup import prepare_environment


def test_litellm_is_kept_from_the_network_and_from_env_files() -> None:
    environ = {"LITELLM_LOG": "DEBUG", "LITELLM_MODE": "DEV"}

    prepare_environment(environ)

    assert environ["LITELLM_MODE"] == "PRODUCTION"
    assert environ["LITELLM_LOCAL_MODEL_COST_MAP"] == "True"
    assert "LITELLM_LOG" not in environ


@pytest.mark.parametrize("name", ["OPENAI_BASE_URL", "OPENAI_API_BASE", "ANTHROPIC_BASE_URL", "OLLAMA_API_BASE"])
def test_inherited_addresses_are_dropped(name: str) -> None:
    environ = {name: "http://10.0.0.1"}

    prepare_environment(environ)

    assert name not in environ


def test_loopback_goes_past_a_proxy() -> None:
    environ = {"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "intranet,localhost"}

    prepare_environment(environ)

    assert environ["HTTPS_PROXY"] == "http://proxy:3128"
    assert environ["NO_PROXY"] == "intranet,localhost,127.0.0.1,::1"
    assert environ["no_proxy"] == "127.0.0.1,localhost,::1"


def test_children_inherit_what_they_need_and_no_keys() -> None:
    environ = {
        "PATH": "/bin",
        "LC_ALL": "C.UTF-8",
        "HTTPS_PROXY": "http://proxy:3128",
        "OPENAI_API_KEY": "sk-1",
        "AWS_SECRET_ACCESS_KEY": "2",
        "OPENAI_BASE_URL": "http://10.0.0.1",
    }

    env = child_env(environ)

    assert {name: env[name] for name in env if name != "PYTHONPATH"} == {
        "PATH": "/bin",
        "LC_ALL": "C.UTF-8",
        "HTTPS_PROXY": "http://proxy:3128",
    }
