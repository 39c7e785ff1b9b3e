"""Rankings kept while an evaluation goes on, so that one that was stopped need not rank again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.collections.collection import Collection
from core.retrieval.ranking import Ranking
from core.retrieval.result_parts import Costs
from core.retrieval.systems import System


class Checkpoint:
    """A file for each system that is through.

    Args:
        folder: of the run (`Context.checkpoint`).
        systems: all that are asked; a file counts only for the same systems on the same texts.
    """

    def __init__(self, folder: Path, systems: Sequence[System], collection: Collection, k: int) -> None:
        asked = [
            [system.line for system in systems],
            collection.documents.digest,
            collection.queries.digest,
            k,
        ]
        key = hashlib.blake2b(json.dumps(asked).encode(), digest_size=8).hexdigest()
        self._folder, self._key = folder, key

    def read(self, name: str) -> Ranking | None:
        """The ranking of system `name`; None where it is not there, or not whole."""
        try:
            with np.load(self._file(name), allow_pickle=False) as kept:
                return Ranking(
                    places=kept["places"],
                    scores=kept["scores"],
                    costs=Costs.model_validate_json(str(kept["costs"])),
                    details=json.loads(str(kept["details"])),
                )
        except (OSError, ValueError, KeyError, EOFError):
            return None

    def write(self, name: str, ranking: Ranking) -> None:
        file = self._file(name)
        part = file.with_suffix(".part.npz")
        np.savez(
            part,
            places=ranking.places,
            scores=ranking.scores,
            costs=np.array(ranking.costs.model_dump_json()),
            details=np.array(json.dumps(dict(ranking.details), default=str)),
        )
        part.replace(file)

    def _file(self, name: str) -> Path:
        said = hashlib.blake2b(name.encode(), digest_size=8).hexdigest()
        return self._folder / f"{self._key}-{said}.npz"
