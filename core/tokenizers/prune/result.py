"""What the pruning of a tokenizer tells."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from core.jobs.request import Metric, Result


class PrunedText(BaseModel):
    model_config = ConfigDict(frozen=True)

    text: str
    bytes: int
    tokens_before: int
    tokens_after: int


class PruneTokenizerResult(Result):
    out: str
    map: str
    """The file that says which new id is which old one."""
    old_size: int
    new_size: int
    unused: int
    """Tokens that do not occur in the text."""
    kept_for_merges: int = 0
    """Tokens too rare that had to stay, since kept ones are made of them."""
    texts: list[PrunedText] = Field(default_factory=list)
    removed: list[str] = Field(default_factory=list)
    """Some of those that went, as a person reads them, the lowest old id first."""

    def summary(self) -> str:
        before = sum(row.tokens_before for row in self.texts)
        after = sum(row.tokens_after for row in self.texts)
        cost = f"{after / before - 1:+.1%} tokens on your text" if before else "no text measured"
        return f"{self.old_size:,} tokens became {self.new_size:,}; {cost}. Written to {self.out}."

    def metrics(self) -> list[Metric]:
        return [
            Metric(name="tokens in the vocabulary", value=self.new_size),
            *(
                Metric(name="tokens after pruning", value=row.tokens_after, slice=row.text)
                for row in self.texts
            ),
        ]

    def headline(self) -> Metric | None:
        return Metric(name="tokens in the vocabulary", value=self.new_size)
