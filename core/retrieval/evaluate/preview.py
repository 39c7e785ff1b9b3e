"""What can be said of an evaluation before it runs, without torch: faults, what is there, the cost."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from core.errors import UserError
from core.jobs.preview import Preview, Problem
from core.retrieval.evaluate.request import RetrievalRequest
from core.retrieval.systems import System

_START = 3.0
"""Seconds, with the libraries loaded."""
_LOOK = 2**20
"""Bytes of a file by which its lines are estimated."""
_BYTES_A_TOKEN = 4.5
_OPERATIONS_A_SECOND = 60e9
"""Of an encoder, on two cores."""
_BYTES_A_SECOND = 4_000_000
"""Of text, cut into words and indexed."""
_LIBRARIES = 500_000_000


def preview(request: RetrievalRequest) -> Preview:
    """Never raises. Reads the beginnings of files and the headers of weights."""
    looking = _Looking(request)
    looking.at_collection()
    looking.at_measures()
    looking.at_systems()
    return Preview(
        problems=looking.problems,
        notes=looking.notes,
        seconds=None if looking.problems else _START + looking.seconds,
        memory_bytes=_LIBRARIES + looking.memory,
    )


def lines_in(file: Path) -> tuple[int, int, bool]:
    """Lines and bytes of a text file (packed or not), and whether that is exact or estimated from its
    beginning."""
    size = file.stat().st_size
    with gzip.open(file, "rb") if file.suffix == ".gz" else file.open("rb") as stream:
        head = stream.read(_LOOK)
        whole = len(head) < _LOOK
    lines = head.count(b"\n") + (not head.endswith(b"\n") and bool(head))
    if whole:
        return lines, len(head), True
    packed = 3 if file.suffix == ".gz" else 1
    return round(size * packed * lines / len(head)), size * packed, False


class _Looking:
    def __init__(self, request: RetrievalRequest) -> None:
        self._request = request
        self.problems: list[Problem] = []
        self.notes: dict[str, str] = {}
        self.seconds = 0.0
        self.memory = 0
        self._bytes = 0

    def at_collection(self) -> None:
        folder = self._request.collection.expanduser()
        try:
            documents, self._bytes, exact = lines_in(_file(folder, "corpus.jsonl"))
            queries, _, _ = lines_in(_file(folder, "queries.jsonl"))
            about = "" if exact else "about "
            self.notes["collection"] = f"{about}{documents:,} documents, {queries:,} queries"
            table = folder / "qrels" / f"{self._request.split}.tsv"
            if not table.is_file() and not (folder / "qrels.jsonl").is_file():
                tables = sorted((folder / "qrels").glob("*.tsv"))
                if len(tables) != 1:
                    others = ", ".join(file.stem for file in tables)
                    raise UserError(
                        f"There is no {table.name} in {table.parent}"
                        + (f"; there are {others}." if others else ": nothing can be measured without."),
                        field="split" if others else "collection",
                    )
            self.memory += 300 * documents
        except UserError as error:
            self.problems.append(Problem(field=error.field or "collection", message=error.message))
        except (OSError, EOFError, zlib.error) as error:
            self.problems.append(Problem(field="collection", message=f"{folder} cannot be read: {error}."))

    def at_measures(self) -> None:
        from core.retrieval.measures.spelt import measure

        for name in self._request.measures:
            try:
                measure(name)
            except ValueError as error:
                self.problems.append(Problem(field="measures", message=f"{error}"))

    def at_systems(self) -> None:
        said: list[str] = []
        encoders: set[Path] = set()
        for system in self._request.systems:
            self.seconds += self._bytes / _BYTES_A_SECOND if system.kind == "bm25" else 0.1
            model = getattr(system, "model", None)
            if model is None or model in encoders:
                continue
            encoders.add(model)
            try:
                said.append(self._at_model(system, Path(model).expanduser()))
            except UserError as error:
                self.problems.append(Problem(field="systems", message=error.message))
        if said:
            self.notes["systems"] = "; ".join(filter(None, said))

    def _at_model(self, system: System, model: Path) -> str:
        from core.models.folder import open_model
        from core.models.result import model_words

        if not model.exists():
            raise UserError(f"{system.named()}: there is no {model}.")
        if not (model / "config.json").is_file():
            return ""
        folder = open_model(model, field="systems")
        looked_up = folder.vocab_size * folder.hidden_size
        tokens = self._bytes / _BYTES_A_TOKEN
        self.seconds += 2 * tokens * max(1, folder.parameters - looked_up) / _OPERATIONS_A_SECOND
        self.memory += 4 * folder.parameters
        return f"{model.name}: {model_words(folder.family, folder.parameters, folder.vocab_size)}"


def _file(folder: Path, name: str) -> Path:
    for file in (folder / name, folder / f"{name}.gz"):
        if file.is_file():
            return file
    raise UserError(
        f"There is no {name} in {folder}: a collection is a folder with corpus.jsonl, queries.jsonl, qrels. "
        "Make one of your files under Collections."
    )
