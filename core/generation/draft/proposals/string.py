"""Any vocabulary, as text: what the draft writes is encoded anew with the target's tokenizer (2502.05202).

Whatever text is proposed, the target's law is kept: each token is accepted with the target's own probability
for it. Greedy, that is whether it is the one that the target would have chosen.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.generation.draft.acceptance import drawn
from core.generation.draft.laws import Laws
from core.generation.draft.proposals.proposer import Proposal, Proposer, Uniform
from core.generation.draft.reader import Reader, drawn_by
from core.generation.draft.written_text import text_of, tokens_of
from core.generation.language.language_model import LanguageModel

_LOOKED_BACK = 16
"""Tokens of the target among which the word that is being written begins."""


class String(Proposer):
    def __init__(self, target: LanguageModel, draft: LanguageModel, laws: Laws, uniform: Uniform) -> None:
        self._target, self._draft, self._laws, self._uniform = target, draft, laws, uniform
        self._reader = Reader(draft)

    def propose(self, ids: Sequence[int], count: int) -> Proposal:
        own = within_context(tokens_of(self._draft, text_of(self._target, ids)), self._draft, count)
        prompt = len(own)
        written: list[int] = []
        while own and len(written) < count:
            law = self._laws(self._reader.scores(own), drawn_by(self._draft, own, prompt))
            chosen = drawn(law, self._uniform())
            if chosen in self._draft.ends:
                break
            written.append(chosen)
            own.append(chosen)
        self.calls, self.seconds = self._reader.calls, self._reader.seconds
        return Proposal(as_tokens(self._target, ids, self._draft.spelt(written)))


def as_tokens(target: LanguageModel, ids: Sequence[int], data: bytes) -> list[int]:
    """`data`, which follows `ids`, in the target's tokens.

    It is encoded together with the word that is being written; where that would change tokens that stand
    already, alone.
    """
    if not data:
        return []
    start = _word_begins(target, ids)
    word = list(ids[start:])
    before = target.spelt(word)
    together = target.tokenizer.pieces(before + data)
    if together[: len(word)] == word:
        return together[len(word) :]
    return target.tokenizer.pieces(data)


def _word_begins(target: LanguageModel, ids: Sequence[int]) -> int:
    """Where the last token stands that begins with white space, or all that follows the last special one."""
    first = max(0, len(ids) - _LOOKED_BACK)
    for place in range(len(ids) - 1, first - 1, -1):
        piece = target.pieces[ids[place]]
        if piece is None:
            return place + 1
        if piece[:1].isspace():
            return place
    return first


def within_context(ids: list[int], draft: LanguageModel, more: int) -> list[int]:
    """Where the draft's context has no room for `more` tokens, only the latter half of it is kept."""
    if draft.context is None or len(ids) + more <= draft.context:
        return ids
    begin = list(draft.begin)
    half = max(1, draft.context // 2 - len(begin))
    step = max(1, draft.context - more - len(begin) - half)
    rest = ids[len(begin) :]
    # by steps, so that what is kept begins at the same token for a while, and is not read anew each time
    left_out = -(-(len(rest) - (draft.context - more - len(begin))) // step) * step
    return [*begin, *rest[min(left_out, len(rest) - 1) :]] if draft.context > more + len(begin) else []
