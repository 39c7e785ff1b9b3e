"""`FastTokenizer`: what the `tokenizers` library encodes, whichever file it was read from."""

from __future__ import annotations

import itertools
import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import UserError
from core.tokenizers.canonical import BYTE_OF, Family, Kind, stands_alone
from core.tokenizers.cutters import cutters
from core.tokenizers.files import parts
from core.tokenizers.fragments import characters_and_bytes
from core.tokenizers.refusing import refusing
from core.tokenizers.tokenizer import Encoding, Step, Tokenizer
from core.tokenizers.vocabulary import Vocabulary

if TYPE_CHECKING:
    import tokenizers

PARTS = ("normalizer", "pre_tokenizer", "post_processor", "decoder")
"""Of a tokenizer.json, beside its model."""


class FastTokenizer(Tokenizer):
    """A subclass for each format gives `format`, the format's name."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        library: tokenizers.Tokenizer,
        parts: dict[str, Any],
        notes: Sequence[str] = (),
    ) -> None:
        """
        Args:
            parts: `PARTS` as a tokenizer.json has them.
        """
        super().__init__(vocabulary, [*notes, *_switched_off(library)])
        self._library = library
        self._parts = {name: parts.get(name) for name in PARTS}

    @property
    def patterns(self) -> tuple[str, ...] | None:
        return cutters(self._parts["pre_tokenizer"])

    def encode(self, text: str, *, specials: bool = False) -> Encoding:
        data = text.encode()
        library = self._reading_specials if specials else self._library
        with refusing(self.path, "cannot encode the text"):
            found = library.encode(text, add_special_tokens=False)
        ids: list[int] = found.ids
        tokens = [self._bytes(id) for id in ids]
        joined = b"".join(tokens)
        if joined.startswith(b" ") and (not data.startswith(b" ") or joined[1:] == data):
            tokens[0], joined = tokens[0][1:], joined[1:]  # a space that the tokenizer put before the text
        lengths = list(map(len, tokens))
        if joined == data:  # exact, even within a character
            return Encoding(ids, one_after_the_other(lengths))
        return Encoding(ids, _by_offsets(found.offsets, lengths, text, len(data)))

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        try:
            found = self._library.encode_batch_fast(list(texts), add_special_tokens=False)
        except TypeError:
            for text in texts:
                text.encode()  # half a surrogate pair is said as `encode` says it
            raise
        except BaseException:
            with refusing(self.path, "cannot encode the text"):
                raise
        return [encoding.ids for encoding in found]

    def decode(self, ids: Sequence[int]) -> str:
        with refusing(self.path, "cannot decode these tokens"):
            text: str = self._library.decode(list(ids), skip_special_tokens=True)
        return text

    def pieces(self, data: bytes) -> list[int]:
        ids: list[int] = []
        for part in characters_and_bytes(data):
            if isinstance(part, bytes):
                ids += [self.vocabulary.byte_ids[byte] for byte in part if byte in self.vocabulary.byte_ids]
            else:
                ids += self._pieces_of(part)
        unknown = self.vocabulary.roles.get("unk", ())
        return [id for id in ids if id not in unknown]

    @cached_property
    def prefix(self) -> tuple[int, ...]:
        with refusing(self.path, "cannot encode a text"):
            found = self._library.encode("a", add_special_tokens=True)
        before = itertools.takewhile(
            lambda pair: pair[1], zip(found.ids, found.special_tokens_mask, strict=True)
        )
        return tuple(id for id, _ in before)

    @property
    def rules(self) -> dict[str, Any]:
        return {name: self._parts[name] for name in ("normalizer", "pre_tokenizer")}

    def steps(self, text: str) -> list[Step]:
        found = []
        with refusing(self.path, "cannot normalise the text"):
            for name, normalizer in self._normalizers:
                text = normalizer.normalize_str(text)
                found.append(Step(name, text))
            if self._library.pre_tokenizer is not None:
                cut = self._library.pre_tokenizer.pre_tokenize_str(text)
                found.append(Step("pieces", "|".join(self._readable(piece) for piece, _ in cut)))
        return found

    # How it is done

    def _bytes(self, id: int) -> bytes:
        token = self.vocabulary.entries[id] if id < self.vocabulary.size else None
        return token.bytes if token else b""

    def _readable(self, piece: str) -> str:
        """A piece that may be spelt in the byte-level alphabet."""
        if self.vocabulary.family is not Family.BYTE_LEVEL or not all(map(BYTE_OF.__contains__, piece)):
            return piece
        return bytes(BYTE_OF[character] for character in piece).decode(errors="replace")

    @cached_property
    def _normalizers(self) -> list[tuple[str, Any]]:
        """What each step of normalising is called, and the library's own object for it."""
        steps = list(parts(self._parts["normalizer"]))
        return [(step_name(step), _made({"normalizer": step}).normalizer) for step in steps]

    @cached_property
    def _reading_specials(self) -> tokenizers.Tokenizer:
        """The same tokenizer, but a special token's name in the text is read as that token."""
        with refusing(self.path, "cannot be read"):
            return self._with(self._parts, names_as_text=False)

    @cached_property
    def _undressed(self) -> tokenizers.Tokenizer:
        """The same tokenizer, but it puts no space before a text and takes none away."""
        touching = ("normalizer", "pre_tokenizer")
        plain = {**self._parts, **{name: _without_dress(self._parts[name]) for name in touching}}
        if plain == self._parts:
            return self._library
        with refusing(self.path, "cannot be read"):
            return self._with(plain, names_as_text=True)

    def _with(self, parts: dict[str, Any], *, names_as_text: bool) -> tokenizers.Tokenizer:
        """The same model and added tokens, which are shared, among other parts."""
        made = _made(parts | {"post_processor": None})
        made.model = self._library.model
        added = [token for _, token in sorted(self._library.get_added_tokens_decoder().items())]
        for special, some in itertools.groupby(added, key=lambda token: token.special):
            add = made.add_special_tokens if special else made.add_tokens
            add(list(some))  # the library looks at all of them anew after each call
        made.encode_special_tokens = names_as_text
        return made

    def _pieces_of(self, text: str) -> list[int]:
        if self.vocabulary.family is Family.WORDPIECE:
            return self._word_pieces_of(text)
        with refusing(self.path, "cannot encode the text"):
            ids: list[int] = self._undressed.encode(text, add_special_tokens=False).ids
        return ids

    def _word_pieces_of(self, text: str) -> list[int]:
        """WordPiece: the rest of a word first, by the longest piece that fits, then whole words."""
        with refusing(self.path, "cannot encode the text"):
            plain = self._library.normalizer.normalize_str(text) if self._library.normalizer else text
            length = sum(1 for _ in itertools.takewhile(_within_a_word, plain))
            rest = self._library.encode(plain[length:], add_special_tokens=False).ids
        return [*self._continued(plain[:length]), *rest]

    def _continued(self, word: str) -> list[int]:
        ids = []
        while word:
            longest = next((n for n in range(len(word), 0, -1) if word[:n] in self._continuations), None)
            if longest is None:
                return []  # as WordPiece has it: a word with one impossible piece is unknown
            ids.append(self._continuations[word[:longest]])
            word = word[longest:]
        return ids

    @cached_property
    def _continuations(self) -> dict[str, int]:
        """Text → id of the pieces that continue a word."""
        return {
            token.bytes.decode(): token.id
            for token in self.vocabulary
            if token.kind is Kind.TEXT and len(token.bytes) < len(token.content.encode())
        }


