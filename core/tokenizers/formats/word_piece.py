"""WordPiece's vocab.txt: one token a line, as BERT was published, read by the `tokenizers` library.

The file says nothing of how a text is made ready. The tokenizer_config.json beside it does; without one it is
told by whether any token has a capital letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.json_files import read_bytes
from core.tokenizers.added import added_tokens
from core.tokenizers.config import flag, folder_of, read_config
from core.tokenizers.fast import FastTokenizer, open_library
from core.tokenizers.formats.format import Format, tokenizer_format
from core.tokenizers.roles import content_of
from core.tokenizers.vocabulary import Vocabulary, vocabulary_of

_NAME = "vocab.txt"
_UNKNOWN = "[UNK]"
_CONTINUES = "##"
_MOST_BYTES = 128 * 2**20
_MOST_TOKENS = 4_000_000
_LONGEST_TOKEN = 64 * 1024
_LONGEST_WORD = 100
_ITS_LINES = re.compile(rb"^(?:\[UNK\]|##\S.*)\r?$", re.MULTILINE)


class WordPieceTokenizer(FastTokenizer):
    format = _NAME


@tokenizer_format
class WordPiece(Format):
    name = _NAME
    names = (_NAME,)
    endings = (".txt",)
    order = 60

    def recognises(self, file: Path, head: bytes) -> bool:
        return not head.lstrip().startswith((b"{", b"[{")) and bool(_ITS_LINES.search(head))

    def vocabulary(self, file: Path, *, field: str | None = None) -> Vocabulary:
        data, _ = _as_tokenizer_json(file, field)
        return vocabulary_of(data, file, folder=folder_of(file, self.names), field=field)

    def open(self, file: Path, *, field: str | None = None) -> WordPieceTokenizer:
        data, notes = _as_tokenizer_json(file, field)
        vocabulary = vocabulary_of(data, file, folder=folder_of(file, self.names), field=field)
        return WordPieceTokenizer(vocabulary, open_library(data, vocabulary, field=field), data, notes)


def _as_tokenizer_json(file: Path, field: str | None) -> tuple[dict[str, Any], list[str]]:
    """The form of a tokenizer.json; and what had to be assumed."""
    vocab, notes = _tokens(file, field)
    folder = folder_of(file, WordPiece.names)
    config = read_config(folder, field=field)
    added = added_tokens(folder, config, vocab, field=field)
    unknown = content_of(config.get("unk_token")) or _UNKNOWN
    if unknown not in vocab:
        raise UserError(
            f"{file} is no WordPiece vocabulary: it has no line {unknown}, which stands for words that it "
            "cannot spell.",
            field=field,
        )
    normalizer, assumed = _normalizer(config, vocab)
    whole = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "normalizer": normalizer,
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": _around("[CLS]", "[SEP]", vocab),
        "decoder": {"type": "WordPiece", "prefix": _CONTINUES, "cleanup": False},
        "model": {
            "type": "WordPiece",
            "vocab": vocab,
            "unk_token": unknown,
            "continuing_subword_prefix": _CONTINUES,
            "max_input_chars_per_word": _LONGEST_WORD,
        },
    }
    return whole, [*notes, *assumed]


def _tokens(file: Path, field: str | None) -> tuple[dict[str, int], list[str]]:
    """Content → id: the number of the line, from 0. Empty lines are numbers without a token."""
    raw = read_bytes(file, field=field, most_bytes=_MOST_BYTES)
    try:
        lines = raw.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        at = raw[: error.start].count(b"\n") + 1
        raise UserError(f"{file} is damaged: line {at:,} is not UTF-8 text.", field=field) from None
    if len(lines) > _MOST_TOKENS:
        raise UserError(f"{file} lists {len(lines):,} tokens; {_MOST_TOKENS:,} is the limit.", field=field)
    vocab: dict[str, int] = {}
    repeated = 0
    for id, line in enumerate(lines):
        token = line.removesuffix("\r")
        if len(token) > _LONGEST_TOKEN:
            raise UserError(
                f"{file} is no WordPiece vocabulary: line {id + 1:,} has {len(token):,} characters.",
                field=field,
            )
        if token:
            repeated += token in vocab
            vocab[token] = id
    notes = []
    if repeated:
        lines_of = "line repeats" if repeated == 1 else "lines repeat"
        notes.append(f"{repeated:,} {lines_of} a token of another line; the last one counts.")
    return vocab, notes


def _normalizer(config: dict[str, Any], vocab: Iterable[str]) -> tuple[dict[str, Any], list[str]]:
    lower = flag(config, "do_lower_case")
    notes = []
    if lower is None:
        cased = any(_has_capital(token) for token in vocab)
        lower = not cased
        found = "tokens with capital letters" if cased else "no token with a capital letter"
        does = "is kept as it is" if cased else "is put into lower case, without accents"
        notes.append(f"No file says it, but there are {found}: text {does}.".replace("are no", "is no"))
    chinese = flag(config, "tokenize_chinese_chars")
    return {
        "type": "BertNormalizer",
        "clean_text": True,
        "handle_chinese_chars": True if chinese is None else chinese,
        "strip_accents": flag(config, "strip_accents"),
        "lowercase": lower,
    }, notes


def _has_capital(token: str) -> bool:
    """Names in brackets, such as ``[CLS]``, are no text."""
    return not token.startswith("[") and token != token.lower()


def _around(first: str, last: str, vocab: dict[str, int]) -> dict[str, Any] | None:
    if first not in vocab or last not in vocab:
        return None
    before, after = ({"SpecialToken": {"id": name, "type_id": 0}} for name in (first, last))
    text, second = ({"Sequence": {"id": name, "type_id": 0}} for name in "AB")
    return {
        "type": "TemplateProcessing",
        "single": [before, text, after],
        "pair": [before, text, after, second, after],
        "special_tokens": {
            name: {"id": name, "ids": [vocab[name]], "tokens": [name]} for name in (first, last)
        },
    }
