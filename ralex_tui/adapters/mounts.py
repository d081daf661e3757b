"""Which kind of file system a folder lies on, for locks that hold on one computer only."""

from __future__ import annotations

import os
import re
from pathlib import Path

# File systems of other computers, where a lock taken here may not be seen there, or not at all.
_NETWORK = frozenset(("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "fuse.sshfs", "9p"))

_MOUNTS = Path("/proc/self/mountinfo")
_OCTAL = re.compile(r"\\([0-7]{3})")


def network_filesystem(folder: Path, mounts: Path = _MOUNTS) -> str | None:
    """The kind of the network file system that `folder` lies on; None on a disk, or where nobody tells.

    Linux alone tells, in `mountinfo` (see proc(5)).
    """
    try:
        lines = mounts.read_text(errors="surrogateescape").splitlines()
    except OSError:
        return None
    target = os.path.realpath(folder)
    # The longest mount point above the folder, and of equal ones the last: it covers the others.
    best, kind = "", None
    for line in lines:
        fields, dash, rest = line.partition(" - ")
        if not dash or len(fields.split(" ")) < 5:
            continue
        point = _OCTAL.sub(lambda code: chr(int(code[1], 8)), fields.split(" ")[4])
        is_above = target == point or target.startswith(point.rstrip("/") + "/")
        if is_above and len(point) >= len(best):
            best, kind = point, rest.split(" ", 1)[0]
    return kind if kind in _NETWORK else None
