"""Train: a tokenizer learnt from your own text, measured beside plain BPE of the same size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ValidationError
from PySide6.QtCore import Slot

from app.panels.tokenizers.job_tab import MADE, TokenizerTab
from app.panels.tokenizers.names import sample_texts
from app.panels.tokenizers.tokens_card import TokensCard
from app.panels.tokenizers.train import words
from app.panels.tokenizers.train.held_out_card import HeldOutCard
from core.tokenizers.job import TRAIN
from core.tokenizers.train.algorithms import ALGORITHMS
from core.tokenizers.train.result import HeldOut

if TYPE_CHECKING:
    from app.widgets.dropped import Dropped
    from core.project.records import RunRecord
    from core.tokenizers.train.request import TrainTokenizerRequest
    from core.tokenizers.train.result import TrainTokenizerResult

SAMPLE_ALGORITHM = "supertokens"
"""One that can be told from plain BPE at a glance."""
SAMPLE_SIZE = 2_048
"""Tokens: what the sample texts yield."""
LONGEST = "What a vocabulary spends its longest tokens on tells what its text was about."


class TrainTab(TokenizerTab):
    job = TRAIN
    kinds = (TRAIN.kind,)
    empty = (
        "Train a tokenizer on text of yours: BPE, Unigram, WordPiece, tokens of several words and others. "
        "It is measured on text that it has not seen, beside plain BPE of the same size, and can then be "
        "used in every other panel."
    )
    sample = "Train one on the sample texts"
    verbs: ClassVar = MADE
    unwritten = "No tokenizer was written."

    def build(self) -> None:
        self.held_out = HeldOutCard(self.session)
        self.held_out.table.menu_asked.connect(self.page.fill_menu)
        self.longest = TokensCard("Longest tokens", LONGEST)
        self.page.add(self.held_out)
        self.page.add(self.longest)
        self.page.told.connect(self._hear)

    def fill(self, result: TrainTokenizerResult) -> None:
        self.held_out.show_rows(result.held_out)
        self.longest.show_tokens(result.longest)

    @Slot(object)
    def _hear(self, event: Any) -> None:
        """The new tokenizer's figures come before plain BPE has been trained."""
        if event.type == "partial" and "held_out" in event.data:
            try:
                rows = [HeldOut.model_validate(row) for row in event.data["held_out"]]
            except ValidationError:  # of another version
                return
            self.page.show_early([self.held_out])
            self.held_out.show_rows(rows)

    def title_of(self, request: TrainTokenizerRequest) -> str:
        return words.run_title(request)

    def sentences(self, run: RunRecord, result: TrainTokenizerResult) -> tuple[str, str]:
        return words.sentence(result), words.facts(result, run.id)

    def sample_values(self) -> dict[str, Any]:
        algorithm = ALGORITHMS[SAMPLE_ALGORITHM](name=SAMPLE_ALGORITHM).model_dump(mode="json")
        return {"text": sample_texts(), "algorithm": algorithm, "vocab_size": SAMPLE_SIZE}

    def put(self, found: Dropped) -> list[str]:
        """Only texts: there is no tokenizer in the question."""
        return self.put_texts(found.texts)
