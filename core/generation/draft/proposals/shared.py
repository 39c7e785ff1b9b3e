"""Two vocabularies, by the tokens that both have: the draft's law is renormalised over them (2502.05202).

The target's law stays whole, so what is written follows it; tokens that the draft does not know come from the
target alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.errors import UserError
from core.generation.draft.acceptance import Law, drawn
from core.generation.draft.laws import Laws
from core.generation.draft.proposals.proposer import Proposal, Proposer, Uniform
from core.generation.draft.proposals.string import within_context
from core.generation.draft.reader import Reader, drawn_by
from core.generation.draft.written_text import text_of, tokens_of
from core.generation.language.language_model import LanguageModel


class SharedTokens(Proposer):
    """`count`: tokens that both have."""

    def __init__(self, target: LanguageModel, draft: LanguageModel, laws: Laws, uniform: Uniform) -> None:
        """
        Raises:
            UserError: no token is in both vocabularies.
        """
        self._target, self._draft, self._laws, self._uniform = target, draft, laws, uniform
        self._reader = Reader(draft)
        pairs = shared_tokens(target, draft)
        self._in_target = np.array([at for at, _ in pairs], dtype=np.int64)
        self._in_draft = np.array([at for _, at in pairs], dtype=np.int64)
        self._draft_id = dict(pairs)
        self.count = len(pairs)
        if not pairs:
            raise UserError(
                f"{draft.name} and {target.name} have no token in common: let proposals be verified as text "
                "or byte by byte.",
                field="verify",
            )

    def propose(self, ids: Sequence[int], count: int) -> Proposal:
        own = within_context(tokens_of(self._draft, text_of(self._target, ids)), self._draft, count)
        prompt = len(own)
        found: list[int] = []
        laws: list[Law] = []
        while own and len(found) < count:
            law = self._law(own, prompt)
            if law is None:
                break
            chosen = drawn(law, self._uniform())
            found.append(chosen)
            laws.append(law)
            if chosen in self._target.ends:
                break
            own.append(self._draft_id[chosen])
        self.calls, self.seconds = self._reader.calls, self._reader.seconds
        return Proposal(found, laws)

    def _law(self, own: list[int], prompt: int) -> Law | None:
        """(V,) by the target's ids; None where the draft believes in nothing that both have."""
        law = self._laws(self._reader.scores(own), drawn_by(self._draft, own, prompt))
        mass = law[self._in_draft]
        total = mass.sum()
        if not total > 0:
            return None
        law = np.zeros(self._target.vocab_size)
        law[self._in_target] = mass / total
        return law


def shared_tokens(target: LanguageModel, draft: LanguageModel) -> list[tuple[int, int]]:
    """The ids in both of tokens that stand for the same bytes, and of the end of a text."""
    by_bytes: dict[bytes, int] = {}
    for id, piece in enumerate(draft.pieces):
        if piece:
            by_bytes.setdefault(piece, id)
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for id, piece in enumerate(target.pieces):
        other = by_bytes.get(piece) if piece else None
        if other is not None and other not in taken:
            pairs[id] = other
            taken.add(other)
    for ends in zip(sorted(target.ends), sorted(draft.ends), strict=False):
        pairs.setdefault(*ends)
    return sorted(pairs.items())
