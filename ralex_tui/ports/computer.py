"""What can be found out about the computer: its disk and its terminal. What it means is the services' to say."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DiskFacts:
    """The data folder's disk and locks.

    Args:
        free_bytes: What an ordinary user may still write there.
        network: The kind of the network file system it lies on; empty on a disk, or where nobody tells.
        holder: Who holds the ledger's lock at this moment; empty where nobody does.
        n_running: Processes of ralex that use the folder, this one included where it has begun to.
        n_stale: Life locks of processes that have died, which the next start sweeps away.
    """

    free_bytes: int
    network: str = ""
    holder: str = ""
    n_running: int = 0
    n_stale: int = 0


@dataclass(frozen=True, slots=True)
class TerminalFacts:
    """What the environment and, where it was asked, the terminal itself tell.

    Args:
        is_terminal: Whether there is one at all, and no file or pipe.
        n_colours: 0, 16, 256 or 16,777,216.
        why_colours: By which variable that is known.
        encoding: Of the locale, such as "utf-8".
        within: What stands between: "tmux", "screen", "ssh".
        clipboard: The programs that a copied text goes to; `has_osc52` whether the terminal takes one too.
        kitty_keys: Whether it tells keys apart by kitty's protocol; None where it was not asked or did not say.
        synchronised: Whether it shows a frame as a whole; None as above.
        glyph_cells: The cells that one of our glyphs took when it was tried; None where it was not.
        is_east_asian: Whether the locale is of a language in which such glyphs are often drawn two wide.
    """

    is_terminal: bool = True
    term: str = ""
    n_colours: int = 16
    why_colours: str = "TERM"
    columns: int = 80
    rows: int = 24
    encoding: str = "utf-8"
    within: tuple[str, ...] = ()
    clipboard: tuple[str, ...] = ()
    has_osc52: bool = True
    kitty_keys: bool | None = None
    synchronised: bool | None = None
    glyph_cells: int | None = None
    is_east_asian: bool = False
