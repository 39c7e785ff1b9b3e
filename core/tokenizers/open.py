"""A tokenizer ready to cut text into tokens, each with the bytes of the text that it stands for."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import tokenizers

from core.errors import Cancelled, UserError
from core.tokenizers.canonical import Family, Kind, stands_alone
from core.tokenizers.files import read_tokenizer_json
from core.tokenizers.vocabulary import Vocabulary, read_vocabulary

_FRAGMENTS = re.compile("([\udc80-\udcff]+)")


class Encoding(NamedTuple):
    """Token ids and, for each, its span: the bytes [begin, end) of the text's UTF-8 that it stands for.

    The spans follow each other without gap or overlap and cover the text, unless there are no tokens. What a
    tokenizer drops (WordPiece: spaces) belongs to the token after it, or to the last. A span may be empty: a
    space that the tokenizer put before the text, say.
    """

    ids: list[int]
    spans: list[tuple[int, int]]


class Tokenizer:
    """See `open_tokenizer`. Special tokens are neither read out of the text nor added to it."""

    def __init__(self, vocabulary: Vocabulary, library: tokenizers.Tokenizer) -> None:
        self.vocabulary = vocabulary
        self._library = _plain(library)

    @property
    def path(self) -> Path:
        """The tokenizer.json."""
        return self.vocabulary.path

    def encode(self, text: str) -> Encoding:
        """Cut a text into tokens.

        Raises:
            UserError: the tokenizer cannot encode this text: it has no token for an unknown word, say.
            UnicodeEncodeError: the text holds half a surrogate pair.
        """
        data = text.encode()
        with _refusing(self.path, "cannot encode the text"):
            found = self._library.encode(text, add_special_tokens=False)
        ids: list[int] = found.ids
        tokens = [self._bytes(id) for id in ids]
        joined = b"".join(tokens)
        if joined.startswith(b" ") and (not data.startswith(b" ") or joined[1:] == data):
            tokens[0], joined = tokens[0][1:], joined[1:]  # a space that the tokenizer put before the text
        lengths = list(map(len, tokens))
        if joined == data:  # exact, even within a character
            return Encoding(ids, _one_after_the_other(lengths))
        return Encoding(ids, _by_offsets(found.offsets, lengths, text, len(data)))

    def pieces(self, data: bytes) -> list[int]:
        r"""Bytes as the tokenizer would cut them in the middle of a text: what an embedding can be made of.

        A leading space is kept and none is put before; bytes that make up no whole character are looked up
        one by one among the byte tokens. Unknown tokens, and bytes without a token, are left out, so the list
        may be empty. Without a leading space, WordPiece continues a word: ``b"ing"`` becomes ``##ing``.

        Raises:
            UserError: as `encode`.
        """
        ids: list[int] = []
        text = data.decode(errors="surrogateescape")
        for at, part in enumerate(_FRAGMENTS.split(text)):
            if at % 2:  # the bytes between whole characters
                fragment = part.encode(errors="surrogateescape")
                ids += [self.vocabulary.byte_ids[b] for b in fragment if b in self.vocabulary.byte_ids]
            elif part:
                ids += self._pieces_of(part)
        unknown = self.vocabulary.roles.get("unk", ())
        return [id for id in ids if id not in unknown]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of token ids, special tokens left out.

        Raises:
            UserError: the tokenizer cannot decode them.
        """
        with _refusing(self.path, "cannot decode these tokens"):
            text: str = self._library.decode(list(ids), skip_special_tokens=True)
        return text

    @cached_property
    def prefix(self) -> tuple[int, ...]:
        """The special tokens that it puts before a text when it is asked for special tokens, as ids."""
        with _refusing(self.path, "cannot encode a text"):
            found = self._library.encode("a", add_special_tokens=True)
        before = itertools.takewhile(
            lambda pair: pair[1], zip(found.ids, found.special_tokens_mask, strict=True)
        )
        return tuple(id for id, _ in before)

    # How it is done

    def _bytes(self, id: int) -> bytes:
        token = self.vocabulary.entries[id] if id < self.vocabulary.size else None
        return token.bytes if token else b""

    def _pieces_of(self, text: str) -> list[int]:
        if self.vocabulary.family is Family.WORDPIECE:
            return self._word_pieces_of(text)
        with _refusing(self.path, "cannot encode the text"):
            ids: list[int] = self._undressed.encode(text, add_special_tokens=False).ids
        return ids

    @cached_property
    def _undressed(self) -> tokenizers.Tokenizer:
        """The same tokenizer, but it puts no space before a text and takes none away."""
        data = read_tokenizer_json(self.path, merges=True)
        if not _dressed(data):
            return self._library
        data["normalizer"] = _without_dress(data.get("normalizer"))
        data["pre_tokenizer"] = _without_dress(data.get("pre_tokenizer"))
        with _refusing(self.path, "cannot be read"):
            return _plain(tokenizers.Tokenizer.from_str(json.dumps(data)))

    def _word_pieces_of(self, text: str) -> list[int]:
        """WordPiece: the rest of a word first, by the longest piece that fits, then whole words."""
        with _refusing(self.path, "cannot encode the text"):
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


def open_tokenizer(path: Path, *, field: str | None = None) -> Tokenizer:
    """Open a tokenizer.json, or the one in a folder. What it says of truncation, padding and dropout is off.

    Raises:
        UserError: there is none, or it is damaged: which file, and what is wrong with it.
    """
    vocabulary = read_vocabulary(path, field=field)
    with _refusing(vocabulary.path, "cannot be read", field):
        library = tokenizers.Tokenizer.from_file(str(vocabulary.path))
    _check_numbers(vocabulary, library, field)
    return Tokenizer(vocabulary, library)


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


def _plain(library: tokenizers.Tokenizer) -> tokenizers.Tokenizer:
    library.no_truncation()
    library.no_padding()
    library.encode_special_tokens = True  # a special token's name in the text is text
    if getattr(library.model, "dropout", None):
        library.model.dropout = None
    return library


@contextmanager
def _refusing(path: Path, what: str, field: str | None = None) -> Iterator[None]:
    """The library's errors, and its panics, which are no `Exception`, as a sentence that names the file."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, Cancelled, UserError):
        raise
    except BaseException as error:  # noqa: BLE001
        reason = re.sub(r"\s+", " ", str(error)).strip(" .")[:200]
        raise UserError(f"{path} {what}: {reason}.", field=field) from None


def _one_after_the_other(lengths: list[int]) -> list[tuple[int, int]]:
    return list(itertools.pairwise(itertools.accumulate(lengths, initial=0)))


def _by_offsets(
    offsets: Sequence[tuple[int, int]], lengths: list[int], text: str, size: int
) -> list[tuple[int, int]]:
    """Spans from the library's character offsets, made to follow each other.

    Tokens that end at the same place share the bytes up to there: by their own lengths where these add up
    (pieces of one character), else the first that has any bytes gets them all.
    """
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
    return _one_after_the_other(shares)


# Spaces that a tokenizer puts before a text, or takes away


def _dressed(data: dict[str, Any]) -> bool:
    return any(_without_dress(data.get(name)) != data.get(name) for name in ("normalizer", "pre_tokenizer"))


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
