"""Tokenizers written out in other formats, by the packages that define these where there are any."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import gguf
import sentencepiece

from core.tokenizers.canonical import BYTE_OF
from core.tokenizers.protobuf import fields

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = range(1, 7)


def ranks_of(file: Path) -> dict[bytes, int]:
    """What a .tiktoken file holds."""
    lines = (line.split() for line in file.read_bytes().splitlines())
    return {base64.b64decode(token): int(rank) for token, rank in lines}


def write_ranks(file: Path, ranks: dict[bytes, int]) -> Path:
    lines = [f"{base64.b64encode(token).decode()} {rank}\n" for token, rank in ranks.items()]
    file.write_text("".join(lines), encoding="ascii")
    return file


def ranks_of_json(file: Path) -> dict[bytes, int]:
    """The vocabulary of a byte-level tokenizer.json whose numbers are its ranks."""
    vocab = json.loads(file.read_text(encoding="utf-8"))["model"]["vocab"]
    named = sorted((id, content) for content, id in vocab.items())
    return {bytes(BYTE_OF[character] for character in content): id for id, content in named}


def write_tekken(file: Path, known: dict[bytes, int], pattern: str, *, spare: int = 50, **more: Any) -> Path:
    """A tekken.json of ranks, single bytes first, that lists `spare` more than its vocabulary uses."""
    longer = sorted((token for token in known if len(token) > 1), key=lambda token: known[token])
    ranks = {token: rank for rank, token in enumerate([*(bytes([byte]) for byte in range(256)), *longer])}
    config = {
        "pattern": pattern,
        "num_vocab_tokens": len(ranks),
        "default_vocab_size": len(ranks) - spare + 100,
        "default_num_special_tokens": 100,
        "version": "v3",
    }
    vocab = [
        {"rank": rank, "token_bytes": base64.b64encode(token).decode(), "token_str": None}
        for token, rank in ranks.items()
    ]
    file.write_text(json.dumps({"config": config, "vocab": vocab, **more}), encoding="utf-8")
    return file


def write_gguf(file: Path, model: str, tokens: Sequence[str], types: Sequence[int], **more: Any) -> Path:
    """`more`: values of other keys, without their ``tokenizer.ggml.``; ``chat_template`` by that name."""
    writer = gguf.GGUFWriter(file, "llama")
    writer.add_tokenizer_model(model)
    writer.add_token_list(list(tokens))
    writer.add_token_types(list(types))
    for key, value in more.items():
        name = "tokenizer.chat_template" if key == "chat_template" else f"tokenizer.ggml.{key}"
        if isinstance(value, bool):
            writer.add_bool(name, value)
        elif isinstance(value, int):
            writer.add_uint32(name, value)
        elif isinstance(value, str):
            writer.add_string(name, value)
        else:
            writer.add_array(name, value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    return file


def write_gguf_of_json(file: Path, source: Path, pre: str) -> Path:
    """A byte-level tokenizer.json as llama.cpp's converter writes it."""
    data = json.loads(source.read_text(encoding="utf-8"))
    ids = dict(data["model"]["vocab"])
    types = dict.fromkeys(ids, NORMAL)
    for added in data["added_tokens"]:
        ids[added["content"]] = added["id"]
        types[added["content"]] = CONTROL if added["special"] else USER_DEFINED
    named = {id: content for content, id in ids.items()}
    tokens = [named.get(id, f"[PAD{id}]") for id in range(max(named) + 1)]
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in data["model"]["merges"]]
    kinds = [types.get(token, UNUSED) for token in tokens]
    return write_gguf(file, "gpt2", tokens, kinds, merges=merges, pre=pre)


def write_gguf_of_model(file: Path, source: Path, kind: str, **more: Any) -> Path:
    """A SentencePiece model as llama.cpp's converter writes it."""
    library = sentencepiece.SentencePieceProcessor(model_file=str(source))
    ids = range(len(library))
    spec = next(value for number, value in fields(source.read_bytes()) if number == 3)
    assert isinstance(spec, bytes)
    settings = dict(fields(spec))
    if settings.get(2):
        more["precompiled_charsmap"] = settings[2]
    more.setdefault("add_space_prefix", bool(settings.get(3, True)))
    more.setdefault("remove_extra_whitespaces", bool(settings.get(4, True)))
    return write_gguf(
        file,
        kind,
        [library.id_to_piece(id) for id in ids],
        [_type(library, id) for id in ids],
        scores=[float(library.get_score(id)) for id in ids],
        **more,
    )


def _type(library: sentencepiece.SentencePieceProcessor, id: int) -> int:
    asked = {
        UNKNOWN: library.is_unknown,
        CONTROL: library.is_control,
        BYTE: library.is_byte,
        UNUSED: library.is_unused,
    }
    return next((type for type, question in asked.items() if question(id)), NORMAL)


def train_pieces(file: Path, lines: Iterable[str], **settings: Any) -> Path:
    """A small SentencePiece model."""
    into = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=into, minloglevel=2, num_threads=1, **settings
    )
    file.write_bytes(into.getvalue())
    return file
