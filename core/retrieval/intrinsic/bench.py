"""What every test is given: the encoder, what is asked, and a place for what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.encoders.encoder import EMPTY, FAILED, Encoder, Floats
from core.encoders.unit import unit
from core.encoders.words import WordEncoder
from core.jobs.context import Context
from core.retrieval.intrinsic.request import IntrinsicRequest
from core.retrieval.intrinsic.tables import Tally


@dataclass(frozen=True)
class Encoded:
    """`vectors` (n, d) float32, of length 1; zeros where not `known` (n,) bool. `places`: text → row."""

    vectors: Floats
    known: NDArray[np.bool_]
    places: dict[str, int]

    def rows(self, texts: Sequence[str]) -> NDArray[np.int64]:
        return np.array([self.places[text] for text in texts], dtype=np.int64)

    def of(self, texts: Sequence[str]) -> Floats:
        return self.vectors[self.rows(texts)]

    def knows(self, texts: Sequence[str]) -> NDArray[np.bool_]:
        return self.known[self.rows(texts)]


@dataclass
class Bench:
    encoder: Encoder
    request: IntrinsicRequest
    ctx: Context
    tally: Tally = field(default_factory=Tally)

    @property
    def of_words(self) -> bool:
        """Whether it is a file of word vectors, which has a list of words."""
        return isinstance(self.encoder, WordEncoder)

    def first_words(self, count: int) -> list[str]:
        """Those of word vectors that are a single run of letters and digits, as texts are read; for other
        encoders none."""
        if not isinstance(self.encoder, WordEncoder):
            return []
        return [word for word in self.encoder.first_words(count) if word.replace("_", " ").isalnum()]

    def encode(self, texts: Sequence[str], stage: str) -> Encoded:
        """Equal texts once, without a prompt."""
        places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        vectors = np.zeros((len(places), self.encoder.width), dtype=np.float32)
        status = np.full(len(places), EMPTY, dtype=np.uint8)
        for part in self.encoder.parts(list(places), self.ctx, stage=stage):
            vectors[part.rows] = part.vectors
            status[part.rows] = part.status
        self.encoder.tell_failed(status, self.ctx)
        return Encoded(unit(vectors), (status != EMPTY) & (status != FAILED), places)
