"""The wheel: what travels in it, and that it works where there is no checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from ralex_tui import __version__

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of a new venv with the wheel in it. Needs no network."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=False, symlinks=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    # The dependencies are this environment's; the package itself must come out of the wheel, so it is
    # installed before them on the path, and by pip, which makes the `ralex` command.
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python")]
    subprocess.run(
        [*pip, "install", "--quiet", "--no-deps", "--no-index", "--disable-pip-version-check", str(wheel)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    (site / "zz_dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin"


def run(installed: Path, folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"}
    return subprocess.run(
        [installed / args[0], *args[1:]],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_wheel_carries_settings_themes_styles_and_licence(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    themes = {f"ralex_tui/_bundled/themes/{path.name}" for path in (ROOT / "themes").glob("*.yaml")}
    styles = {str(path.relative_to(ROOT)) for path in (ROOT / "ralex_tui").rglob("*.tcss")}
    assert "ralex_tui/_bundled/config.yaml" in names
    assert len(themes) >= 4
    assert themes | styles <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_wheel_carries_nothing_else(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}

    assert tops == {"ralex_tui", f"ralex_tui-{__version__}.dist-info"}


def test_installed_package_comes_out_of_the_wheel(installed: Path, tmp_path: Path) -> None:
    ran = run(installed, tmp_path, "python", "-c", "import ralex_tui; print(ralex_tui.__file__)")

    assert ran.stdout.startswith(str(installed.parent))


def test_installed_command_tells_its_version(installed: Path, tmp_path: Path) -> None:
    ran = run(installed, tmp_path, "ralex", "--version")

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, f"ralex {__version__}\n", "")


def test_installed_settings_and_themes_can_be_used_from_another_folder(installed: Path, tmp_path: Path) -> None:
    ran = run(installed, tmp_path, "ralex", "--home", str(tmp_path / "home"), "config", "check")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "the defaults hold; they are fine" in ran.stdout
