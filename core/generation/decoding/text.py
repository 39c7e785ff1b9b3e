"""The text that tokens spell: whole characters, ended by stop strings and limits."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from copy import copy

from core.generation.result_parts import Stopped


class Text:
    """Grows by the bytes of tokens. Positions within are bytes as they were written.

    Args:
        skip: what the first tokens spell again of the prompt; left out of the text, if it is there.
        stop: ends the text where it appears, and is left out with what follows.
        max_bytes: ends it there or a little later, at the end of a token and of a character.
    """

    def __init__(
        self, *, skip: bytes = b"", stop: Sequence[bytes] = (), max_bytes: int | None = None
    ) -> None:
        self.stopped: Stopped | None = None
        self._skip = skip
        self._stop = tuple(stop)
        self._longest = max(map(len, stop), default=0)
        self._max_bytes = max_bytes
        self._data = b""
        self._read = 0  # bytes that are decoded
        self._text: list[str] = []
        # Where bytes were no character, the text's UTF-8 is longer than what was written, from there on.
        self._repaired: list[int] = []
        self._shift = [0]

    def __len__(self) -> int:
        """Bytes so far, half characters and what may become a stop string included."""
        return len(self._data)

    def copy(self) -> Text:
        """For what may be written instead of something else."""
        other = copy(self)
        other._text, other._repaired, other._shift = [*self._text], [*self._repaired], [*self._shift]
        return other

    def add(self, piece: bytes) -> None:
        """A token more; `stopped` tells if the text ends here."""
        if self._skip:
            piece = self._without_skip(piece)
        before = len(self._data)
        self._data += piece
        if self._longest:
            begin = max(0, before - self._longest + 1)
            at = min((at for stop in self._stop if (at := self._data.find(stop, begin)) >= 0), default=-1)
            if at >= 0:
                self._data = self._data[:at]
                self.stopped = "stop"
        full = self._max_bytes is not None and len(self._data) >= self._max_bytes
        if full and self.stopped is None and not _unfinished(self._data):
            self.stopped = "length"

    def take(self, *, end: bool = False) -> str:
        """The characters that are sure by now and were not taken before.

        Args:
            end: nothing follows: what was held back comes, half a character as U+FFFD.
        """
        sure = len(self._data) if end or self.stopped == "stop" else len(self._data) - self._held()
        taken = ""
        while self._read < sure:
            data = self._data[self._read : sure]
            try:
                taken += data.decode()
                self._read = sure
            except UnicodeDecodeError as error:
                taken += data[: error.start].decode()
                self._read += error.start
                if error.end == len(data) and _unfinished(data) and not end:
                    break
                taken += "\ufffd"
                self._read += error.end - error.start
                self._repaired.append(self._read)
                self._shift.append(self._shift[-1] + 3 - (error.end - error.start))
        self._text.append(taken)
        return taken

    @property
    def sure(self) -> int:
        """How far the text was taken, in bytes as written."""
        return self._read

    @property
    def text(self) -> str:
        """All that was taken."""
        return "".join(self._text)

    def place(self, position: int) -> int:
        """Where a position that was taken lies in the text's UTF-8."""
        return max(0, position + self._shift[bisect_right(self._repaired, position)])

    def _without_skip(self, piece: bytes) -> bytes:
        if piece.startswith(self._skip):
            rest, self._skip = piece[len(self._skip) :], b""
            return rest
        if self._skip.startswith(piece):
            self._skip = self._skip[len(piece) :]
            return b""
        self._skip = b""
        return piece

    def _held(self) -> int:
        """Bytes at the end that may turn out to begin a stop string."""
        for length in range(min(self._longest - 1, len(self._data)), 0, -1):
            if any(stop.startswith(self._data[-length:]) for stop in self._stop if length < len(stop)):
                return length
        return 0


def _unfinished(data: bytes) -> bool:
    """Whether the last character may still become one."""
    for back in range(1, min(3, len(data)) + 1):
        byte = data[-back]
        if byte & 0xC0 != 0x80:
            needed = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2 if byte >= 0xC0 else 1
            if back >= needed:
                return False
            try:
                data[-back:].decode()
            except UnicodeDecodeError as error:
                return error.reason == "unexpected end of data"
    return False
