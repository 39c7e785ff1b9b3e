"""A text encoder that is one vector a token, learnt from pairs of texts and from a teacher."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from core.errors import UserError
from core.training.recipes.recipe import HeldOut, Recipe, recipe

if TYPE_CHECKING:
    import torch

    from core.jobs.context import Context
    from core.training.encoder import TextEncoder
    from core.training.pair_lessons import PairLessons
    from core.training.static_encoder import StaticEncoder

_FEWEST = 2
"""Pairs that a contrast needs."""
_TOKENS = 50
"""Of a pair, or of a text that the teacher has read, about."""
_OPERATIONS = 20
"""For each weight in a step of AdamW, about."""


@recipe
class StaticEmbedding(Recipe):
    title = "Static embedding model"
    source = (
        "pairs of one text as in arXiv 1906.00300, others of the batch as negatives, arXiv 1705.00652; "
        "the teacher as in model2vec and tokenlearn (MinishLab)"
    )
    sentence = (
        "A text encoder of one vector a token. It learns that a title and its text, a sentence and what is "
        "around it belong together, and imitates a teacher where there is one."
    )
    foretells: ClassVar[bool] = False
    library: ClassVar[str] = "sentence-transformers"
    task: ClassVar[str] = "sentence-similarity"

    name: Literal["static-embedding"] = "static-embedding"
    width: int = Field(default=256, ge=2, le=8192, title="Width", description="Numbers of a vector.")
    teacher: Path | None = Field(
        default=None,
        title="Teacher",
        description="A text encoder to imitate; better than to learn from pairs alone.",
        json_schema_extra={"input": "encoder", "none": "No teacher"},
    )
    teacher_texts: int = Field(
        default=100_000,
        ge=1,
        title="Texts for the teacher",
        description="How many it reads at most: blocks, sentences and titles of your text, drawn at random.",
        json_schema_extra={"advanced": True},
    )
    contrast: float = Field(
        default=0.1,
        ge=0,
        title="Contrast",
        description="How much the pairs count beside the teacher.",
        json_schema_extra={"advanced": True},
    )
    temperature: float = Field(
        default=0.05,
        gt=0,
        le=1,
        title="Temperature",
        description="Cosines are divided by it before they are compared; the lower, the more the nearest "
        "wrong texts count.",
        json_schema_extra={"advanced": True},
    )
    batch: int = Field(
        default=512, ge=2, title="Batch", description="Pairs, and texts of the teacher, per step."
    )
    learning_rate: float = Field(
        default=3e-3, gt=0, le=1, title="Learning rate", description="At its peak, after the warm-up."
    )
    weight_decay: float = Field(
        default=0.0,
        ge=0,
        le=1,
        title="Weight decay",
        description="AdamW's.",
        json_schema_extra={"advanced": True},
    )

    def material(self, texts: Sequence[str], encoder: TextEncoder, ctx: Context) -> PairLessons:
        from core.training.pair_lessons import pair_lessons

        found = pair_lessons(self, texts, encoder.tokenizer, ctx)
        if len(found.pairs.blocks) < _FEWEST:
            raise UserError(
                "The text yields no two pairs: give paragraphs of several sentences between blank lines, or "
                "titles on lines of their own.",
                field="text",
            )
        return found

    def digest(self, material: Any) -> str:
        return "" if material.lesson is None else str(material.lesson.digest)

    def network(self, encoder: TextEncoder, material: Any = None) -> StaticEncoder:
        """Rows begin where the teacher has them, or else as small random numbers."""
        import torch

        from core.training.static_encoder import StaticEncoder

        lesson = None if material is None else material.lesson
        rows = torch.randn(encoder.size, self.width) / self.width**0.5 if lesson is None else lesson.rows
        return StaticEncoder(rows.clone())

    def losses(
        self, network: StaticEncoder, material: PairLessons, step: int, seed: int
    ) -> Iterator[torch.Tensor]:
        from core.training.pair_lessons import losses

        return losses(self, network, material, step, seed)

    def held_out(
        self, network: StaticEncoder, encoder: TextEncoder, texts: Sequence[str], ctx: Context
    ) -> HeldOut:
        from core.training.pair_lessons import found_first

        return found_first(network, texts, encoder.tokenizer, ctx)

    def write(self, folder: Path, network: StaticEncoder, tokenizer: Path) -> None:
        from core.training.static_encoder import write_static_encoder

        write_static_encoder(folder, network, tokenizer)

    def parameters(self, vocab_size: int) -> int:
        return vocab_size * self.width

    def tokens_per_step(self) -> int:
        return self.batch * _TOKENS

    def operations(self, vocab_size: int) -> float:
        """Without the teacher's reading, whose size is not known before it is opened."""
        one = 6.0 * self.width * (self.tokens_per_step() * (1 + bool(self.teacher)) + self.batch**2)
        return self.steps * (one + _OPERATIONS * self.parameters(vocab_size))
