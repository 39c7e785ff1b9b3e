"""`TokenCovers`: the law of the next byte of a language model, whatever its tokens.

A text that begins with the bytes x begins with exactly one of the token sequences that cover x: all but the
last token end before x does, and the last one at its end or behind it (2410.09303, Lemma 1). So P(x) is the
sum of their probabilities. *valid* sums only those that the tokenizer itself would write, if only before some
other text (`Spelling`): mostly one of them ends exactly where x does, and only such need a call of the model,
all together one. *all* sums every one (2412.03719),
those with the most mass in a beam.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from core.errors import UserError
from core.generation.byte_model import END, Aligned, ByteLaw, ByteModel, ByteState
from core.generation.covers.spelling import is_text, spelling_of
from core.generation.covers.way import Covers, Left, Way
from core.generation.language.language_model import LanguageModel, State
from core.jobs.context import Context

_NEGLIGIBLE = 1e-12
"""Share of the whole below which nothing is followed, or asked about."""
_BLOCK = 256
"""Tokens of a long prompt that are read at a time."""
_MOST_NUMBERS = 1 << 24
"""Logits in memory at a time."""

_FIRST_TOKEN = 4096
"""Bytes of a text that are looked at to find its first token."""

Convention = Literal["valid", "all"]


class TokenCovers(ByteModel):
    """One language model, byte by byte.

    Args:
        convention: which token sequences count.
        beam: of those, how many are followed at most; None for no limit (*all* only).
        before: what stands before the text, in place of the model's own `begin`. Where nothing does, nothing
            tells how texts begin either: the first token of what is read is taken for granted.
    """

    def __init__(
        self,
        language: LanguageModel,
        *,
        convention: Convention = "valid",
        beam: int | None = None,
        before: Sequence[int] | None = None,
    ) -> None:
        self.name = language.name
        self.language = language
        self.convention = convention
        self.evaluations = 0
        self._beam = beam if convention == "all" else None
        self._begin = tuple(language.begin if before is None else before)
        self._trie, self._spelling = spelling_of(language)
        self._hidden = b" " if language.puts_space else b""
        self._ends = sorted(language.ends)
        self._root_left = Left(self._begin, 0.0, self._spelling.start, None)
        self._start: Covers | None = None

    @property
    def beside_merges(self) -> int:
        """Tokens for whole words of which *valid* may not follow all beginnings (`words_beside_merges`)."""
        return self._spelling.beside_merges

    def start(self) -> ByteState:
        """Before the first byte; a space that the tokenizer puts before each text is read already."""
        if self._start is None and self._begin:
            self._evaluate([self._root_left])
            self._start = self._begun(self._root_left)
        elif self._start is None:
            self._start = Covers((), 0, 0.0, 0.0)
        return self._start

    def start_of(self, data: bytes) -> ByteState:
        """Before the first byte of a text that begins so.

        The same as `start`, unless nothing stands before texts: then the first of the text's own tokens has
        probability one.
        """
        id = None if self._begin else self._first_token(data)
        if id is None:
            return self.start()
        row = np.full(self.language.vocab_size, -np.inf)
        row[id] = 0.0
        root = Left((), 0.0, self._spelling.start, None)
        self._keep(root, self.language.start(), row)
        return self._begun(root)

    def _first_token(self, data: bytes) -> int | None:
        """As the tokenizer has it; None where it has none that is text."""
        text = self._hidden + data[:_FIRST_TOKEN]
        for end in range(len(text), max(len(text) - 4, len(self._hidden)), -1):
            if is_text(text[:end]):
                ids = self._spelling.encoded([text[:end]], first=True)[0]
                return ids[0] if ids and ids[0] in self._trie.place else None
        return None

    def _begun(self, root: Left) -> Covers:
        """Before the first byte of a text whose tokens begin with those of `root`."""
        state = Covers((self._root(root),), 0, 0.0, 0.0, root=root)
        for byte in self._hidden:
            state = self._push(state, byte)
        ways = state.ways
        if self._hidden and root.end > 0:  # an empty text has not even the space
            ways = (*ways, Way(root, 0, 0, 0, root.log_weight + math.log(root.end)))
        log_all = _log_sum([way.log_mass for way in ways])
        return Covers(ways, 0, log_all, state.pruned, root=root)

    def push(self, state: ByteState, byte: int) -> ByteState:
        assert isinstance(state, Covers)
        self._check(state)
        return self._push(state, byte)

    def law(self, state: ByteState) -> ByteLaw:
        assert isinstance(state, Covers)
        self._check(state)
        if state.known_law is None:
            state.known_law = self._law(state)
        return state.known_law

    def aligned(self, state: ByteState) -> Aligned | None:
        """Where all mass but a trillionth goes on from the same tokens: usually right behind a wall.

        Behind “times␣” it is certain that a token ended before the space and that the next begins with it, or
        is it: that is one pending byte.
        """
        assert isinstance(state, Covers)
        self._check(state)
        base = max(state.ways, key=lambda way: way.log_mass)
        if base.depth == 0:
            longer = [way for way in state.ways if way.depth and way.left.ids == base.left.ids[:-1]]
            base = longer[0] if longer and self._missing([base], state) else base
        whole = [way for way in state.ways if self._is_one_more(way, base)]
        if self._missing([base, *whole], state):
            return None
        self._evaluate([base.left])
        left = base.left
        assert left.state is not None
        assert left.log_next is not None
        if not base.depth:
            return Aligned(left.state, left.ids, left.log_next)
        log_next = np.full(len(left.log_next), -np.inf)
        with np.errstate(divide="ignore"):
            log_next[self._trie.ids[base.lo : base.hi]] = np.log(
                self._chances(base, state.log_probability)[0]
            )
        last = [way.left.ids[-1] for way in whole]
        log_next[last] = left.log_next[last]
        return Aligned(left.state, left.ids, log_next - _log_sum(log_next.tolist()), base.depth)

    def _is_one_more(self, way: Way, base: Way) -> bool:
        """Whether a way has read just the token that another has in part."""
        if way.depth or not base.depth or way.left.ids[:-1] != base.left.ids:
            return False
        return int(self._trie.lengths[self._trie.place[way.left.ids[-1]]]) == base.depth

    def _missing(self, ways: Sequence[Way], state: Covers) -> bool:
        """Whether more mass than is negligible lies on other ways."""
        others = [way.log_mass for way in state.ways if way not in ways]
        return _log_sum(others) - state.log_probability > math.log(_NEGLIGIBLE)

    def read(self, state: ByteState, data: bytes, ctx: Context | None = None) -> ByteState:
        """Read many bytes on.

        *valid*, from the start: what lies before the last wall in blocks, the rest in one call more.

        Raises:
            UserError: as `push`; or the tokenizer would not write these bytes as they stand.
        """
        if not data:
            return state
        state = self._known_start(state, data)
        if state.root is not None and self.convention == "valid":
            state, data = self._leapt(state, state.root, data, ctx)
        for after in self.walk(state, data, ctx):
            state = after
        return state

    def walk(self, state: ByteState, data: bytes, ctx: Context | None = None) -> Iterator[ByteState]:
        """The states after each byte in turn; *valid* needs one call for what lies between two walls.

        Raises:
            UserError: as `push`.
        """
        state = self._known_start(state, data)
        walls = self._spelling.walls(data) if self.convention == "valid" else []
        for begin, end in pairwise([0, *walls, len(data)]):
            ahead = self.convention == "valid" and begin < end
            primed = self._prime(state, data[begin:end]) if ahead else []
            for byte in data[begin:end]:
                if ctx is not None:
                    ctx.check()
                state = self._push(state, byte)
                yield state
            for left in primed:
                left.primed.clear()

    # How it is done

    def _known_start(self, state: ByteState, data: bytes) -> Covers:
        found = state if self._begin or state is not self._start else self.start_of(data)
        assert isinstance(found, Covers)
        return found

    def _check(self, state: Covers) -> None:
        if not state.ways:
            raise UserError(
                f"{self.name} has no token that stands before a text, so that nothing tells how a text "
                "begins. Give it a prompt of at least one token, or choose a model that has such a token."
            )

    def _root(self, left: Left) -> Way:
        return Way(left, 0, len(self._trie), 0, left.log_weight)

    def _evaluate(self, lefts: Sequence[Left]) -> None:
        """Ask the model once about all of them that it was not asked about."""
        asked = [left for left in lefts if left.log_next is None]
        if asked:
            self._ask(
                asked,
                [left.before or self.language.start() for left in asked],
                [left.ids[-1:] if left.before is not None else left.ids for left in asked],
            )

    def _ask(self, lefts: Sequence[Left], states: Sequence[State], ids: Sequence[Sequence[int]]) -> None:
        """Read each left's last tokens `ids` on from a state, and keep what comes next."""
        self.evaluations += 1
        found = self.language.advance(states, ids)
        for left, state, row in zip(lefts, found.states, _log_laws(found.logits), strict=True):
            self._keep(left, state, row)

    def _keep(self, left: Left, state: State, row: NDArray[np.float64]) -> None:
        left.state, left.log_next, left.before = state, row, None
        left.next = np.exp(row[self._trie.ids])
        left.end = float(np.exp(row[self._ends]).sum())
        left.special = max(0.0, 1.0 - float(left.next.sum()) - left.end)

    def _leapt(self, state: Covers, root: Left, data: bytes, ctx: Context | None) -> tuple[Covers, bytes]:
        """Right before the last wall, where only its space can be next; and the bytes that remain."""
        text = self._hidden + data
        wall = self._spelling.last_wall(text)
        read = text[:wall]
        if wall <= len(self._hidden) or not is_text(read):
            return state, data
        ids = self._spelling.encoded([read], first=True)[0]
        if self.language.spelt(ids) != read:
            raise UserError(
                f"The tokenizer of {self.name} does not write this text as it stands: it changes or drops "
                "characters first. Give the text as it is after that."
            )
        length, limit = len(root.ids) + len(ids), self.language.context
        if limit is not None and length > limit:
            raise UserError(
                f"{self.name} takes {limit:,} tokens at once, and this text has at least {length:,}. Take a "
                "shorter one, or a model with a longer context."
            )
        assert root.state is not None
        assert root.log_next is not None
        before, row, weight = root.state, root.log_next, 0.0
        block = max(16, min(_BLOCK, _MOST_NUMBERS // self.language.vocab_size))
        for begin in range(0, len(ids), block):
            if ctx is not None:
                ctx.check()
            some = ids[begin : begin + block]
            self.evaluations += 1
            found = self.language.advance([before], [some], every=True)
            rows = np.concatenate([row[None], _log_laws(found.logits)])
            weight += float(rows[np.arange(len(some)), some].sum())
            before, row = found.states[0], rows[-1]
        tail = self._spelling.tail(read, tuple(ids), first=True)
        left = Left((*root.ids, *ids), weight, tail, None)
        self._keep(left, before, row)
        done = wall - len(self._hidden)
        return Covers((self._root(left),), done, weight, state.pruned), data[done:]

    def _prime(self, state: Covers, data: bytes) -> list[Left]:
        """Ask at once about all tokens that may end within the next bytes; those that were."""
        first = state.root is not None
        root = state.root or next((way.left for way in state.ways if way.depth == 0), None)
        if root is None:
            return []
        self._evaluate([root])
        assert root.state is not None
        read = root.tail.data + (self._hidden if first else b"")
        texts = [read + data[:end] for end in range(1, len(data) + 1)]
        encoded = self._spelling.encoded([text for text in texts if is_text(text)], first=root.tail.first)
        ways: dict[tuple[int, ...], Left] = {(): root}
        for ids in encoded:
            more = tuple(ids[len(root.tail.ids) :])
            if tuple(ids[: len(root.tail.ids)]) != root.tail.ids or not self._trie.place.keys() >= set(more):
                continue
            for last, id in enumerate(more):
                if more[: last + 1] not in ways:
                    parent = ways[more[:last]]
                    tail = self._spelling.after(parent.tail, self._trie.place[id])
                    ways[more[: last + 1]] = parent.primed[id] = Left((*parent.ids, id), 0.0, tail, None)
        del ways[()]
        if ways:
            self._ask(list(ways.values()), [root.state] * len(ways), list(ways))
        return [root, *ways.values()]

    def _chances(self, way: Way, log_scale: float) -> tuple[NDArray[np.float64], float]:
        """Probabilities of the tokens at a way's places, 0 for those that do not count; and what was dropped
        of them, being too little to ask about."""
        assert way.left.next is not None
        chances = way.left.next[way.lo : way.hi]
        if self.convention == "all":
            return chances, 0.0
        least = _NEGLIGIBLE * math.exp(min(log_scale - way.left.log_weight, 700.0))
        wanted = chances >= least
        valid = self._spelling.valid(way.left.tail, way.lo, way.hi, wanted)
        return np.where(valid & wanted, chances, 0.0), float(chances[~wanted].sum())

    def _ending(self, left: Left) -> float:
        """Probability that the text ends, where only texts count: not within a character, say."""
        return left.end if self.convention == "all" or self._spelling.may_end(left.tail) else 0.0

    def _push(self, state: Covers, byte: int) -> Covers:
        self._evaluate([way.left for way in state.ways])
        narrowed = []
        for way in state.ways:
            lo, hi, longer = self._trie.child(way.lo, way.hi, way.depth, byte)
            if lo < hi:
                narrowed.append((Way(way.left, lo, hi, way.depth + 1, way.log_mass), longer))
        scale = _log_sum([way.left.log_weight + _log(float(_next(way).sum())) for way, _ in narrowed])
        ways, dropped = [], []
        for way, longer in narrowed:
            chances, small = self._chances(way, scale)
            left, split = way.left, longer - way.lo
            dropped.append(left.log_weight + _log(small))
            for place in (way.lo + np.flatnonzero(chances[:split])).tolist():
                ways.append(self._root(self._extended(left, place)))
            rest = float(chances[split:].sum())
            if rest > 0:
                ways.append(Way(left, longer, way.hi, way.depth, left.log_weight + math.log(rest)))
        return self._kept(state, byte, ways, _log_sum(dropped))

    def _extended(self, left: Left, place: int) -> Left:
        id = int(self._trie.ids[place])
        assert left.log_next is not None
        weight = left.log_weight + float(left.log_next[id])
        if id in left.primed:
            left.primed[id].log_weight = weight
            return left.primed[id]
        tail = self._spelling.after(left.tail, place) if self.convention == "valid" else left.tail
        return Left((*left.ids, id), weight, tail, left.state)

    def _kept(self, state: Covers, byte: int, ways: list[Way], log_dropped: float) -> Covers:
        """Those of the ways that are worth following."""
        ways.sort(key=lambda way: -way.log_mass)
        log_all = _log_sum([way.log_mass for way in ways])
        if log_all == -math.inf:
            raise UserError(
                f"{self.name} gives these bytes no probability: no token of it goes on with "
                f"byte {state.length + 1}, which is 0x{byte:02X}."
            )
        least = log_all + math.log(_NEGLIGIBLE)
        most = len(ways) if self._beam is None else self._beam
        kept = [way for at, way in enumerate(ways) if at < most and way.log_mass >= least]
        log_kept = _log_sum([way.log_mass for way in kept])
        log_dropped = _log_sum([log_dropped, *(way.log_mass for way in ways[len(kept) :])])
        share = math.exp(log_dropped - _log_sum([log_dropped, log_kept]))
        pruned = 1.0 - (1.0 - state.pruned) * (1.0 - share)
        return Covers(tuple(kept), state.length + 1, log_kept, pruned)

    def _law(self, state: Covers) -> ByteLaw:
        self._evaluate([way.left for way in state.ways])
        masses = np.zeros(END + 1)
        dropped = special = 0.0
        for way in state.ways:
            weight = math.exp(way.left.log_weight - state.log_probability)
            chances, small = self._chances(way, state.log_probability)
            column = self._trie.bytes_at(way.lo, way.hi, way.depth)
            masses[:END] += weight * np.bincount(column, weights=chances, minlength=END)
            if way.depth == 0:
                masses[END] += weight * self._ending(way.left)
                special += weight * way.left.special
                dropped += weight * small
        total = float(masses.sum())
        if total <= 0.0:
            raise UserError(f"{self.name} foretells nothing here: all that it would say is no text.")
        with np.errstate(divide="ignore"):
            log_law = np.log(masses / total)
        pruned = 1.0 - (1.0 - state.pruned) * (1.0 - min(1.0, dropped))
        return ByteLaw(log_law, max(0.0, 1.0 - total - dropped), pruned, special)


def _log_laws(logits: torch.Tensor) -> NDArray[np.float64]:
    found: NDArray[np.float64] = torch.log_softmax(logits.double(), -1).numpy()
    return found


def _next(way: Way) -> NDArray[np.float64]:
    assert way.left.next is not None
    return way.left.next[way.lo : way.hi]


def _log(value: float) -> float:
    return math.log(value) if value > 0.0 else -math.inf


def _log_sum(logs: Sequence[float]) -> float:
    most = max(logs, default=-math.inf)
    if most == -math.inf:
        return most
    return most + math.log(sum(math.exp(log - most) for log in logs))
