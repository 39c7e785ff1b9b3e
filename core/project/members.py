"""Which names an archive's members may have: those that mean one file, inside the target, on every system."""

from __future__ import annotations

import re
import stat
import unicodedata
import zipfile
from collections.abc import Iterable

_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')
LONGEST_PART, LONGEST_NAME = 255, 1024


def objection(name: str) -> str | None:
    """Why a member may not be called `name`; None when it may."""
    if not name or name.startswith("/"):
        return "is an absolute path" if name else "has no name"
    if re.match(r"[A-Za-z]:", name):
        return "has a drive letter"
    if "\\" in name:
        return "has a backslash"
    if _FORBIDDEN.search(name):
        return "has a character that file names must not have"
    if len(name.encode("utf-8", "surrogatepass")) > LONGEST_NAME:
        return "has too long a name"
    for part in name.split("/"):
        if part == "..":
            return "leads out of the folder"
        if part in ("", "."):
            return "has an empty part in its path"
        if part != part.rstrip(". "):
            return "ends in a dot or a space"
        if _RESERVED.fullmatch(part):
            return "has a name that Windows reserves"
        if len(part.encode("utf-8", "surrogatepass")) > LONGEST_PART:
            return "has too long a name"
    return None


def objection_to_member(info: zipfile.ZipInfo) -> str | None:
    """Why a zip's member is refused: its name, or for being something else than a plain file."""
    mode = info.external_attr >> 16
    if stat.S_ISLNK(mode):
        return "is a link"
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "is not a plain file"
    if info.flag_bits & 0x1:
        return "is encrypted"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is packed in an unusual way"
    # orig_filename: zipfile itself cuts a name at a NUL and changes separators.
    return objection(info.orig_filename)


def clash(names: Iterable[str]) -> str | None:
    """A name that some system would take for another, or for a folder of another; None if all differ."""
    files: set[str] = set()
    folders: set[str] = set()
    for name in names:
        folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
        parts = folded.split("/")
        above = {"/".join(parts[:depth]) for depth in range(1, len(parts))}
        if folded in files or folded in folders or above & files:
            return name
        files.add(folded)
        folders |= above
    return None
