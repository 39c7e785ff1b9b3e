"""Figures on single tokens and rows: the worst and the best new tokens, residuals, lengths."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from core.tokenizers.canonical import Boundary, Kind, Token
from core.tokenizers.vocabulary import Vocabulary
from core.transplant.evaluate import Passage, Scored
from core.transplant.graft import Graft
from core.transplant.matching import COPIED, Source
from core.transplant.result import Atom, Example, Histogram, Norms, TokenFigures
from core.transplant.rows import Rows
from core.transplant.texts import Slice

SHOWN = 20
"""Tokens in either list."""
_ATOMS = 16
_BINS = 40
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_AROUND = 60
"""Characters of an example on either side of the token."""
_EXAMPLES = 3


def spelt(token: Token) -> str:
    """A token's text, half characters as ``\\xNN``; a special token's name."""
    if token.kind in (Kind.SPECIAL, Kind.UNUSED):
        return token.content
    text = token.bytes.decode("utf-8", errors="backslashreplace")
    return f" {text}" if token.boundary is Boundary.IMPLIED else text


class TokenCosts:
    """What each of the target's tokens cost on the text, beside what the base needed for the same bytes.

    Args:
        before, after: the same passages by both models, slice by slice.
        size: of the target's vocabulary.
    """

    def __init__(
        self, slices: Sequence[Slice], before: list[list[Scored]], after: list[list[Scored]], size: int
    ) -> None:
        self.occurs = np.zeros(size, dtype=np.int64)
        self.bits = np.zeros(size)
        self.bits_before = np.zeros(size)
        self._places: list[tuple[str, Passage, NDArray[np.float64]]] = []
        for text, old, new in zip(slices, before, after, strict=True):
            for passage, one, other in zip(text.passages, old, new, strict=True):
                self._add(passage, one, other)

    @property
    def added(self) -> NDArray[np.float64]:
        """(size,) bits that all occurrences of a token together cost more."""
        return self.bits - self.bits_before

    def examples(self, token: int) -> list[Example]:
        """The line in which the token first occurs, and two others, where it costs most beside the base."""
        found: list[tuple[float, int, int]] = []
        for number, (_, passage, added) in enumerate(self._places):
            places = np.flatnonzero(passage.ids == token)
            found += [(float(added[place]), number, place) for place in places.tolist()]
        dearest = sorted(found[1:], key=lambda each: (-each[0], *each[1:]))
        lines: list[Example] = []
        for _, number, place in found[:1] + dearest:
            text, passage, _ = self._places[number]
            line = _line(text, int(passage.edges[place]), int(passage.edges[place + 1]))
            if all(line.text != other.text for other in lines):
                lines.append(line)
            if len(lines) == _EXAMPLES:
                break
        return lines

    def _add(self, text: str, one: Scored, other: Scored) -> None:
        edges, ids = other.passage.edges, other.passage.ids
        scored = ~np.isnan(other.bits)
        bits_before = np.diff(one.per_byte()[edges])
        np.add.at(self.occurs, ids[scored], 1)
        np.add.at(self.bits, ids[scored], other.bits[scored])
        np.add.at(self.bits_before, ids[scored], bits_before[scored])
        self._places.append((text, other.passage, np.nan_to_num(other.bits - bits_before)))


def _line(passage: str, begin: int, end: int) -> Example:
    """The line, or what is near, around the bytes from `begin` to `end`."""
    data = passage.encode()
    start = len(data[:begin].decode(errors="ignore"))
    stop = max(len(data[:end].decode(errors="ignore")), min(start + 1, len(passage)))
    left = max(passage.rfind("\n", 0, start) + 1, start - _AROUND)
    found = passage.find("\n", stop)
    right = min(len(passage) if found < 0 else found, stop + _AROUND)
    return Example(text=passage[left:right], at=(start - left, stop - left))


def worst_and_best(
    graft: Graft, base: Vocabulary, target: Vocabulary, costs: TokenCosts | None
) -> tuple[list[TokenFigures], list[TokenFigures]]:
    """The new tokens that add most bits to the text, and those that add fewest; else by residual."""
    new = graft.targets
    rows = graft.rows.get("input")
    if rows is None or not len(new):
        return [], []
    if costs is None:
        residuals = rows.residual.numpy()
        places = np.flatnonzero(~np.isnan(residuals))
        order = places[np.argsort(-residuals[places], kind="stable")]
    else:
        places = np.flatnonzero(costs.occurs[new] > 0)
        order = places[np.argsort(-costs.added[new[places]], kind="stable")]
    half = min(SHOWN, (len(order) + 1) // 2)
    best = order[::-1][: min(SHOWN, len(order) - half)]

    def figures(place: int) -> TokenFigures:
        return _token(place, int(new[place]), rows, base, target, costs)

    return [figures(place) for place in order[:half].tolist()], [figures(place) for place in best.tolist()]


def residuals(graft: Graft) -> tuple[float | None, Histogram]:
    """The mean over all new tokens, and the histogram from 0 to 1."""
    rows = graft.rows.get("input")
    found = np.empty(0) if rows is None else rows.residual.double().numpy()
    found = found[~np.isnan(found)]
    if not len(found):
        return None, Histogram()
    counts, edges = np.histogram(np.clip(found, 0, 1), bins=_BINS, range=(0, 1))
    return float(found.mean()), Histogram(edges=edges.tolist(), counts=counts.tolist())


def norms(graft: Graft) -> Norms:
    sources = np.array([source in COPIED for source in graft.sources])
    made = np.array([source is Source.METHOD for source in graft.sources])
    lengths = graft.new_lengths[: len(graft.sources)]
    return Norms(
        base=_quantiles(graft.base_lengths),
        copied=_quantiles(lengths[torch.from_numpy(sources)]),
        approximated=_quantiles(lengths[torch.from_numpy(made)]),
    )


def _quantiles(values: torch.Tensor) -> list[float]:
    if not len(values):
        return []
    return [float(value) for value in np.quantile(values.double().numpy(), _QUANTILES)]


def _token(
    place: int, id: int, rows: Rows, base: Vocabulary, target: Vocabulary, costs: TokenCosts | None
) -> TokenFigures:
    token = target.entries[id]
    assert token is not None
    residual = float(rows.residual[place])
    occurs = int(costs.occurs[id]) if costs else 0
    examples = costs.examples(id) if costs else []
    return TokenFigures(
        id=id,
        text=spelt(token),
        residual=None if np.isnan(residual) else residual,
        occurs=occurs,
        bits=float(costs.bits[id]) / occurs if costs and occurs else None,
        bits_before=float(costs.bits_before[id]) / occurs if costs and occurs else None,
        built_from=_atoms(rows, place, base),
        example=examples[0].text if examples else "",
        example_at=examples[0].at if examples else None,
        others=examples[1:],
    )


def _atoms(rows: Rows, place: int, base: Vocabulary) -> list[Atom]:
    """The heaviest first."""
    if rows.indices is None or rows.weights is None:
        return []
    indices, weights = rows.indices[place].tolist(), rows.weights[place].tolist()
    found = []
    for id, weight in sorted(zip(indices, weights, strict=True), key=lambda pair: -abs(pair[1])):
        token = base.entries[id] if id >= 0 else None
        if token is not None:
            found.append(Atom(token=spelt(token), weight=weight))
    return found[:_ATOMS]
