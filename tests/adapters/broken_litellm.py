"""LiteLLMs that break, each in its own way: packages of that name, to be put first on a child's PYTHONPATH."""

from __future__ import annotations

from pathlib import Path

NOISE = "\x1b]0;owned by noise\x07\x1b[2J\x1b[31mNOISE-4711"
"""What a noisy one prints: a window title, a cleared screen, a colour, and a word."""

# As if the package were not installed: it can't be found, wherever it lies.
_MISSING = """
import sys

class Gone:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] == "litellm":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Gone)
"""

_RAISES = 'raise RuntimeError("no such symbol \\x1b[31m")'
_EXITS = "import os; os._exit(3)"
_CRASHES = 'import ctypes; ctypes.CDLL(None).printf(b"last words of C\\\\n"); ctypes.string_at(0)'
# A C function that does not let go of the interpreter: nothing else runs in that process.
_FREEZES = "import ctypes; ctypes.PyDLL(None).sleep(3600)"

_WAITS = """
import os, time
while not os.path.exists({gate!r}):
    time.sleep(0.02)
"""

_NOISE = """
import os, sys
def noise():
    print({noise!r})
    print({noise!r}, file=sys.stderr)
    os.write(1, {noise!r}.encode())
    os.write(2, {noise!r}.encode())
    os.system("echo from a shell")
noise()
"""

_NOISY_CALLS = """
answer = litellm.Router.acompletion
async def acompletion(*args, **kwargs):
    noise()
    return await answer(*args, **kwargs)
litellm.Router.acompletion = acompletion
"""

_BROKEN_CALLS = """
answer = litellm.Router.acompletion
n_good = {n_good}
async def acompletion(*args, **kwargs):
    global n_good
    n_good -= 1
    if n_good < 0:
        raise AttributeError("'NoneType' object has no attribute 'choices'")
    return await answer(*args, **kwargs)
litellm.Router.acompletion = acompletion
"""

# From here on it is the real one.
_REAL = """
import importlib, sys
sys.path.remove({folder!r})
del sys.modules["litellm"]
litellm = importlib.import_module("litellm")
"""


def missing(folder: Path) -> Path:
    """One that is not there. Returns the folder for PYTHONPATH, as all of these do."""
    folder.mkdir(parents=True)
    (folder / "sitecustomize.py").write_text(_MISSING)
    return folder


def raising(folder: Path) -> Path:
    """One that raises when it is imported."""
    return _package(folder, _RAISES)


def exiting(folder: Path) -> Path:
    """One that ends the process when it is imported."""
    return _package(folder, _EXITS)


def crashing(folder: Path) -> Path:
    """One that prints from C and crashes when it is imported."""
    return _package(folder, _CRASHES)


def freezing(folder: Path) -> Path:
    """One at whose import the whole process stands still."""
    return _package(folder, _FREEZES)


def waiting(folder: Path) -> Path:
    """One whose import takes until the file `gate` beside its folder appears; then it is the real one."""
    return _package(folder, _WAITS.format(gate=str(gate(folder))) + _REAL.format(folder=str(folder)))


def gate(folder: Path) -> Path:
    """The file that a waiting one waits for."""
    return folder.with_name("gate")


def noisy(folder: Path) -> Path:
    """The real one, which prints all over the place when it is imported and at each request."""
    return _package(folder, _NOISE.format(noise=NOISE) + _REAL.format(folder=str(folder)) + _NOISY_CALLS)


def confused(folder: Path, n_good: int = 0) -> Path:
    """The real one, in which each request but the first `n_good` raises what no provider says."""
    return _package(folder, _REAL.format(folder=str(folder)) + _BROKEN_CALLS.format(n_good=n_good))


def _package(folder: Path, code: str) -> Path:
    package = folder / "litellm"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(code)
    return folder
