"""The second stage of SuperBPE (arXiv 2503.13423): merges across words, after those within them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tokenizers import Tokenizer

from core.jobs.context import Context
from core.tokenizers.train.byte_level import Merge, built, model_of
from core.tokenizers.train.symbols import SEPARATOR, character, learn_merges, symbol


def add_superwords(
    tokenizer: Tokenizer,
    texts: Iterable[str],
    size: int,
    specials: Sequence[str],
    ctx: Context,
    *,
    min_frequency: int,
    longest: int,
    expected: int,
) -> Tokenizer:
    """The tokenizer with merges, after its own, until it has `size` tokens, or as many as the texts yield.

    The texts are cut as the tokenizer's own pre-tokenizer cuts, and encoded by its own merges: that is how
    the result will read them.

    Args:
        tokenizer: a byte-level BPE that keeps lines apart, not words.
        longest: bytes; a longer token is left out, with all that would be made of it.
    """
    vocabulary, merges = model_of(tokenizer)
    names = [name for name, _ in sorted(vocabulary.items(), key=lambda item: item[1])]
    wanted = size - len(names)
    learnt = learn_merges(
        _encoded(tokenizer, texts),
        len(names),
        wanted + wanted // 4 + 100,  # some give a token that there is already, or one that is too long
        ctx,
        min_frequency=min_frequency,
        expected=expected,
    )

    def spelt(characters: str) -> str:
        return "".join(names[symbol(one)] for one in characters)

    known: set[Merge] = set(merges)
    for left, right in ((spelt(left), spelt(right)) for left, right in learnt):
        if len(vocabulary) == size:
            break
        whole = left + right
        reached = left in vocabulary and right in vocabulary
        if reached and len(whole) <= longest and (left, right) not in known and whole not in specials:
            known.add((left, right))
            merges.append((left, right))
            vocabulary.setdefault(whole, len(vocabulary))
    found = built(vocabulary, merges, specials)
    found.pre_tokenizer = tokenizer.pre_tokenizer
    return found


def _encoded(tokenizer: Tokenizer, texts: Iterable[str]) -> Iterator[str]:
    """Each text's tokens as characters, with `SEPARATOR` between what is kept apart."""
    for text in texts:
        encoding = tokenizer.encode(text, add_special_tokens=False)
        found: list[str] = []
        before: int | None = 0
        for id, part in zip(encoding.ids, encoding.word_ids, strict=True):
            if part != before:
                found.append(SEPARATOR)
                before = part
            found.append(character(id))
        yield "".join(found)
