"""The vocabulary of a tokenizer, each token in canonical form. Loads no tokenizer library by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.tokenizers.canonical import Boundary, Family, Kind, Reader, Token
from core.tokenizers.files import parts
from core.tokenizers.roles import special_roles

__all__ = ["Boundary", "Family", "Kind", "Token", "Vocabulary", "read_vocabulary", "vocabulary_of"]

_MOST_IDS = 4_000_000


@dataclass(frozen=True)
class Vocabulary:
    """Every token of a tokenizer, by id."""

    path: Path
    """The file that it was read from."""
    family: Family
    model: str
    """``BPE``, ``Unigram``, ``WordPiece``, ``WordLevel``…"""
    entries: tuple[Token | None, ...]
    """Indexed by id; None where no token has that id."""
    roles: Mapping[str, tuple[int, ...]]
    """Role (bos, eos, pad, unk, cls, sep, mask; turn_end and other chat roles) → ids, the best one first."""
    lowercased: bool
    """Text is put into lower case before it is cut into tokens."""
    literal: tuple[str, ...] = ()
    """Tokens that do not fit the family's alphabet and were taken as they are spelt."""

    @property
    def size(self) -> int:
        """The highest id, plus one: how many rows a model needs at least."""
        return len(self.entries)

    @cached_property
    def count(self) -> int:
        """How many tokens there are; less than `size` where ids are left out."""
        return sum(token is not None for token in self.entries)

    def __iter__(self) -> Iterator[Token]:
        """The tokens in the order of their ids, holes left out."""
        return (token for token in self.entries if token is not None)

    def role(self, name: str) -> int | None:
        """The token to use in a role, if there is one."""
        return next(iter(self.roles.get(name, ())), None)

    @cached_property
    def byte_ids(self) -> Mapping[int, int]:
        """Byte → id of the token that stands for this one byte: a fallback token, or one of byte-level text.

        In other vocabularies a text token of one byte may only stand for a whole character.
        """
        found: dict[int, int] = {}
        for token in self:
            if len(token.bytes) == 1 and (
                token.kind is Kind.BYTE or (token.kind is Kind.TEXT and self.family is Family.BYTE_LEVEL)
            ):
                found.setdefault(token.bytes[0], token.id)
        return found


def read_vocabulary(path: Path, *, field: str | None = None) -> Vocabulary:
    """Read the vocabulary of a tokenizer of any format, with as little loading as can be.

    Args:
        path: a file, or a folder that holds one. Files beside it say which special token is what.
        field: the request's field that named it, for the error.

    Raises:
        UserError: there is no tokenizer, or it is damaged: which file, and what is wrong with it.
    """
    from core.tokenizers.detection import detect  # the formats know this module

    format, file = detect(path, field=field)
    return format.vocabulary(file, field=field)


def vocabulary_of(
    data: dict[str, Any],
    file: Path,
    *,
    folder: Path | None = None,
    ranks: Mapping[str, int] | None = None,
    field: str | None = None,
) -> Vocabulary:
    """The vocabulary of a tokenizer.json, or of what is given the form of one.

    Args:
        data: the tokenizer.json, its outer shape checked; BPE's merges are not looked at.
        file: where it was read from.
        folder: where the files lie that say which special token is what, if there are any.
        ranks: the tokens' scores: what a merge of BPE makes → its place in the list of merges.

    Raises:
        UserError: it is damaged: what is wrong with it.
    """
    reader = Reader(data)
    contents = _model_vocabulary(file, data["model"], field)
    added = _added_tokens(file, data, field)
    tokens = {id: reader.of_model(id, content) for id, content in contents.items()}
    literal = set(reader.literal) - {content for _, content, _ in added}
    unknown = data["model"].get("unk_id")
    if isinstance(unknown, int) and unknown in tokens:
        tokens[unknown] = reader.of_added(unknown, contents[unknown], special=True, of_model=True)
    ids = {content: id for id, content in contents.items()} if added else {}
    for id, content, special in added:
        id = ids.get(content, id)  # the library goes by the model's own number, whatever this list says
        if contents.get(id, content) != content:
            raise UserError(
                f"{file} is damaged: the added token {content!r} has the number {id}, which is also that of "
                f"{contents[id]!r}.",
                field=field,
            )
        tokens[id] = reader.of_added(id, content, special=special, of_model=content in ids)
        contents[id] = content
    if not tokens:
        raise UserError(f"{file} has an empty vocabulary.", field=field)
    size = max(tokens) + 1
    marked = {token.content: token.id for token in tokens.values() if token.kind is Kind.SPECIAL}
    marked |= {content: ids.get(content, id) for id, content, _ in added}
    scores = _log_probabilities(data["model"]["vocab"]) if ranks is None else _by_id(contents, ranks)
    return Vocabulary(
        path=file,
        family=reader.family,
        model=_model_type(data["model"]),
        entries=tuple(_scored(tokens.get(id), scores.get(id)) for id in range(size)),
        roles=special_roles(folder, marked, size, field=field),
        lowercased=lowercases(data),
        literal=tuple(sorted(literal)),
    )


