"""Which new tokens a tokenizer gets, and how its model comes to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from core.jobs.context import Context
from core.tokenizers.canonical import Family
from core.tokenizers.extend.learning import Learner
from core.tokenizers.extend.words import Cutter
from core.tokenizers.merges import Merges, Pair
from core.tokenizers.vocabulary import Vocabulary

_MOST_WORDS = 2_000_000
"""Different words held at once; beyond that, those seen once are forgotten."""
_CHECK_EVERY = 1_000

MARGIN = 1e-3
"""How much likelier a new Unigram piece is than those that it replaces, for each token saved (in nats).

So it stands wherever these stood, and hardly anywhere else; and of several ways with new pieces the shortest
is taken.
"""


class Addition(NamedTuple):
    """A new token. `parts`: how many old ones it stands for. `step`: it only leads to other new ones."""

    content: str
    parts: int
    score: float = 0.0
    step: bool = False


@dataclass
class Additions:
    tokens: list[Addition] = field(default_factory=list)
    merges: list[Pair] = field(default_factory=list)


class Candidate(NamedTuple):
    """A form of a term: its words as the model gets them, how often it occurs, the ids of its tokens now."""

    words: tuple[str, ...]
    occurs: int
    ids: list[int]

    @property
    def saved(self) -> int:
        return self.occurs * (len(self.ids) - 1)


class Reading:
    """What the domain text is made of: words, and the forms in which terms occur, whatever their case."""

    def __init__(self, cutter: Cutter, terms: Sequence[str]) -> None:
        self._cutter = cutter
        self.words: Counter[str] = Counter()
        self.forms: dict[tuple[str, ...], Counter[tuple[str, ...]]] = {}
        """A term's words in small letters → each form of it in the text, and how often."""
        self._starting: dict[str, list[tuple[str, ...]]] = {}
        for term in terms:
            key = self.key_of(term)
            if key and key not in self.forms:
                self.forms[key] = Counter()
                self._starting.setdefault(key[0], []).append(key)

    def key_of(self, term: str) -> tuple[str, ...]:
        """A term's words in the middle of a text, in small letters and without the space before it."""
        texts = [self._cutter.text(word).casefold() for word in self._cutter.words(f" {term}")]
        while texts and not texts[0].strip():
            texts.pop(0)
        return (texts[0].lstrip(), *texts[1:]) if texts else ()

    def add(self, text: str) -> None:
        words = self._cutter.words(text)
        self.words.update(words)
        if self._starting:
            keys = [self._cutter.text(word).casefold() for word in words]
            for at, first in enumerate(keys):
                for key in self._starting.get(first.lstrip(), ()):
                    if tuple(keys[at + 1 : at + len(key)]) == key[1:]:
                        self.forms[key][tuple(words[at : at + len(key)])] += 1
        if len(self.words) > _MOST_WORDS:
            self.words = Counter({word: count for word, count in self.words.items() if count > 1})

    def candidates(self, least: int, ctx: Context) -> list[Candidate]:
        """Forms of terms that take two tokens or more now; those that save the most tokens first."""
        counted = Counter[tuple[str, ...]]()
        for forms in self.forms.values():
            counted.update(forms)
        return self._ranked(counted, least, ctx)

    def all_words(self, least: int, ctx: Context) -> list[Candidate]:
        """The same of every word of the text."""
        return self._ranked(Counter({(word,): count for word, count in self.words.items()}), least, ctx)

    def _ranked(self, counted: Counter[tuple[str, ...]], least: int, ctx: Context) -> list[Candidate]:
        found = []
        for number, (words, count) in enumerate(counted.items()):
            if number % _CHECK_EVERY == 0:
                ctx.progress(number, len(counted), "Looking at candidates")
            if count < least:
                continue
            if self._cutter.is_free:
                words = ("".join(words),)
            ids = [self._cutter.tokens(word) for word in words]
            together = [id for some in ids for id in some or ()]
            if all(ids) and len(together) > 1:
                found.append(Candidate(words, count, together))
        return sorted(found, key=lambda candidate: (-candidate.saved, candidate.words))


