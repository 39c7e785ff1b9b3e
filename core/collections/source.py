"""The bytes of a file, plain or packed with gzip, in lines and by place."""

from __future__ import annotations

import gzip
import os
import tempfile
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from core.errors import UserError
from core.jobs.context import Context
from core.json_files import unreadable

MOST_BYTES = 8 * 2**20
"""Of a line; a longer one is no text of a document."""
_HELD = 32 * 2**20
"""Unpacked bytes that are held in memory; more go to a temporary file."""
_BLOCK = 2**20
_BOM = b"\xef\xbb\xbf"
_OTHER_BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


class Source:
    """A file to be gone through in lines; and, by `read`, wherever one likes: a packed file is unpacked for
    that, once.

    Raises:
        UserError: it cannot be read, or is damaged, or is UTF-16.
    """

    def __init__(self, path: Path, ctx: Context | None, *, field: str | None) -> None:
        self.path, self._ctx, self._field = path, ctx, field
        self._lock = threading.Lock()
        self._unpacked: IO[bytes] | None = None
        try:
            with path.open("rb") as file:
                self._stamp = _stamp(file)
        except OSError as error:
            raise unreadable(path, error, field=field) from None

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def packed(self) -> bool:
        return self.path.suffix == ".gz"

    @property
    def size(self) -> int:
        """Bytes, unpacked."""
        if not self.packed:
            return self._stamp[0]
        with self._lock:
            return self._open_unpacked().seek(0, os.SEEK_END)

    def lines(self) -> Iterator[tuple[int, int, bytes | None]]:
        """Number from 1, byte at which it starts, and bytes of each line; without byte order mark, with its
        line end. None instead of the bytes where there are more than `MOST_BYTES`."""
        with self._opened() as (file, bare):
            yield from self._lines(file, bare)

    def blocks(self) -> Iterator[tuple[int, bytes]]:
        """The number of the first line, and some whole lines together, without byte order mark.

        Raises:
            UserError: a line has more than `MOST_BYTES`.
        """
        number = 1
        with self._opened() as (file, bare):
            while block := file.read(_BLOCK):
                block += file.readline(MOST_BYTES)
                if number == 1:
                    self._check_mark(block)
                    block = block.removeprefix(_BOM)
                if self._ctx is not None:
                    self._ctx.progress(bare.tell(), self._stamp[0], f"Reading {self.name}")
                if len(block) > MOST_BYTES and not block.endswith(b"\n"):
                    last = number + block.count(b"\n")
                    raise UserError(f"{self.path}, line {last:,}, is far too long.", field=self._field)
                yield number, block
                number += block.count(b"\n")

    @contextmanager
    def _opened(self) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        """The file, unpacked; and as it lies there, to see how far it was read."""
        try:
            with self.path.open("rb", buffering=_BLOCK) as file:
                if self.packed:
                    with gzip.GzipFile(fileobj=file) as unpacked:
                        yield cast(IO[bytes], unpacked), file
                else:
                    yield file, file
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise self._damaged(error) from None
        except OSError as error:
            raise unreadable(self.path, error, field=self._field) from None

    def _check_mark(self, start: bytes) -> None:
        if start[:2] in _OTHER_BOMS:
            raise UserError(f"{self.path} is {_OTHER_BOMS[start[:2]]}; save it as UTF-8.", field=self._field)

    def _lines(self, file: IO[bytes], bare: IO[bytes]) -> Iterator[tuple[int, int, bytes | None]]:
        start, number = 0, 0
        read = file.readline
        while line := read(MOST_BYTES + 1):
            number += 1
            if number % 512 == 1 and self._ctx is not None:
                self._ctx.progress(bare.tell(), self._stamp[0], f"Reading {self.name}")
            after = start + len(line)
            found: bytes | None = line
            if number == 1:
                self._check_mark(line)
                if line.startswith(_BOM):
                    found, start = line[len(_BOM) :], len(_BOM)
            while len(line) == MOST_BYTES + 1 and not line.endswith(b"\n"):
                found = None
                line = read(MOST_BYTES + 1)
                after += len(line)
            yield number, start, found
            start = after

    def read(self, start: int, end: int) -> bytes:
        """Bytes start … end - 1. From any thread.

        Raises:
            UserError: the file is gone or was changed since.
        """
        if self.packed:
            with self._lock:
                unpacked = self._open_unpacked()
                unpacked.seek(start)
                return unpacked.read(end - start)
        try:
            with self.path.open("rb", buffering=0) as file:
                if _stamp(file) != self._stamp:
                    raise UserError(
                        f"{self.path} was changed while it was read; run it again.", field=self._field
                    )
                file.seek(start)
                return _whole(file, end - start)
        except OSError as error:
            raise unreadable(self.path, error, field=self._field) from None

    def _open_unpacked(self) -> IO[bytes]:
        if self._unpacked is None:
            self._unpacked = self._unpack()
        return self._unpacked

    def _unpack(self) -> IO[bytes]:
        size = self._stamp[0]
        there = tempfile.SpooledTemporaryFile(max_size=_HELD)  # noqa: SIM115 (goes with this object)
        try:
            with self.path.open("rb") as packed, gzip.GzipFile(fileobj=packed) as file:
                while block := file.read(_BLOCK):
                    there.write(block)
                    if self._ctx is not None:
                        self._ctx.progress(packed.tell(), size, f"Unpacking {self.name}")
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            there.close()
            raise self._damaged(error) from None
        except OSError as error:
            there.close()
            raise unreadable(self.path, error, field=self._field) from None
        return there

    def _damaged(self, error: Exception) -> UserError:
        return UserError(f"{self.path} is damaged: {error}. Get it again.", field=self._field)


def beginning(path: Path, *, field: str | None, size: int = 4096) -> bytes:
    """The first bytes of a file, unpacked.

    Raises:
        UserError: it cannot be read, or is damaged.
    """
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            return file.read(size)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UserError(f"{path} is damaged: {error}. Get it again.", field=field) from None
    except OSError as error:
        raise unreadable(path, error, field=field) from None


def _stamp(file: IO[bytes]) -> tuple[int, int]:
    found = os.fstat(file.fileno())
    return found.st_size, found.st_mtime_ns


def _whole(file: IO[bytes], size: int) -> bytes:
    """As many bytes, which an unbuffered file need not give at once."""
    parts = []
    while size > 0 and (part := file.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts) if len(parts) != 1 else parts[0]