def _log_probabilities(vocab: object) -> dict[int, float]:
    """Id → the score that Unigram's list gives it."""
    pairs = vocab if isinstance(vocab, list) else []
    return {id: float(score) for id, (_, score) in enumerate(pairs) if isinstance(score, int | float)}


def _by_id(contents: Mapping[int, str], ranks: Mapping[str, int]) -> dict[int, float]:
    return {id: float(ranks[content]) for id, content in contents.items() if content in ranks}


def _scored(token: Token | None, score: float | None) -> Token | None:
    return token if token is None or score is None else Token(*token[:5], score)


def lowercases(data: dict[str, Any]) -> bool:
    """Whether a tokenizer.json puts text into lower case."""
    return any(
        part.get("type") == "Lowercase" or (part.get("type") == "BertNormalizer" and part.get("lowercase"))
        for part in parts(data.get("normalizer"))
    )


def _model_type(model: dict[str, Any]) -> str:
    """Older files do not say it; what they hold does."""
    named = model.get("type")
    if isinstance(named, str):
        return named
    if isinstance(model["vocab"], list):
        return "Unigram"
    return "BPE" if "merges" in model else "WordPiece" if "max_input_chars_per_word" in model else "WordLevel"


def _model_vocabulary(file: Path, model: dict[str, Any], field: str | None) -> dict[int, str]:
    """Id → content."""
    vocab = model["vocab"]
    if isinstance(vocab, list):
        for id, entry in enumerate(vocab):
            if not isinstance(entry, list) or len(entry) != 2 or not isinstance(entry[0], str):
                raise UserError(f"{file} is damaged: token {id} is no pair of text and score.", field=field)
        return {id: entry[0] for id, entry in enumerate(vocab)}
    found: dict[int, str] = {}
    for content, id in vocab.items():
        _check_id(file, content, id, field)
        if id in found:
            raise UserError(
                f"{file} is damaged: the tokens {found[id]!r} and {content!r} have the same number, {id}.",
                field=field,
            )
        found[id] = content
    return found


def _added_tokens(file: Path, data: dict[str, Any], field: str | None) -> list[tuple[int, str, bool]]:
    """Id, content and whether it is special, of each of ``added_tokens``."""
    listed = data.get("added_tokens") or []
    if not isinstance(listed, list):
        raise UserError(f"{file} is damaged: its added_tokens are no list.", field=field)
    found = []
    seen: dict[int, str] = {}
    for entry in listed:
        content = entry.get("content") if isinstance(entry, dict) else None
        if not isinstance(content, str):
            raise UserError(f"{file} is damaged: an added token has no content.", field=field)
        _check_id(file, content, entry.get("id"), field)
        if seen.setdefault(entry["id"], content) != content:
            raise UserError(
                f"{file} is damaged: the added tokens {seen[entry['id']]!r} and {content!r} have the same "
                f"number, {entry['id']}.",
                field=field,
            )
        found.append((entry["id"], content, entry.get("special") is True))
    return found


def _check_id(file: Path, content: str, id: object, field: str | None) -> None:
    if type(id) is not int or not 0 <= id < _MOST_IDS:
        raise UserError(f"{file} is damaged: the token {content!r} has no proper number.", field=field)
