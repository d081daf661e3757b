"""Whether a folder lies on another computer's disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from ralex_tui.adapters.mounts import network_filesystem

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /home rw,relatime shared:2 - nfs4 server:/home rw,vers=4.2
31 30 0:41 / /home/ada/local\\040disk rw - xfs /dev/sdb1 rw
32 22 0:42 / /mnt/share rw - cifs //server/share rw
33 22 0:43 / /srv rw - nfs server:/srv rw
34 22 0:44 / /srv rw - tmpfs tmpfs rw
not a line of any kind
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/", None),
        ("/var/lib/ralex", None),
        ("/home/ada/.local/share/ralex", "nfs4"),
        ("/homes/ada", None),
        ("/home/ada/local disk/ralex", None),
        ("/mnt/share", "cifs"),
        ("/srv/ralex", None),
    ],
)
def test_network_filesystem_is_that_of_the_nearest_mount(tmp_path: Path, folder: str, kind: str | None) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS)

    assert network_filesystem(Path(folder), mounts) == kind


def test_network_filesystem_is_not_guessed_where_nobody_tells(tmp_path: Path) -> None:
    assert network_filesystem(Path("/home"), tmp_path / "nothing") is None


def test_network_filesystem_follows_links(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"1 1 8:1 / / rw - ext4 d rw\n2 1 0:1 / {tmp_path}/far rw - nfs s rw\n")
    (tmp_path / "far").mkdir()
    (tmp_path / "near").symlink_to(tmp_path / "far")

    assert network_filesystem(tmp_path / "near", mounts) == "nfs"
