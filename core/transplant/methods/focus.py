"""FOCUS: each new token by the tokens it shares its surroundings with, among those that were copied.

A token that the text has too seldom for a vector becomes the mean, where the paper draws it at random.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from core.errors import UserError
from core.transplant.methods.method import Method, method
from core.vectors.parameters import (
    Dimensions,
    Epochs,
    Megabytes,
    MinCount,
    Temperature,
    UnlessGiven,
    VectorsFile,
)

if TYPE_CHECKING:
    import torch

    from core.jobs.context import Context
    from core.tokenizers.canonical import Token
    from core.transplant.rows import Rows, Task


@method
class Focus(Method):
    title = "FOCUS"
    source = "arXiv 2305.14481"
    sentence = "Each new token as a sparse mixture of shared tokens that occur in like places of your text."
    needs_corpus: ClassVar[bool] = UnlessGiven("vectors")  # type: ignore[assignment]
    random = True

    name: Literal["focus"] = "focus"
    temperature: Temperature = 1.0
    sources: Literal["all", "symbols"] = Field(
        default="all",
        title="Shared tokens that serve",
        description="All, or numbers, marks and spaces alone, for two languages whose words have nothing in "
        "common. All shared tokens are copied either way.",
        json_schema_extra={"advanced": True},
    )
    vectors: VectorsFile = None
    dimensions: Dimensions = 100
    epochs: Epochs = 3
    min_count: MinCount = 10
    megabytes: Megabytes = 50.0

    def rows(self, task: Task, ctx: Context) -> Rows:
        return task.keep(0, lambda: self._rows(task, ctx))

    def _rows(self, task: Task, ctx: Context) -> Rows:
        from core.transplant.auxiliary import rows_of
        from core.vectors.neighbours import sparsemax_mixtures

        vectors = self._vectors(task, ctx)
        anchors = task.anchors
        entries = task.inputs.target.vocabulary.entries  # type: ignore[union-attr]
        known = vectors[anchors.donor].square().sum(dim=1) > 0
        if self.sources == "symbols":
            for place, id in enumerate(anchors.donor.tolist()):
                known[place] &= is_symbol(entries[id])
        if not bool(known.any()):
            raise UserError(
                "FOCUS finds no token that both vocabularies share and that the text (or the file of "
                "vectors) has: give more text, or choose a method that needs none, such as FVT.",
                field="method",
            )
        sources = anchors.base[known]
        mixtures = sparsemax_mixtures(
            vectors[task.targets],
            vectors[anchors.donor[known]],
            self.temperature,
            ctx,
            "Weighing shared tokens",
        )
        if mixtures.cut:
            ctx.warn(
                f"{mixtures.cut:,} new tokens are near to so many shared ones that only the nearest "
                f"{mixtures.indices.shape[1]:,} of them were weighed; a lower temperature tells them apart."
            )
        return rows_of(mixtures, sources)

    def _vectors(self, task: Task, ctx: Context) -> torch.Tensor:
        """(target's size, e): zeros for tokens without a vector."""
        import torch

        from core.transplant.auxiliary import contents, inputs_of, tokens_in, vectors_of_tokens, vectors_read
        from core.vectors.training import Training

        if self.vectors is not None:
            return tokens_in(task, vectors_read(task, self.vectors, ctx), "target", ctx)
        training = Training(
            dimensions=self.dimensions, epochs=self.epochs, negatives=10, min_count=self.min_count
        )
        trained = vectors_of_tokens(task, training, self.megabytes, ctx)
        names = contents(inputs_of(task).target)
        found = torch.from_numpy(trained.of(names))
        found[[id for id, name in enumerate(names) if name not in trained.place]] = 0
        return found


def is_symbol(token: Token | None) -> bool:
    """Whether a token has no letter: a number, a mark, white space."""
    text = "a" if token is None else token.bytes.decode("utf-8", errors="replace")
    return not any(character.isalpha() or character == "\ufffd" for character in text)
