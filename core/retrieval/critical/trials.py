"""Trials kept from run to run: a JSON file for each way of trying."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from core.retrieval.critical.embeddings import Settings
from core.retrieval.critical.result import Trial

_VERSION = 1
"""Of the arithmetic: another one makes all trials anew."""
_FILE = TypeAdapter(dict[str, Trial])


class Trials:
    """Those made with the same settings, seed and kind of device.

    Args:
        folder: is made when the first is written.
    """

    def __init__(self, folder: Path, settings: Settings, seed: int, device: str) -> None:
        signature = {**asdict(settings), "seed": seed, "device": device, "version": _VERSION}
        digest = hashlib.blake2b(json.dumps(signature, sort_keys=True).encode(), digest_size=8).hexdigest()
        self.file = folder / f"critical-{digest}.json"
        self._kept = self._read()

    def get(self, dimensions: int, n: int) -> Trial | None:
        return self._kept.get(f"{dimensions},{n}")

    def put(self, dimensions: int, trial: Trial) -> None:
        """Written at once: a run that is stopped goes on from here."""
        self._kept = {**self._read(), **self._kept, f"{dimensions},{trial.n}": trial}
        self.file.parent.mkdir(parents=True, exist_ok=True)
        part = self.file.with_suffix(".part")
        part.write_bytes(_FILE.dump_json(self._kept))
        part.replace(self.file)

    def _read(self) -> dict[str, Trial]:
        """None where the file is not there, or not whole."""
        try:
            return _FILE.validate_json(self.file.read_bytes())
        except (OSError, ValidationError):
            return {}
