"""Whether a cache with branches foretells what the model does without any."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from core.generation.language.tree import Cache, TreeModel
from core.generation.language.whole import read_plainly

_CLOSE = 1e-4
_CLOSE_IN_16_BITS = 5e-2


def foretells_the_same(make: Callable[[Cache], TreeModel], cache: Cache, module: Any) -> bool:
    """Compare a few tokens with branches, also after slots were given back, with plain passes.

    Args:
        make: a model around the cache, for this trial only.
        cache: a fresh one.
    """
    model = make(cache)
    stem, left, right = (
        tuple((at * 7919 + 11) % model.vocab_size for at in span) for span in ((1, 2, 3), (4, 5), (6, 7))
    )
    try:
        (trunk,), law, _ = model.advance([model.start()], [stem], every=True)
        (one, two), branched, _ = model.advance([trunk, trunk], [left[:1], right])
        (one,), grown, _ = model.advance([one], [left[1:]])
        del two
        model.compact()
        (one,), after, _ = model.advance([one], [right], every=True)
    except (TypeError, ValueError, RuntimeError, IndexError, AttributeError, NotImplementedError):
        return False
    whole, _ = read_plainly(module, stem + left + right)
    other, _ = read_plainly(module, stem + right)
    n = len(stem)
    pairs = (
        (law, whole[:n]),
        (branched, torch.stack([whole[n], other[-1]])),
        (grown, whole[n + 1 : n + 2]),
        (after, whole[n + 2 :]),
    )
    return all(_close(found, expected) for found, expected in pairs)


def _close(found: torch.Tensor, expected: torch.Tensor) -> bool:
    near = _CLOSE if expected.dtype in (torch.float32, torch.float64) else _CLOSE_IN_16_BITS
    there = ~found.isneginf()  # rows without a token are not compared
    law, plain = (
        torch.log_softmax(x.float().cpu().masked_fill(~there, -torch.inf), -1) for x in (found, expected)
    )
    return bool(torch.allclose(law[there], plain[there], rtol=near, atol=near))
