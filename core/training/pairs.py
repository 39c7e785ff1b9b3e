"""Pairs of texts that belong together, taken from titled blocks of sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from core.jobs.context import Context
from core.tokenizers.tokenizer import Tokenizer
from core.training.blocks import Block

_AT_ONCE = 2_000
"""Blocks between two reports."""
_LARGEST_SEED = 2**63


@dataclass(frozen=True, eq=False)
class Bags:
    """Texts as bags of tokens: `ids` (n,) int64, text after text; `starts` (m,) int64: where each begins."""

    ids: torch.Tensor
    starts: torch.Tensor


@dataclass(frozen=True, eq=False)
class Units:
    """`ids` (n,) int64: the tokens of all titles and sentences, one after the other; unit u is
    ``ids[bounds[u]:bounds[u + 1]]``."""

    ids: torch.Tensor
    bounds: torch.Tensor

    def bags(self, texts: Sequence[Sequence[tuple[int, int]]]) -> Bags:
        """Each text is made of runs of units: (first, the one behind the last)."""
        bounds = self.bounds
        runs = [[(int(bounds[first]), int(bounds[end])) for first, end in text] for text in texts]
        lengths = torch.tensor([sum(end - start for start, end in text) for text in runs])
        parts = [self.ids[start:end] for text in runs for start, end in text]
        return Bags(torch.cat(parts), lengths.cumsum(0) - lengths)


@dataclass(frozen=True, eq=False)
class Pairs:
    """`blocks` (b, 3) int64, of those with a title or two sentences: the first unit, the first sentence (the
    same where there is no title), and the unit behind the last."""

    units: Units
    blocks: torch.Tensor

    def batch(self, size: int, step: int, seed: int) -> tuple[Bags, Bags]:
        """`size` pairs, the same for the same step and seed.

        A title and its text; where there is no title, and every other time where there is one, a sentence and
        the text around it (inverse cloze, arXiv 1906.00300).
        """
        rows = self.blocks[picked(len(self.blocks), size, step, seed)].tolist()
        draw = torch.Generator().manual_seed((seed * 1_000_003 + step) % _LARGEST_SEED)
        chances = torch.rand((len(rows), 2), generator=draw).tolist()
        asked: list[list[tuple[int, int]]] = []
        answers: list[list[tuple[int, int]]] = []
        for (unit, first, end), (coin, place) in zip(rows, chances, strict=True):
            if unit < first and (coin < 0.5 or end - first < 2):
                asked.append([(unit, first)])
                answers.append([(first, end)])
            else:
                sentence = first + int(place * (end - first))
                asked.append([(sentence, sentence + 1)])
                answers.append([(unit, sentence), (sentence + 1, end)])
        return self.units.bags(asked), self.units.bags(answers)


def make_pairs(blocks: Sequence[Block], tokenizer: Tokenizer, ctx: Context) -> Pairs:
    """The units of all blocks, and the pairs that they yield."""
    ids: list[int] = []
    bounds, rows = [0], []
    for begin in range(0, len(blocks), _AT_ONCE):
        ctx.progress(begin, len(blocks), "Encoding the text")
        some = blocks[begin : begin + _AT_ONCE]
        cut = iter(tokenizer.ids([text for block in some for text in _units(block)]))
        for block in some:
            first = len(bounds) - 1
            for _ in _units(block):
                ids += next(cut)
                bounds.append(len(ids))
            if block.title or len(block.sentences) > 1:
                rows.append((first, first + bool(block.title), len(bounds) - 1))
    return Pairs(
        Units(torch.tensor(ids, dtype=torch.long), torch.tensor(bounds)),
        torch.tensor(rows, dtype=torch.long).reshape(-1, 3),
    )


def stretches(blocks: Sequence[Block]) -> Iterator[tuple[str, int, int]]:
    """Texts to learn from one by one, each with its run of units: blocks, sentences, titles; none twice."""
    seen: set[str] = set()
    unit = 0
    for block in blocks:
        units = _units(block)
        end = unit + len(units)
        first = end - len(block.sentences)
        whole = (" ".join(units), unit, end)
        sentences = [(text, first + n, first + n + 1) for n, text in enumerate(block.sentences)]
        title = [(block.title, unit, unit + 1)] if block.title else []
        for text, start, stop in (whole, *(sentences if len(sentences) > 1 else ()), *title):
            if text not in seen:
                seen.add(text)
                yield text, start, stop
        unit = end


def picked(count: int, size: int, step: int, seed: int) -> torch.Tensor:
    """(min(size, count),) int64: which of `count` things step `step` sees. Each pass sees all of them, in an
    order of its own, but for those left over where they do not divide by `size`."""
    size = min(size, count)
    which, within = divmod(step, count // size)
    order = torch.Generator().manual_seed((seed * 999_983 + which) % _LARGEST_SEED)
    return torch.randperm(count, generator=order)[within * size : (within + 1) * size]


def _units(block: Block) -> tuple[str, ...]:
    return (block.title, *block.sentences) if block.title else block.sentences
