"""The identity of a list of texts: what was computed of them is kept under it."""

from __future__ import annotations

import hashlib


class Digest:
    """blake2b of 16 bytes over ids, titles and bodies, in their order."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=16)

    def add(self, id: str, title: str, body: str) -> None:
        parts = [part.encode("utf-8", "surrogatepass") for part in (id, title, body)]
        # Lengths first, so that no two lists of texts give the same bytes.
        self._hash.update(b"%d %d %d " % (len(parts[0]), len(parts[1]), len(parts[2])))
        self._hash.update(b"".join(parts))

    def hexdigest(self) -> str:
        return self._hash.hexdigest()
