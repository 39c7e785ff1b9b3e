"""Codecs asked for in lines: ``int8``, ``pq m=24,48`` for two of them, ``all`` for every kind."""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Iterator, Sequence

from core.retrieval.compress.codecs import Codec, codec_of

EVERY = "all"
"""The line that stands for the usual settings of every codec."""
_FULL_CODEBOOK = 4096
"""Vectors from which codebooks of 256 codewords are worth their own bytes."""


def asked(lines: Sequence[str], width: int, count: int) -> list[Codec]:
    """What the lines ask for, each once, for `count` vectors of `width` numbers.

    Raises:
        ValueError: there is no such codec, parameter or value; a sentence.
    """
    found: list[Codec] = []
    for line in lines:
        if line.strip() == EVERY:
            found += usual(width, count)
        else:
            found += [codec_of(one) for one in expanded(line)]
    return list(dict.fromkeys(found))


def expanded(line: str) -> Iterator[str]:
    """A line for each combination of the values that stand after commas."""
    try:
        words = shlex.split(line)
    except ValueError:
        raise ValueError(f"a quotation mark is open in {line!r}") from None
    choices = []
    for word in words:
        name, equals, values = word.partition("=")
        choices.append([f"{name}={value}" for value in values.split(",")] if equals else [word])
    for chosen in itertools.product(*choices):
        yield shlex.join(chosen)


def usual(width: int, count: int) -> list[Codec]:
    """Settings that suit vectors of this width: from half the bytes down to a hundredth."""
    bits = 8 if count >= _FULL_CODEBOOK else 6 if count >= 512 else max(2, min(4, count.bit_length() - 1))
    eighth, half, quarter = max(1, width // 8), max(1, width // 2), max(1, width // 4)
    lines = [
        "float16",
        "bfloat16",
        "int8",
        "int8 scale=row",
        "int4",
        f"truncate dimensions={half}",
        f"pca dimensions={half}",
        f"pca dimensions={quarter} then=int8",
        "svd",
        "prune",
        "dedup",
        "binary",
        "binary rescore=int8",
        f"hash bits={max(8, width)}" if width >= 8 else "hash bits=8 how=hyperplanes",
        f"fsq dimensions={half}",
        f"pq m={eighth} bits={bits}",
        f"pq m={min(width, 2 * eighth)} bits={bits}",
        f"opq m={eighth} bits={bits}",
        f"rq m={max(1, min(16, eighth))} bits={bits}",
        f"aq m={max(1, min(8, eighth))} bits={bits}",
        f"vq bits={bits + 2 if count >= 2 ** (bits + 2) else bits}",
    ]
    if width >= 16:
        lines += [f"lfq bits={max(8, half)}", f"bsq bits={max(8, half)}"]
    return [codec_of(line) for line in lines]
