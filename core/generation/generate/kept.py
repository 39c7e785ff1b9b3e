"""The output file: a transcript a line, written when it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pydantic_core import to_json

from core.errors import UserError
from core.generation.generate.request import GenerateRequest
from core.generation.result_parts import Transcript
from core.jobs.context import Context


class Kept:
    """Transcripts on their way to a file, so that not all need be in memory with all that they hold."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def add(self, transcript: Transcript, *, name: str, said: str) -> None:
        """The model's name and the prompt stand before the transcript's own fields."""
        self._file.write(to_json({"name": name, "said": said, **dict(transcript)}) + b"\n")


def output(request: GenerateRequest, ctx: Context) -> Path:
    """Where the file is to be.

    Raises:
        UserError: no file can be there.
    """
    if request.out is None:
        return ctx.artifact("transcripts.jsonl")
    out = request.out.expanduser().absolute()
    if out.is_dir():
        raise UserError(f"{out} is a folder; name a file in it.", field="out")
    if not out.parent.is_dir():
        raise UserError(f"There is no folder {out.parent} to write {out.name} to.", field="out")
    return out


@contextmanager
def kept(out: Path) -> Iterator[Kept]:
    """The file appears when the block ends well; otherwise nothing is left.

    Raises:
        UserError: it cannot be written.
    """
    partial = out.with_name(f"{out.name}.partial")
    try:
        with partial.open("wb") as file:
            yield Kept(file)
        partial.replace(out)
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror or error}.", field="out") from None
    finally:
        partial.unlink(missing_ok=True)
