"""A tool that runs one kind of job on a tokenizer, and may make another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.panels.job_tab import JobTab
from app.panels.tokenizers.names import tokenizer_name

if TYPE_CHECKING:
    from app.widgets.dropped import Dropped

MADE = (
    ("folder", "Open folder"),
    ("compare", "Compare it"),
    ("vocabulary", "Look through it"),
    ("transplant", "Move a model onto it"),
)
"""What can be done with a tokenizer that a run has made; `made_here` says where it is."""


class TokenizerTab(JobTab):
    """A subclass says what its job is, and fills its cards in `fill`."""

    def put(self, found: Dropped) -> list[str]:
        said = []
        tokenizers = [*found.tokenizers, *found.models]
        if tokenizers:
            self.page.setup.set_field("tokenizer", str(tokenizers[0]))
            said.append(f"{tokenizer_name(tokenizers[0])} is the tokenizer")
        return said + super().put(found)

    def acts(self, folder: Path) -> dict[str, Callable[[], object]]:
        return {
            **super().acts(folder),
            "compare": lambda: self.wanted.emit("compare", self.beside(folder)),
            "vocabulary": lambda: self.wanted.emit("vocabulary", self.beside(folder)),
            "transplant": lambda: self.session.handed_over.emit("transplant", [folder]),
        }

    def beside(self, made: Path) -> list[Path]:
        """The tokenizers to look at together: the one that was made, and what it was made of."""
        return [made]
