"""What members foretell of a text, window by window, and what they do together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.generation.byte_model import ByteModel
from core.generation.ensemble.pooling import normalized
from core.generation.ensemble.rules import RULES, Rule
from core.generation.ensemble.windows import Window
from core.jobs.context import Context

_LN2 = float(np.log(2))


class Foretold(NamedTuple):
    """Of the n bytes of a window, by m members."""

    laws: NDArray[np.float64]
    """(n, m, 257) natural logarithms."""
    truth: NDArray[np.intp]
    """(n,) the bytes that came."""
    before: NDArray[np.float64]
    """(m,): what each gave to all bytes of the text that earlier windows foretold."""

    @property
    def given(self) -> NDArray[np.float64]:
        """(n, m): what each gave to the byte that came."""
        return self.laws[np.arange(len(self.truth)), :, self.truth]

    @property
    def evidence(self) -> NDArray[np.float64]:
        """(n, m): what each gave to all bytes of the text before, each foretold in its own window.

        What a window reads again as its context counts once: so a Bayesian mixture gives a whole text
        Σ w Π P(byte), and is worse than its best member by no more than −log2 w bits.
        """
        return self.before + np.cumsum(np.vstack((np.zeros_like(self.before), self.given[:-1])), axis=0)

    @property
    def after(self) -> NDArray[np.float64]:
        """(m,): `before` of the text's next window."""
        found: NDArray[np.float64] = self.before + self.given.sum(axis=0)
        return found


class Pieces(NamedTuple):
    """Of p windows: bits summed over their bytes."""

    members: NDArray[np.float64]
    """(p, m)"""
    together: NDArray[np.float64]
    """(p,)"""
    rules: dict[str, NDArray[np.float64]]
    """Kind of rule → (p,), its weights the usual ones."""
    bytes: NDArray[np.float64]
    """(p,)"""


def foretell(
    members: Sequence[ByteModel],
    data: bytes,
    window: Window,
    before: NDArray[np.float64],
    ctx: Context,
    tell: Callable[[float], None] = lambda share: None,
) -> Foretold:
    """What members say of each byte of a window, asked byte by byte.

    Args:
        before: (m,) natural logarithms of what members gave to what earlier windows of the text foretold.
        tell: hears how much of the window is done, 0 … 1.

    Raises:
        UserError: a member holds the text to be impossible.
    """
    n, m = window.end - window.begin, len(members)
    laws = np.empty((n, m, 257))
    for number, member in enumerate(members):
        state = member.read(member.start(), data[window.start : window.begin], ctx)
        walk = member.walk(state, data[window.begin : window.end - 1], ctx)
        for place, here in enumerate(chain([state], walk)):
            tell((number * n + place) / (m * n))
            laws[place, number] = member.law(here).log_probabilities
    truth = np.frombuffer(data[window.begin : window.end], np.uint8).astype(np.intp)
    return Foretold(laws, truth, before)


def bits(law: NDArray[np.float64], truth: NDArray[np.intp]) -> NDArray[np.float64]:
    """(n,) of the bytes that came, from (n, 257)."""
    found: NDArray[np.float64] = -law[np.arange(len(truth)), truth] / _LN2
    return found


def owed(given: NDArray[np.float64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """(…, m): how much of a byte is owed to each member, its weight times what it gave, together 1.

    Args:
        given: (…, m) natural logarithms.
        shares: (…, m) the weights.
    """
    with np.errstate(divide="ignore"):
        return np.exp(normalized(given + np.log(shares)))


def of_rules(found: Foretold) -> dict[str, float]:
    """Bits of all bytes under every rule that takes so many members, its weights the usual ones."""
    members = found.laws.shape[1]
    sums = {}
    for kind, cls in RULES.items():
        if cls.members is None:
            rule: Rule = cls()  # type: ignore[call-arg]
            law = rule.law(found.laws, np.array(rule.usual(members)), found.evidence)
            sums[kind] = float(bits(law, found.truth).sum())
    return sums