def learnt(
    reading: Reading,
    cutter: Cutter,
    vocabulary: Vocabulary,
    merges: Merges,
    most: int,
    least: int,
    ctx: Context,
) -> Additions:
    """Tokens that go on where the tokenizer's own training ended."""
    words = []
    for number, (word, count) in enumerate(sorted(reading.words.items())):
        if number % _CHECK_EVERY == 0:
            ctx.progress(number, len(reading.words), "Cutting the words")
        ids = cutter.tokens(word)
        if ids and len(ids) > 1:
            words.append((ids, count))
    contents = [token.content if token is not None else None for token in vocabulary.entries]
    found = Learner(words, contents, merges.joined, least=least, ctx=ctx).learn(most)
    spelt = [*contents, *(token.content for token in found)]
    scores = [token.score if token is not None else None for token in vocabulary.entries]
    additions = Additions()
    for token in found:
        score = (scores[token.left] or 0.0) + (scores[token.right] or 0.0) + MARGIN
        scores.append(score)
        additions.tokens.append(Addition(token.content, token.parts, score))
        additions.merges.append((spelt[token.left] or "", spelt[token.right] or ""))
    return additions


def reached_by_merges(
    candidates: Sequence[Candidate],
    cutter: Cutter,
    vocabulary: Vocabulary,
    merges: Merges,
    most: int,
    ctx: Context,
) -> Additions:
    """The best candidates of one word, each with the merges that join what it is cut into, from the left.

    Whatever stands between, ``VoL`` on the way to ``VoLTE``, is a token too, and counts among the `most`.
    """
    known = {token.content for token in vocabulary}
    additions = Additions()
    places: dict[str, int] = {}
    for number, candidate in enumerate(candidates):
        if number % _CHECK_EVERY == 0:
            ctx.progress(len(additions.tokens), most, "Choosing tokens")
        left = most - len(additions.tokens)
        if not left:
            break
        if len(candidate.words) > 1 or not cutter.may_learn(candidate.words[0]):
            continue
        old = [_content(vocabulary, id) for id in candidate.ids]
        pairs, whole = _joining(old, merges)
        made = list(dict.fromkeys(c for pair in pairs if (c := merges.joined(*pair)) not in known))
        if len(made) > left:
            for pair in pairs:
                merges.drop(pair)
            continue
        additions.merges += pairs
        for content in made:
            known.add(content)
            places[content] = len(additions.tokens)
            parts = _parts(content, old, merges.joined)
            additions.tokens.append(Addition(content, parts, step=True))
        if whole in places:
            additions.tokens[places[whole]] = additions.tokens[places[whole]]._replace(step=False)
    return additions


def as_pieces(candidates: Sequence[Candidate], vocabulary: Vocabulary, most: int) -> Additions:
    """The best candidates of one word, for Unigram: a little likelier than what they are cut into."""
    known = {token.content for token in vocabulary}
    found: list[Addition] = []
    for candidate in candidates:
        if len(candidate.words) == 1 and candidate.words[0] not in known and len(found) < most:
            scores = [token.score or 0.0 for id in candidate.ids if (token := vocabulary.entries[id])]
            parts = len(candidate.ids)
            found.append(Addition(candidate.words[0], parts, sum(scores) + MARGIN * (parts - 1)))
    return Additions(found)


def as_added_tokens(
    candidates: Sequence[Candidate], cutter: Cutter, vocabulary: Vocabulary, most: int
) -> Additions:
    """The best candidates as literal text; of one word only, where words lose the spaces between them."""
    known = {token.content for token in vocabulary}
    spaced = vocabulary.family in (Family.BYTE_LEVEL, Family.SENTENCEPIECE)
    found: dict[str, Addition] = {}
    for candidate in candidates:
        content = "".join(map(cutter.text, candidate.words))
        if len(found) < most and content not in known and (spaced or len(candidate.words) == 1):
            found.setdefault(content, Addition(content, len(candidate.ids)))
    return Additions(list(found.values()))


def _joining(symbols: Sequence[str], merges: Merges) -> tuple[list[Pair], str]:
    """Merges that make one token of the symbols, and the token; they are appended to `merges`."""
    appended = []
    row, _ = merges.merge(symbols)
    while len(row) > 1:
        pair = (row[0], row[1])
        merges.append(pair)
        appended.append(pair)
        row, _ = merges.merge(row)
    return appended, row[0]


def _parts(content: str, symbols: Sequence[str], joined: Callable[[str, str], str]) -> int:
    """How many of the symbols a token stands for, that begins where they do."""
    whole = symbols[0]
    for number, symbol in enumerate(symbols[1:], 2):
        whole = joined(whole, symbol)
        if whole == content:
            return number
    return 1


def _content(vocabulary: Vocabulary, id: int) -> str:
    token: Any = vocabulary.entries[id]
    return str(token.content)
