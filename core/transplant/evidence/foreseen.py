"""What two models foretell at the places where both tokenizers part a text, taken from the scoring pass.

The two cut a text otherwise, so that their answers can only be laid side by side where both have a boundary,
and only as bytes. Kept of each such place are the first five tokens and the next byte's distribution: the
probabilities of all tokens, summed by their first byte, given that a byte follows at all.

Long texts have more such places than agreement needs; `places` takes them evenly spaced, `MOST` of a slice,
so that what is kept is at most about 1 kB each and 34 MB a model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from core.tokenizers.canonical import Boundary, Kind, Token
from core.tokenizers.vocabulary import Vocabulary

if TYPE_CHECKING:
    from core.transplant.evaluate import Passage, Read

TOP = 5
MOST = 4096
"""Places of a slice: an agreement is then right within 1.6 percent points (two standard errors)."""
_MOST_OF_ALL = 2**15
_LOGITS_AT_ONCE = 2**22
_NO_BYTE = 256


@dataclass(frozen=True)
class Foreseen:
    """Of p places of a passage: `top` (p, 5) int32 ids, the likeliest first; `next_byte` (p, 256) float32,
    the probability of each byte."""

    top: NDArray[np.int32]
    next_byte: NDArray[np.float32]


Places = list[list[NDArray[np.int64]]]
"""Slice → passage → the tokens (their numbers in the passage) that begin at the places."""


def places(before: Read, after: Read, *, skip_first: bool) -> tuple[Places, Places]:
    """Where both tokenizers part the texts, as tokens of the one and of the other.

    Args:
        before, after: the texts as either tokenizer cuts them.
        skip_first: the first token of a passage is not foretold, as one of the models has no bos or eos.
    """
    one: Places = []
    other: Places = []
    most = max(1, min(MOST, _MOST_OF_ALL // max(1, len(before))))
    for of_slice, of_slice_after in zip(before, after, strict=True):
        pairs = [_common(*passages, skip_first) for passages in zip(of_slice, of_slice_after, strict=True)]
        total = sum(len(first) for first, _ in pairs)
        chosen = np.unique(np.linspace(0, total - 1, min(most, total)).round().astype(np.int64))
        begin = 0
        one.append([])
        other.append([])
        for first, second in pairs:
            mine = chosen[(chosen >= begin) & (chosen < begin + len(first))] - begin
            begin += len(first)
            one[-1].append(first[mine])
            other[-1].append(second[mine])
    return one, other


def _common(before: Passage, after: Passage, skip_first: bool) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Tokens with bytes that begin at the same byte."""
    one, other = np.flatnonzero(np.diff(before.edges)), np.flatnonzero(np.diff(after.edges))
    _, first, second = np.intersect1d(
        before.edges[one], after.edges[other], assume_unique=True, return_indices=True
    )
    start = 1 if skip_first else 0
    return one[first[start:]], other[second[start:]]


def spelt_bytes(vocabulary: Vocabulary) -> list[bytes]:
    """What each token adds to a text, by id; nothing for special and unused ones."""
    return [_bytes(token) for token in vocabulary.entries]


def _bytes(token: Token | None) -> bytes:
    if token is None or token.kind in (Kind.SPECIAL, Kind.UNUSED):
        return b""
    return b" " + token.bytes if token.boundary is Boundary.IMPLIED else token.bytes


class Watch:
    """Takes from a model's logits what it foretells at the places of one passage.

    Args:
        at: (p,) the tokens at whose beginning it is asked, ascending.
        first_bytes: (V,) int64 on the CPU, the first byte of each token, 256 for those without.
    """

    def __init__(self, at: NDArray[np.int64], first_bytes: torch.Tensor) -> None:
        self._at = at
        self._first_bytes = first_bytes
        self._top = np.zeros((len(at), TOP), dtype=np.int32)
        self._next_byte = np.zeros((len(at), 256), dtype=np.float32)

    def __call__(self, first: int, logits: torch.Tensor) -> None:
        """Args: `logits` (n, V) foretell the tokens from `first` on."""
        begin, end = np.searchsorted(self._at, [first, first + len(logits)])
        at_once = max(1, _LOGITS_AT_ONCE // logits.shape[1])
        for some in range(begin, end, at_once):
            rows = slice(some, min(some + at_once, end))
            asked = torch.from_numpy(self._at[rows] - first).to(logits.device)
            self._keep(rows, logits[asked].float())

    def _keep(self, rows: slice, logits: torch.Tensor) -> None:
        known = min(logits.shape[1], len(self._first_bytes))
        logits = logits[:, :known]  # rows of padding stand for nothing
        best = logits.topk(min(TOP, known), dim=1).indices.cpu().numpy()
        self._top[rows] = np.pad(best, ((0, 0), (0, TOP - best.shape[1])), mode="edge")
        probabilities = logits.softmax(dim=1).cpu()  # summed on the CPU, where the order is always the same
        mass = torch.zeros(len(logits), _NO_BYTE + 1)
        mass.index_add_(1, self._first_bytes[:known], probabilities)
        bytes_only = mass[:, :_NO_BYTE]
        total = bytes_only.sum(dim=1, keepdim=True).clamp_min(torch.finfo(torch.float32).tiny)
        self._next_byte[rows] = (bytes_only / total).numpy()

    @property
    def foreseen(self) -> Foreseen:
        return Foreseen(self._top, self._next_byte)


def first_bytes(spelt: Sequence[bytes]) -> torch.Tensor:
    """(V,) int64, 256 for a token without bytes."""
    return torch.tensor([token[0] if token else _NO_BYTE for token in spelt], dtype=torch.long)
