"""What is in memory."""

from __future__ import annotations

from core.generation.result_parts import Residents
from core.jobs.request import Result, Table
from core.sizes import bytes_in_words


class ModelsInMemoryResult(Result):
    residents: Residents = Residents()

    def summary(self) -> str:
        there = self.residents.models
        if not there:
            return f"No language model is in memory; {bytes_in_words(self.residents.free)} are free."
        count = "One language model takes" if len(there) == 1 else f"{len(there)} language models take"
        return (
            f"{count} {bytes_in_words(sum(model.bytes for model in there))} of memory, of "
            f"{bytes_in_words(self.residents.budget)} that they may keep; "
            f"{bytes_in_words(self.residents.free)} are free."
        )

    def tables(self) -> list[Table]:
        rows = [
            [model.name, bytes_in_words(model.bytes), model.dtype, model.device, model.path]
            for model in self.residents.models
        ]
        return [Table(["model", "memory", "numbers", "device", "folder"], rows)] if rows else []
