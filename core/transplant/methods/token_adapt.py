"""TokenAdapt: a new token as its own pieces, weighed by meaning and length, and its nearest base tokens."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

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
    from collections.abc import Sequence

    import numpy as np
    import torch
    from numpy.typing import NDArray

    from core.jobs.context import Context
    from core.transplant.rows import Rows, Task
    from core.vectors.vectors import Vectors

_WIDER = 1e-5
"""Added to the temperature, as in the paper's program."""


@method
class TokenAdapt(Method):
    title = "TokenAdapt, hybrid"
    source = "arXiv 2505.09738, §3"
    sentence = "Each new token as a mixture of its pieces and of the base's tokens that mean most alike."
    needs_corpus: ClassVar[bool] = UnlessGiven("encoder", "vectors")  # type: ignore[assignment]
    random = True

    name: Literal["token-adapt"] = "token-adapt"
    encoder: Path | None = Field(
        default=None,
        title="Text encoder",
        description="A sentence encoder or BERT that says how alike two tokens are. By default vectors that "
        "are trained on the text to learn from, or those of a file.",
        json_schema_extra={"input": "model", "none": "vectors of words"},
    )
    temperature: Temperature = 0.3
    neighbours: Neighbours = 3
    share: float = Field(
        default=0.3,
        ge=0,
        le=1,
        title="Neighbours' share",
        description="How much of a token comes from its nearest base tokens; the rest from its own pieces.",
    )
    threshold: float = Field(
        default=0.0,
        ge=-1,
        le=1,
        title="Least similarity",
        description="Base tokens below it are no neighbours.",
        json_schema_extra={"advanced": True},
    )
    vectors: VectorsFile = None
    dimensions: Dimensions = 100
    epochs: Epochs = 5
    megabytes: Megabytes = 50.0

    def rows(self, task: Task, ctx: Context) -> Rows:
        return task.keep(0, lambda: self._rows(task, ctx))

    def _rows(self, task: Task, ctx: Context) -> Rows:
        from core.transplant.auxiliary import base_words, inputs_of, tokens_in
        from core.transplant.weights import Weighed
        from core.vectors.neighbours import softmax_mixtures

        vectors = self._vectors(task, ctx)
        base, target = tokens_in(task, vectors, "base", ctx), tokens_in(task, vectors, "target", ctx)
        sources = base_words(task)
        near = softmax_mixtures(
            target[task.targets],
            base[sources],
            self.neighbours,
            self.temperature + _WIDER,
            ctx,
            "Looking for the nearest tokens",
        )
        entries = inputs_of(task).base_tokenizer.vocabulary.entries
        found = Weighed(len(task))
        for row, (id, text) in enumerate(zip(task.targets.tolist(), task.target_bytes, strict=True)):
            if row % 256 == 0:
                ctx.progress(row, len(task), "Weighing pieces")
            vector = target[id]
            pieces = task.pieces(text)
            lengths = [len(_spelt(entries[piece].bytes)) for piece in pieces]  # type: ignore[union-attr]
            local = local_weights(cosines(vector, base[pieces]), lengths, len(_spelt(text)), self.temperature)
            used = near.indices[row] >= 0
            others = sources[near.indices[row][used]]
            wide = global_weights(
                near.weights[row][used].numpy(), cosines(vector, base[others]), self.threshold
            )
            share = self.share if len(pieces) and wide.any() else float(not len(pieces))
            found.set(
                row, [*pieces, *others.tolist()], [*((1 - share) * local).tolist(), *(share * wide).tolist()]
            )
        return found.rows()

    def _vectors(self, task: Task, ctx: Context) -> Vectors:
        from core.transplant.auxiliary import vectors_of_words, vectors_read
        from core.vectors.training import Training

        if self.encoder is not None:
            path = self.encoder

            def open_encoder() -> Vectors:
                from core.vectors.encoder import EncoderVectors

                return EncoderVectors(path, ctx, field="method")

            return task.shared.once(("vectors", "encoder", path), open_encoder)
        if self.vectors is not None:
            return vectors_read(task, self.vectors, ctx)
        training = Training(dimensions=self.dimensions, epochs=self.epochs)
        return vectors_of_words(task, training, self.megabytes, ctx)


def local_weights(
    similarities: NDArray[np.float64], lengths: Sequence[int], length: int, temperature: float
) -> NDArray[np.float64]:
    """The weights of a token's p pieces: the softmax of the mean of two shares.

    One by meaning, the softmax of the similarities (p,); one by length, in characters.
    """
    import numpy as np

    if not len(lengths):
        return np.empty(0)
    shares = (_softmax(similarities) + np.asarray(lengths) / max(1, length)) / 2
    return _softmax(shares / (temperature + _WIDER))


def global_weights(
    weights: NDArray[np.float64], similarities: NDArray[np.float64], threshold: float
) -> NDArray[np.float64]:
    """The weights of the neighbours without those below the threshold; all 0 where none is left."""
    import numpy as np

    kept = np.where(similarities >= threshold, weights, 0.0)
    return np.asarray(kept / kept.sum() if kept.sum() > 0 else kept)


def cosines(vector: torch.Tensor, others: torch.Tensor) -> NDArray[np.float64]:
    """(n,) of `vector` (e,) with each of `others` (n, e); 0 for one without a direction."""
    import numpy as np
    from torch.nn.functional import normalize

    found = normalize(others.double(), dim=1) @ normalize(vector.double(), dim=0)
    return np.asarray(found.numpy())


def _softmax(values: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    raised = np.exp(values - values.max())
    return np.asarray(raised / raised.sum())


def _spelt(data: bytes) -> str:
    return data.decode("utf-8", errors="replace")