def open_library(
    source: Path | dict[str, Any], vocabulary: Vocabulary, *, field: str | None = None
) -> tokenizers.Tokenizer:
    """The library's tokenizer.

    Args:
        source: a tokenizer.json, or what has the form of one.
        vocabulary: as it was read from the same.

    Raises:
        UserError: the library refuses it, or numbers its tokens otherwise.
    """
    with refusing(vocabulary.path, "cannot be read", field):
        import tokenizers

        if isinstance(source, Path):
            library = tokenizers.Tokenizer.from_file(str(source))
        else:
            library = tokenizers.Tokenizer.from_str(json.dumps(source))
    _check_numbers(vocabulary, library, field)
    return library


def merge_ranks(merges: Sequence[Any], model: Mapping[str, Any]) -> dict[str, int]:
    """What each merge of BPE makes → its rank.

    Args:
        merges: in order, each a string of two parts or a list of them, as a tokenizer.json has them.
        model: may say how a token is marked that continues a word; a merge's right part loses the mark.
    """
    mark = model.get("continuing_subword_prefix")
    mark = mark if isinstance(mark, str) else ""
    ranks: dict[str, int] = {}
    for rank, merge in enumerate(merges):
        try:
            left, right = merge.split(" ", 1) if isinstance(merge, str) else merge
            ranks.setdefault(left + right.removeprefix(mark), rank)
        except (TypeError, ValueError, AttributeError):
            continue  # the library refuses it, and says why
    return ranks


def _check_numbers(vocabulary: Vocabulary, library: tokenizers.Tokenizer, field: str | None) -> None:
    """The library numbers added tokens anew where the file leaves a hole; then the file misleads."""
    for token in vocabulary.entries[library.get_vocab_size(with_added_tokens=False) :]:
        number = None if token is None else library.token_to_id(token.content)
        if token is not None and number is not None and number != token.id:
            raise UserError(
                f"{vocabulary.path} gives the token {token.content!r} the number {token.id:,}, but numbers "
                f"before it are left out, so that it is read as {number:,}. Add the missing "
                "tokens.",
                field=field,
            )


