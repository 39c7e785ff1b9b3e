"""How a static encoder is trained and measured: contrast among pairs, imitation of a teacher."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from core.jobs.context import Context
from core.tokenizers.tokenizer import Tokenizer
from core.training.blocks import blocks
from core.training.pairs import Pairs, make_pairs
from core.training.recipes.recipe import HeldOut
from core.training.static_encoder import StaticEncoder
from core.training.teacher import Lesson, learn_from

if TYPE_CHECKING:
    from core.training.recipes.static_embedding import StaticEmbedding

_MOST_HELD_OUT = 2_000
"""Pairs that are told apart."""


@dataclass(frozen=True, eq=False)
class PairLessons:
    pairs: Pairs
    lesson: Lesson | None

    def __len__(self) -> int:
        return len(self.pairs.units.ids)


def pair_lessons(
    recipe: StaticEmbedding, texts: Sequence[str], tokenizer: Tokenizer, ctx: Context
) -> PairLessons:
    """Of all texts; the teacher, if there is one, has read its share.

    Raises:
        UserError: the teacher will not do.
    """
    found = [block for text in texts for block in blocks(text)]
    pairs = make_pairs(found, tokenizer, ctx)
    if recipe.teacher is None:
        return PairLessons(pairs, None)
    lesson = learn_from(
        recipe.teacher,
        found,
        pairs.units,
        tokenizer.vocabulary,
        width=recipe.width,
        most=recipe.teacher_texts,
        ctx=ctx,
    )
    return PairLessons(pairs, lesson)


def losses(
    recipe: StaticEmbedding, network: StaticEncoder, material: PairLessons, step: int, seed: int
) -> Iterator[torch.Tensor]:
    """With a teacher, one less the mean cosine with what it says, and `contrast` times the pairs' loss;
    without, the latter alone."""
    share = 1.0
    if material.lesson is not None:
        texts, wanted = material.lesson.batch(material.pairs.units, recipe.batch, step, seed)
        given = network(texts)
        yield (1 - (given * wanted.to(given.device)).sum(dim=1)).mean()
        share = recipe.contrast
    if share:
        yield share * _contrast(network, material.pairs, recipe, step, seed)


def _contrast(
    network: StaticEncoder, pairs: Pairs, recipe: StaticEmbedding, step: int, seed: int
) -> torch.Tensor:
    """Cross-entropy of finding each text's partner among all of the batch, both ways."""
    asked, answers = pairs.batch(recipe.batch, step, seed)
    cosines = network(asked) @ network(answers).T / recipe.temperature
    right = torch.arange(len(cosines), device=cosines.device)
    entropy = torch.nn.functional.cross_entropy
    return (entropy(cosines, right) + entropy(cosines.T, right)) / 2


def found_first(network: StaticEncoder, texts: Sequence[str], tokenizer: Tokenizer, ctx: Context) -> HeldOut:
    """How many of at most 2,000 held-out titles and sentences have their own text as the nearest."""
    pairs = make_pairs([block for text in texts for block in blocks(text)], tokenizer, ctx)
    if len(pairs.blocks) < 2:
        return {"held_out_found": None}
    with torch.no_grad():
        asked, answers = pairs.batch(_MOST_HELD_OUT, 0, 0)
        cosines = network(asked) @ network(answers).T
    right = cosines.argmax(dim=1).cpu() == torch.arange(len(cosines))
    return {"held_out_found": float(right.float().mean()), "held_out_pairs": len(cosines)}
