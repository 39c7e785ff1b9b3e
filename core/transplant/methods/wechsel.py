"""WECHSEL: each new token by the base's tokens that are nearest in a space of words of both languages.

The paper makes every row anew, also those of tokens that both vocabularies have; here, as with all methods,
what is the same token is copied; and a token without a vector becomes the mean, where the paper draws it at
random.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from core.errors import UserError
from core.transplant.methods.method import Method, method
from core.vectors.parameters import (
    Dimensions,
    Epochs,
    Megabytes,
    Neighbours,
    Temperature,
    UnlessGiven,
    VectorsFile,
)

if TYPE_CHECKING:
    import torch

    from core.jobs.context import Context
    from core.transplant.rows import Rows, Task


@method
class Wechsel(Method):
    title = "WECHSEL"
    source = "arXiv 2112.06598; tokens that both have are copied, unlike there"
    sentence = "Each new token as a mixture of the base's tokens that are nearest among static vectors."
    needs_corpus: ClassVar[bool] = UnlessGiven("vectors")  # type: ignore[assignment]
    random = True

    name: Literal["wechsel"] = "wechsel"
    neighbours: Neighbours = 10
    temperature: Temperature = 0.1
    vectors: VectorsFile = None
    base_vectors: Path | None = Field(
        default=None,
        title="Vectors of the base's language",
        description="Where the two languages differ: static vectors of the base's, which are turned onto "
        "those of the target's.",
        json_schema_extra={"input": "file", "advanced": True, "none": "the same"},
    )
    dictionary: Path | None = Field(
        default=None,
        title="Dictionary",
        description="A text with a word of the base's language and one of the target's in each line, to turn "
        "one file of vectors onto the other. By default the words that both have.",
        json_schema_extra={"input": "text", "advanced": True, "none": "words in common"},
    )
    dimensions: Dimensions = 100
    epochs: Epochs = 5
    megabytes: Megabytes = 50.0

    def rows(self, task: Task, ctx: Context) -> Rows:
        return task.keep(0, lambda: self._rows(task, ctx))

    def _rows(self, task: Task, ctx: Context) -> Rows:
        from core.transplant.auxiliary import base_words, rows_of
        from core.vectors.neighbours import softmax_mixtures

        base, target = self._tokens(task, ctx)
        sources = base_words(task)
        found = softmax_mixtures(
            target[task.targets],
            base[sources],
            self.neighbours,
            self.temperature,
            ctx,
            "Looking for the nearest tokens",
        )
        return rows_of(found, sources)

    def _tokens(self, task: Task, ctx: Context) -> tuple[torch.Tensor, torch.Tensor]:
        """The base's and the target's tokens in one space, (size, e) each."""
        from core.transplant.auxiliary import tokens_in, vectors_of_words, vectors_read
        from core.vectors.training import Training

        if self.vectors is None:
            if self.base_vectors is not None or self.dictionary is not None:
                raise UserError(
                    "WECHSEL takes vectors of the base's language, or a dictionary, only together with a "
                    "file of vectors of the target's language.",
                    field="method",
                )
            training = Training(dimensions=self.dimensions, epochs=self.epochs)
            vectors = vectors_of_words(task, training, self.megabytes, ctx)
            return tokens_in(task, vectors, "base", ctx), tokens_in(task, vectors, "target", ctx)
        vectors = vectors_read(task, self.vectors, ctx)
        target = tokens_in(task, vectors, "target", ctx)
        if self.base_vectors is None:
            if self.dictionary is not None:
                raise UserError(
                    "A dictionary turns one language's vectors onto the other's: give vectors of the base's "
                    "language, too.",
                    field="method",
                )
            return tokens_in(task, vectors, "base", ctx), target
        return self._aligned(task, target, ctx)

    def _aligned(self, task: Task, target: torch.Tensor, ctx: Context) -> tuple[torch.Tensor, torch.Tensor]:
        import torch

        from core.transplant.auxiliary import tokens_in, vectors_read
        from core.vectors.aligned import common_words, read_dictionary, to_one_space

        assert self.vectors is not None
        assert self.base_vectors is not None
        vectors = vectors_read(task, self.vectors, ctx)
        others = vectors_read(task, self.base_vectors, ctx)
        if self.dictionary is None:
            pairs = common_words(others, vectors)
        else:
            pairs = read_dictionary(self.dictionary, field="method")
        if len(pairs) < min(vectors.width, others.width):
            ctx.warn(
                f"Only {len(pairs):,} pairs of words turn the vectors of one language onto the other's; a "
                "larger dictionary would do it better."
            )
        turned, narrowed = to_one_space(others, vectors, pairs, field="method")
        base = tokens_in(task, others, "base", ctx)
        return base @ torch.from_numpy(turned), target @ torch.from_numpy(narrowed)
