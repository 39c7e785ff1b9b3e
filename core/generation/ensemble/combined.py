"""`Ensemble`: several byte models as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.generation.byte_model import ByteLaw, ByteModel, ByteState
from core.generation.ensemble.rules.rule import Rule
from core.jobs.context import Context


@dataclass(frozen=True, eq=False)
class EnsembleState(ByteState):
    """`members` has None for a member that holds what was read to be impossible."""

    length: int
    log_probability: float
    """Of what was read after the context, if there is one (`Ensemble.after`)."""
    members: tuple[ByteState | None, ...]
    _laws: list[tuple[ByteLaw, ...]] = field(default_factory=list, repr=False)
    """Kept once they were asked for: `law` and `push` both need them."""

    @property
    def evidence(self) -> NDArray[np.float64]:
        """(m,) natural logarithms of what each member gave to all that was read, the context included."""
        return np.array([-np.inf if state is None else state.log_probability for state in self.members])


_NOTHING = ByteLaw(np.full(257, -np.inf), 0.0, 0.0)


class Ensemble(ByteModel):
    """Each member reads the same bytes in its own tokens; the end of the text is mixed like a byte.

    Args:
        members: at least two, of any vocabularies.
        rule: how their laws become one.
        weights: (m,) as `rule` takes them; its usual ones when None.

    Raises:
        ValueError: the rule takes another number of members, or other weights.
    """

    def __init__(
        self, members: Sequence[ByteModel], rule: Rule, weights: Sequence[float] | None = None
    ) -> None:
        if rule.members not in (None, len(members)) or len(members) < 2:
            raise ValueError(f"{rule.title} takes {rule.members or 'two or more'} models.")
        self.members = tuple(members)
        self.rule = rule
        self.weights = np.array(rule.usual(len(members)) if weights is None else rule.checked(weights))
        self.name = " + ".join(member.name for member in members)

    @property
    def evaluations(self) -> int:  # type: ignore[override]
        return sum(member.evaluations for member in self.members)

    def start(self) -> EnsembleState:
        return EnsembleState(0, 0.0, tuple(member.start() for member in self.members))

    def after(self, context: bytes, ctx: Context | None = None) -> EnsembleState:
        """What is read from here on stands after `context`, whose own probability is not counted.

        Members read it in as few calls as they can.

        Raises:
            UserError: it is impossible, or too long for a member.
        """
        states = tuple(member.read(member.start(), context, ctx) for member in self.members)
        return EnsembleState(len(context), 0.0, states)

    def laws(self, state: ByteState) -> NDArray[np.float64]:
        """(m, 257) natural logarithms: each member's law of the next byte."""
        return np.stack([law.log_probabilities for law in self._each(state)])

    def shares(self, state: ByteState) -> NDArray[np.float64]:
        """(m,): what weight each member has for the next byte."""
        assert isinstance(state, EnsembleState)
        found: NDArray[np.float64] = self.rule.shares(
            self.laws(state)[None], self.weights, state.evidence[None]
        )[0]
        return found

    def law(self, state: ByteState) -> ByteLaw:
        """Raises:
        UserError: no byte is possible for all of a product's members.
        """
        assert isinstance(state, EnsembleState)
        each = self._each(state)
        law = self.rule.law(self.laws(state)[None], self.weights, state.evidence[None])[0]
        if not np.isfinite(law).any():
            raise UserError(f"{self.name}: after these bytes there is none that all hold possible.")
        shares = self.shares(state)
        return ByteLaw(
            law,
            float(shares @ [one.leaked for one in each]),
            float(shares @ [one.pruned for one in each]),
            float(shares @ [one.special for one in each]),
        )

    def push(self, state: ByteState, byte: int) -> EnsembleState:
        assert isinstance(state, EnsembleState)
        given = float(self.law(state).log_probabilities[byte])
        if given == -np.inf:
            raise UserError(f"{self.name}: the byte 0x{byte:02X} has probability zero here.")
        after = tuple(
            None if one is None or law.log_probabilities[byte] == -np.inf else member.push(one, byte)
            for member, one, law in zip(self.members, state.members, self._each(state), strict=True)
        )
        return EnsembleState(state.length + 1, state.log_probability + given, after)

    def _each(self, state: ByteState) -> tuple[ByteLaw, ...]:
        assert isinstance(state, EnsembleState)
        if not state._laws:
            state._laws.append(
                tuple(
                    _NOTHING if one is None else member.law(one)
                    for member, one in zip(self.members, state.members, strict=True)
                )
            )
        return state._laws[0]
