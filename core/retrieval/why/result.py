"""Why a document has its score: the score split among the words of both texts, and their tokens aligned."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from core.jobs.request import Metric, Result, Table


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Token(_Part):
    """A token of a text: characters `start` … `end` - 1 of it, ``start == end`` for special tokens."""

    text: str
    start: int
    end: int
    special: bool = False
    share: float | None = None
    """Of the score, by the pooling (`Side.additive`): the shares of a text's tokens sum to the score."""
    gradient: float | None = None
    """Of the difference between the score and that of a text of padding, by integrated gradients."""


class Word(_Part):
    """A whole word, left out: how much the score falls. Negative: the score rises."""

    text: str
    start: int
    end: int
    fall: float


class Side(_Part):
    """The query, or the document."""

    id: str
    text: str
    """As it was encoded, without a prompt."""
    tokens: list[Token]
    """Those that the encoder reads; what follows was cut."""
    words: list[Word] = Field(default_factory=list)
    additive: bool
    """Whether the shares sum to the score: pooling is a weighted mean, and only length 1 follows."""
    completeness: float | None = None
    """Of the gradients: how far their sum is from what they should sum to, relative to that. None: none were
    taken."""
    cut_from: int | None = None
    """The first character that the encoder does not read; None: it reads all."""
    words_left: int = 0
    """Words beyond those that were left out in turn."""

    def top(self, most: int = 10) -> list[Token]:
        """The tokens with the highest shares."""
        told = [token for token in self.tokens if token.share is not None and not token.special]
        return sorted(told, key=lambda token: -(token.share or 0.0))[:most]


class Match(_Part):
    """`query` and `document` are places in `Side.tokens`: a token and the document's nearest to it."""

    query: int
    document: int
    similarity: float


class WhyResult(Result):
    """`score` is the similarity by which the encoder ranks."""

    model: str
    similarity: str
    score: float
    query: Side
    document: Side
    matches: list[Match] = Field(default_factory=list)
    """The best match of each token of the query but special ones (late interaction); empty where the encoder
    has no vectors of tokens."""
    query_tokens: list[int] = Field(default_factory=list)
    document_tokens: list[int] = Field(default_factory=list)
    """Rows and columns of `alignment`: places in `Side.tokens`."""
    alignment: list[list[float]] = Field(default_factory=list)
    """Cosines of the tokens' states, to three places."""
    max_sim: float | None = None
    """The sum of the matches' similarities."""
    notes: list[str] = Field(default_factory=list)
    """What could not be told of this encoder, and why."""

    def summary(self) -> str:
        told = sorted(self.document.words, key=lambda word: -word.fall)[:3]
        names = ", ".join(word.text for word in told if word.fall > 0)
        because = f", most by {names}" if names else ""
        return f"{self.model} gives {self.document.id} {self.score:.4f} for {self.query.id}{because}."

    def metrics(self) -> list[Metric]:
        found = [Metric(name="score", value=self.score)]
        if self.max_sim is not None:
            found.append(Metric(name="max_sim", value=self.max_sim))
        return found

    def tables(self) -> list[Table]:
        tables = []
        for title, side in [("query", self.query), ("document", self.document)]:
            told = sorted(side.words, key=lambda word: -abs(word.fall))[:10]
            rows = [[word.text, f"{word.fall:+.4f}"] for word in told]
            tables.append(Table([f"word of the {title}, left out", "score falls by"], rows))
        tokens = self.query.tokens, self.document.tokens
        matched = [
            [tokens[0][match.query].text, tokens[1][match.document].text, f"{match.similarity:.3f}"]
            for match in self.matches
        ]
        if matched:
            tables.append(Table(["token of the query", "nearest of the document", "cosine"], matched))
        return tables
