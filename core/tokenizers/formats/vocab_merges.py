"""vocab.json with merges.txt: byte-pair encoding as GPT-2 was published, read by the `tokenizers` library.

The files hold the tokens and their merges alone. How a text is cut before that is told by the
tokenizer_config.json beside them, by the class that it names; without one it is as in GPT-2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from core.errors import UserError
from core.json_files import parse_json_object, read_bytes
from core.tokenizers.added import added_tokens
from core.tokenizers.config import flag, folder_of, read_config
from core.tokenizers.fast import FastTokenizer, merge_ranks, open_library
from core.tokenizers.files import check_amount
from core.tokenizers.formats.format import Format, tokenizer_format
from core.tokenizers.roles import content_of
from core.tokenizers.slices import parse_vocabulary
from core.tokenizers.vocabulary import Vocabulary, vocabulary_of

_VOCAB, _MERGES = "vocab.json", "merges.txt"
_MOST_BYTES = 128 * 2**20
_MOST_TOKENS = 4_000_000
_END = "</w>"

_NUMBERED = re.compile(rb'\{\s*"(?:[^"\\]|\\.)*"\s*:\s*\d+\s*[,}]')
_MERGE_LINES = re.compile(rb"(?:#version[^\n]*\n)?(?:[^\s]+ [^\s]+\r?\n){1,4}")

_QWEN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
_CLIP = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
_AS_ROBERTA = ("RobertaTokenizer", "BartTokenizer", "LongformerTokenizer", "LEDTokenizer")
_AS_GPT_2 = (*_AS_ROBERTA, "GPT2Tokenizer", "CodeGenTokenizer", "WhisperTokenizer", "BlenderbotTokenizer")
"""Classes that cut a text as GPT-2 does; the first few put a token before it."""


class VocabMergesTokenizer(FastTokenizer):
    format = f"{_VOCAB} + {_MERGES}"


class Files(NamedTuple):
    vocab: Path
    merges: Path


@tokenizer_format
class VocabMerges(Format):
    name = VocabMergesTokenizer.format
    names = (_VOCAB, _MERGES)
    endings = (".json",)
    order = 50

    def recognises(self, file: Path, head: bytes) -> bool:
        pair = _pair(file)
        if pair is None:
            return False
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        return bool((_NUMBERED if file == pair.vocab else _MERGE_LINES).match(start))

    def vocabulary(self, file: Path, *, field: str | None = None) -> Vocabulary:
        files = _files(file, field)
        data, _ = _as_tokenizer_json(files, field)
        return vocabulary_of(data, files.vocab, folder=folder_of(files.vocab, self.names), field=field)

    def open(self, file: Path, *, field: str | None = None) -> VocabMergesTokenizer:
        files = _files(file, field)
        data, notes = _as_tokenizer_json(files, field)
        model = data["model"]
        model["merges"] = list(_checked(files, model["vocab"], field))
        ranks = merge_ranks(model["merges"], model)
        folder = folder_of(files.vocab, self.names)
        vocabulary = vocabulary_of(data, files.vocab, folder=folder, ranks=ranks, field=field)
        return VocabMergesTokenizer(vocabulary, open_library(data, vocabulary, field=field), data, notes)


def _pair(file: Path) -> Files | None:
    """The two files, given one of them: ``x-vocab.json`` goes with ``x-merges.txt``."""
    if file.name.endswith(_VOCAB):
        pair = Files(file, file.with_name(f"{file.name.removesuffix(_VOCAB)}{_MERGES}"))
    elif file.name.endswith(_MERGES):
        pair = Files(file.with_name(f"{file.name.removesuffix(_MERGES)}{_VOCAB}"), file)
    else:
        return None
    return pair if pair.vocab.is_file() and pair.merges.is_file() else None


def _files(file: Path, field: str | None) -> Files:
    pair = _pair(file)
    if pair is None:
        other = _MERGES if file.suffix == ".json" else _VOCAB
        raise UserError(f"{file} is half a tokenizer: lay its {other} beside it.", field=field)
    return pair


def _as_tokenizer_json(files: Files, field: str | None) -> tuple[dict[str, Any], list[str]]:
    """The form of a tokenizer.json, but without the merges; and what had to be assumed."""
    raw = read_bytes(files.vocab, field=field, most_bytes=_MOST_BYTES)
    check_amount(files.vocab, raw, field=field)
    vocab = parse_json_object(raw, files.vocab, field=field, parse=parse_vocabulary)
    if len(vocab) > _MOST_TOKENS:
        raise UserError(
            f"{files.vocab} lists {len(vocab):,} tokens; {_MOST_TOKENS:,} is the limit.", field=field
        )
    folder = folder_of(files.vocab, VocabMerges.names)
    config = read_config(folder, field=field)
    unknown = content_of(config.get("unk_token"))
    marks_ends = sum(content.endswith(_END) for content in vocab) > len(vocab) // 100
    parts, notes = _parts(config, marks_ends)
    model: dict[str, Any] = {
        "type": "BPE",
        "vocab": vocab,
        "merges": [],
        "unk_token": unknown if unknown in vocab else None,
        "continuing_subword_prefix": "",
        "end_of_word_suffix": _END if marks_ends else "",
        "fuse_unk": False,
        "byte_fallback": False,
        "dropout": None,
    }
    added = added_tokens(folder, config, vocab, field=field)
    whole: dict[str, Any] = {"version": "1.0", "truncation": None, "padding": None, "post_processor": None}
    if first := _first(config):
        whole["post_processor"] = _put_before(first, {entry["content"]: entry["id"] for entry in added})
    return whole | parts | {"added_tokens": added, "model": model}, notes


def _first(config: dict[str, Any]) -> str | None:
    """The token that comes before a text."""
    if str(config.get("tokenizer_class", "")).removesuffix("Fast") in _AS_ROBERTA:
        return content_of(config.get("cls_token")) or "<s>"
    return content_of(config.get("bos_token")) if flag(config, "add_bos_token") else None


def _parts(config: dict[str, Any], marks_ends: bool) -> tuple[dict[str, Any], list[str]]:
    """How a text is made ready and cut, by the class that the configuration names."""
    named = str(config.get("tokenizer_class", "")).removesuffix("Fast")
    before = flag(config, "add_prefix_space") or False
    byte_level = {"type": "ByteLevel", "add_prefix_space": before, "trim_offsets": False, "use_regex": True}
    cut = partial(_cut, byte_level | {"use_regex": False})
    if named == "Qwen2Tokenizer":
        return {"normalizer": {"type": "NFC"}, **cut(_QWEN, "Isolated", invert=False)}, []
    if named == "CLIPTokenizer":
        steps = [{"type": "NFC"}, _replaced(r"\s+", " "), {"type": "Lowercase"}]
        normalizer = {"type": "Sequence", "normalizers": steps}
        return {"normalizer": normalizer, **cut(_CLIP, "Removed", invert=True)}, []
    who = f"How {named} cuts a text is not known here" if named else "No file says how to cut a text"
    if marks_ends:
        bert = {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True}
        parts = {
            "normalizer": bert | {"strip_accents": None, "lowercase": True},
            "pre_tokenizer": {"type": "BertPreTokenizer"},
            "decoder": {"type": "BPEDecoder", "suffix": _END},
        }
        known = named == "OpenAIGPTTokenizer"
        return parts, [] if known else [f"{who}: words in lower case, as in the first GPT, are assumed."]
    parts = {"normalizer": None, "pre_tokenizer": byte_level, "decoder": byte_level}
    if named in _AS_GPT_2:
        return parts, []
    return parts, [f"{who}: the pattern of GPT-2 is assumed."]


def _cut(byte_level: dict[str, Any], pattern: str, behaviour: str, *, invert: bool) -> dict[str, Any]:
    split = {"type": "Split", "pattern": {"Regex": pattern}, "behavior": behaviour, "invert": invert}
    return {
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, byte_level]},
        "decoder": byte_level,
    }


def _replaced(pattern: str, content: str) -> dict[str, Any]:
    return {"type": "Replace", "pattern": {"Regex": pattern}, "content": content}


def _put_before(content: str, ids: dict[str, int]) -> dict[str, Any] | None:
    if content not in ids:
        return None
    token = {"SpecialToken": {"id": content, "type_id": 0}}
    text, second = ({"Sequence": {"id": name, "type_id": 0}} for name in "AB")
    return {
        "type": "TemplateProcessing",
        "single": [token, text],
        "pair": [token, text, second],
        "special_tokens": {content: {"id": content, "ids": [ids[content]], "tokens": [content]}},
    }


def _checked(files: Files, vocab: dict[str, Any], field: str | None) -> Iterator[list[str]]:
    """The merges, as pairs.

    Raises:
        UserError: a line is no pair, or a token of it is not in the vocabulary.
    """
    for number, left, right in _pairs(files.merges, vocab, field):
        missing = next((token for token in (left, right, left + right) if token not in vocab), None)
        if missing is not None:
            raise UserError(
                f"{files.merges} is damaged: line {number:,} merges {left!r} with {right!r}, but {missing!r} "
                f"is no token of {files.vocab.name}.",
                field=field,
            )
        yield [left, right]


def _pairs(file: Path, vocab: dict[str, Any], field: str | None) -> Iterator[tuple[int, str, str]]:
    """Line number and the two parts of each merge."""
    raw = read_bytes(file, field=field, most_bytes=_MOST_BYTES)
    try:
        lines = raw.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        at = raw[: error.start].count(b"\n") + 1
        raise UserError(f"{file} is damaged: line {at:,} is not UTF-8 text.", field=field) from None
    for number, line in enumerate(lines, 1):
        line = line.removesuffix("\r")
        if not line or (number == 1 and line.startswith("#version")):
            continue
        left, space, right = line.partition(" ")
        while " " in right and left not in vocab:  # a token with a space in it
            more, _, right = right.partition(" ")
            left = f"{left} {more}"
        if not (space and left and right):
            raise UserError(
                f"{file} is damaged: line {number:,} should be two tokens with a space between.", field=field
            )
        yield number, left, right
