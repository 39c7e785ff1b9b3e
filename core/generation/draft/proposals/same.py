"""One vocabulary: the draft's tokens are the target's (2211.17192)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.errors import UserError
from core.generation.draft.acceptance import Law, drawn
from core.generation.draft.laws import Laws
from core.generation.draft.proposals.proposer import Proposal, Proposer, Uniform
from core.generation.draft.reader import Reader, drawn_by
from core.generation.language.language_model import LanguageModel


def same_vocabulary(one: LanguageModel, other: LanguageModel) -> bool:
    """Whether each token has the same number and the same bytes in both."""
    first, second = one.tokenizer.vocabulary, other.tokenizer.vocabulary
    return first.size == second.size and all(
        a == b or (a is not None and b is not None and (a.kind, a.bytes) == (b.kind, b.bytes))
        for a, b in zip(first.entries, second.entries, strict=True)
    )


class Same(Proposer):
    def __init__(self, target: LanguageModel, draft: LanguageModel, laws: Laws, uniform: Uniform) -> None:
        """
        Raises:
            UserError: the two have different vocabularies.
        """
        if not same_vocabulary(target, draft):
            raise UserError(
                f"{draft.name} and {target.name} have different vocabularies: let proposals be verified as "
                "text, by shared tokens or byte by byte.",
                field="verify",
            )
        self._target, self._draft, self._laws, self._uniform = target, draft, laws, uniform
        self._reader = Reader(draft)

    def propose(self, ids: Sequence[int], count: int) -> Proposal:
        own = [*self._draft.begin, *ids[len(self._target.begin) :]]
        prompt = len(own)
        found: list[int] = []
        laws: list[Law] = []
        if self._draft.context is not None:
            count = min(count, self._draft.context - prompt)
        while own and len(found) < count:
            scores = self._reader.scores(own)
            law = self._laws(scores, drawn_by(self._draft, own, prompt))
            law = _as_long(law, self._target.vocab_size)
            found.append(drawn(law, self._uniform()))
            laws.append(law)
            if found[-1] in self._draft.ends:
                break
            own.append(found[-1])
        self.calls, self.seconds = self._reader.calls, self._reader.seconds
        return Proposal(found, laws)


def _as_long(law: Law, size: int) -> Law:
    """One model may have more rows than the other; those past the tokenizer's have no mass."""
    if len(law) >= size:
        return law[:size]
    return np.concatenate([law, np.zeros(size - len(law))])
