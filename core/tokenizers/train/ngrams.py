"""Unicode-centric vocabularies (arXiv 2507.04886): characters, and n-grams with all merges to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from tokenizers import Tokenizer, decoders, models

from core.jobs.context import Context
from core.tokenizers.train.byte_level import special
from core.tokenizers.train.texts import Texts, between

BYTES = [f"<0x{byte:02X}>" for byte in range(256)]

_SURROGATES = range(0xD800, 0xE000)
_BYTES_AT = 0xE000
_PRIVATE = range(0xE100, 0xF900)
_LAST = 0xFFFF
"""No character: its id holds an n-gram."""

_LEAST_SEEN = 2
"""An n-gram that occurs once saves nothing."""
_MOST_COUNTED = 2_000_000
"""N-grams of one length; when there are more, those seen once so far are forgotten."""


def unicode_tokenizer(
    texts: Texts, size: int, specials: Sequence[str], ctx: Context, *, plane: bool, longest: int
) -> Tokenizer:
    """A BPE without pre-tokenizer, of at most `size` tokens; of exactly so many where `plane`.

    Args:
        plane: the layout by code points, else that of the text's own characters.
        longest: characters of an n-gram.
    """
    counts = _counted(texts, specials, longest, ctx)
    if plane:
        vocabulary, ngrams = _by_code_point(counts, size, specials)
    else:
        vocabulary, ngrams = _by_text(counts, size, specials)
    tokenizer = Tokenizer(models.BPE(vocabulary, _merges(ngrams, vocabulary), byte_fallback=True))
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.add_special_tokens(special(specials))
    return tokenizer


def _counted(texts: Texts, specials: Sequence[str], longest: int, ctx: Context) -> list[Counter[str]]:
    """How often each run of 1, 2, … `longest` characters occurs."""
    counts: list[Counter[str]] = [Counter() for _ in range(longest)]
    for number, text in enumerate(between(texts, specials)):
        ctx.progress(min(number, len(texts)), len(texts), "Reading for the tokenizer")
        for length, counted in enumerate(counts, start=1):
            counted.update(map("".join, zip(*(text[start:] for start in range(length)), strict=False)))
            if len(counted) > _MOST_COUNTED:
                counts[length - 1] = Counter({run: count for run, count in counted.items() if count > 1})
    return counts


def _by_text(
    counts: Sequence[Counter[str]], size: int, specials: Sequence[str]
) -> tuple[dict[str, int], list[str]]:
    room = size - len(specials) - len(BYTES)
    characters = sorted(_commonest(counts[0], room))
    ngrams = _ngrams(counts, set(characters), room - len(characters), {*specials, *BYTES})
    return {name: id for id, name in enumerate([*specials, *BYTES, *characters, *ngrams])}, ngrams


def _by_code_point(
    counts: Sequence[Counter[str]], size: int, specials: Sequence[str]
) -> tuple[dict[str, int], list[str]]:
    fixed = dict(enumerate(BYTES, start=_BYTES_AT)) | dict(enumerate(specials, start=_PRIVATE[0]))
    free = [id for id in (*_SURROGATES, *_PRIVATE, *range(_LAST, size)) if id not in fixed]
    others = {*fixed, *free}
    characters = {id: chr(id) for id in range(_LAST) if id not in others}
    ngrams = _ngrams(counts, set(characters.values()), len(free), {*specials, *BYTES})
    filled = dict(zip(free, ngrams, strict=False))
    unused = {id: f"<unused{id}>" for id in free[len(ngrams) :]}
    return {name: id for id, name in sorted((fixed | characters | filled | unused).items())}, ngrams


def _ngrams(counts: Sequence[Counter[str]], characters: set[str], room: int, taken: set[str]) -> list[str]:
    """The commonest n-grams that merges reach, as many of each length; longer ones first, then by characters.

    Where there are too few of a length, the longer ones get its share.
    """
    reached = set(characters)
    chosen: list[str] = []
    lengths = len(counts) - 1
    for place, counted in enumerate(counts[1:]):
        share = (room - len(chosen)) // (lengths - place)
        possible = {
            run: count
            for run, count in counted.items()
            if count >= _LEAST_SEEN and run not in taken and any(_splits(run, reached))
        }
        found = _commonest(possible, share)
        chosen += found
        reached |= set(found)
    return sorted(chosen, key=lambda run: (-len(run), run))


def _merges(ngrams: Iterable[str], vocabulary: dict[str, int]) -> list[tuple[str, str]]:
    return [split for run in ngrams for split in _splits(run, vocabulary)]


def _splits(run: str, known: Iterable[str]) -> list[tuple[str, str]]:
    """Every way to cut a run into two tokens."""
    cuts = ((run[:at], run[at:]) for at in range(1, len(run)))
    return [(left, right) for left, right in cuts if left in known and right in known]


def _commonest(counts: dict[str, int], most: int) -> list[str]:
    return sorted(counts, key=lambda run: (-counts[run], run))[: max(0, most)]