def one_after_the_other(lengths: Sequence[int]) -> list[tuple[int, int]]:
    """Spans of these lengths, without gaps, from 0."""
    return list(itertools.pairwise(itertools.accumulate(lengths, initial=0)))


def step_name(normalizer: dict[str, Any]) -> str:
    """What one member of a tokenizer.json's normalizer does, in a word or two."""
    kind = str(normalizer.get("type"))
    if kind == "Replace":
        pattern = normalizer.get("pattern")
        what = next(iter(pattern.values()), "") if isinstance(pattern, dict) else ""
        return f"{what!r} → {normalizer.get('content', '')!r}"
    if kind == "Prepend":
        return f"{normalizer.get('prepend', '')!r} put before"
    if kind == "BertNormalizer":
        lower = normalizer.get("lowercase")
        accents = normalizer.get("strip_accents")
        does = ["BERT", *(["lower case"] if lower else [])]
        return ", ".join([*does, *(["accents off"] if accents or (accents is None and lower) else [])])
    return _STEPS.get(kind, kind)


_STEPS = {
    "Lowercase": "lower case",
    "StripAccents": "accents off",
    "Strip": "spaces at the ends off",
    "Precompiled": "character map",
    "Nmt": "NMT clean-up",
    "ByteLevel": "bytes as characters",
}


def _switched_off(library: tokenizers.Tokenizer) -> Iterator[str]:
    """Switches off what would make counts misleading, and says what that was."""
    if library.truncation is not None:
        yield f"Truncation to {library.truncation['max_length']:,} tokens is switched off."
    if library.padding is not None:
        length = library.padding["length"]
        yield f"Padding{f' to {length:,} tokens' if length else ''} is switched off."
    library.no_truncation()
    library.no_padding()
    library.encode_special_tokens = True  # a special token's name in the text is text
    if getattr(library.model, "dropout", None):
        yield f"Dropout of merges ({library.model.dropout:g}), which makes encoding random, is switched off."
        library.model.dropout = None


def _made(parts: dict[str, Any]) -> tokenizers.Tokenizer:
    """A tokenizer with these parts and an empty model."""
    import tokenizers

    empty = dict.fromkeys(("truncation", "padding", *PARTS))
    model = {"type": "BPE", "vocab": {}, "merges": []}
    whole = {"version": "1.0", **empty, **parts, "added_tokens": [], "model": model}
    return tokenizers.Tokenizer.from_str(json.dumps(whole))


def _by_offsets(
    offsets: Sequence[tuple[int, int]], lengths: list[int], text: str, size: int
) -> list[tuple[int, int]]:
    """Spans from the library's character offsets, made to follow each other.

    Tokens that end at the same place share the bytes up to there: by their own lengths where these add up
    (pieces of one character), else the first that has any bytes gets them all. Marks that the library leaves
    out, having composed or stripped them, are those of the letter before.
    """
    offsets = _with_marks(offsets, text)
    place = list(itertools.accumulate((len(character.encode()) for character in text), initial=0))
    shares: list[int] = []
    at = 0
    for end, group in itertools.groupby(range(len(offsets)), key=lambda number: place[offsets[number][1]]):
        members = list(group)
        end = max(end, at)
        begin = min(max(place[offsets[members[0]][0]], at), end)
        some = [lengths[number] for number in members]
        if sum(some) != end - begin:
            chosen = next((number for number, length in enumerate(some) if length), 0)
            some = [end - begin if number == chosen else 0 for number in range(len(some))]
        some[0] += begin - at  # what was dropped before
        shares += some
        at = end
    if shares:
        shares[-1] += size - at
    return one_after_the_other(shares)


def _with_marks(offsets: Sequence[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    covered = bytearray(len(text))
    for begin, end in offsets:
        covered[begin:end] = b"\1" * (end - begin)

    def behind_marks(end: int) -> int:
        while 0 < end < len(text) and not covered[end] and unicodedata.category(text[end]).startswith("M"):
            end += 1
        return end

    return [(begin, behind_marks(end)) for begin, end in offsets]


# Spaces that a tokenizer puts before a text, or takes away


def _without_dress(component: Any) -> Any:
    """A normalizer or pre-tokenizer without the parts that touch the spaces around a text."""
    if not isinstance(component, dict):
        return component
    kind = component.get("type")
    if kind == "Sequence":
        key = "normalizers" if "normalizers" in component else "pretokenizers"
        members = [_without_dress(member) for member in component.get(key, [])]
        return {**component, key: [member for member in members if member is not None]}
    if kind in ("Prepend", "Strip"):
        return None
    if kind == "Metaspace":
        plain = {name: value for name, value in component.items() if name != "add_prefix_space"}
        return {**plain, "prepend_scheme": "never"}
    if kind == "ByteLevel":
        return {**component, "add_prefix_space": False}
    return component


def _within_a_word(character: str) -> bool:
    return not character.isspace() and not stands_alone(character)
