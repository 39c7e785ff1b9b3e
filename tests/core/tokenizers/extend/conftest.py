"""Small tokenizers and a small domain."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.tokenizers.extend.request import ExtendTokenizerRequest
from tests.core.tokenizers.files import BYTE_LEVEL, MARKED, UNMARKED, added, bpe, tokenizer, write

DOMAIN = (
    "The eNodeB talks to the gNB over VoLTE. VoLTE needs the eNodeB.\n\n"
    "gNB and eNodeB: a gNB (gNB) is no eNodeB, says VoLTE (VoLTE).\n\n"
    "VoLTE, then: MPLS carries VoLTE to the gNB in one MPLS network.\n\n"
) * 6
TERMS = ["VoLTE", "enodeb", "gNB", "MPLS", "voice over IP", "unheard-of", "12"]


@pytest.fixture
def domain(tmp_path: Path) -> Path:
    file = tmp_path / "domain.txt"
    file.write_text(DOMAIN, encoding="utf-8")
    return file


@pytest.fixture
def glossary(tmp_path: Path) -> Path:
    """As lines, columns and objects at once: three files in a folder."""
    folder = tmp_path / "glossary"
    folder.mkdir()
    (folder / "terms.txt").write_text("\n".join(TERMS[:2]) + "\n")
    with gzip.open(folder / "terms.tsv.gz", "wt") as file:
        file.writelines(f"{term}\twhat it means\n" for term in TERMS[2:4])
    (folder / "terms.jsonl").write_text(
        "".join(json.dumps({"term": term, "definition": "…"}) + "\n" for term in TERMS[4:])
    )
    return folder


@pytest.fixture
def glossaries(glossary: Path) -> list[Path]:
    return sorted(glossary.iterdir())


@pytest.fixture
def byte_level(tmp_path: Path) -> Path:
    """All bytes, a few merges, and two added tokens behind the model's vocabulary, one of them special."""
    from core.tokenizers.canonical import CHARACTER_OF

    vocab = {CHARACTER_OF[byte]: byte for byte in range(256)}
    merges = ["t h", "Ġ th", "Ġth e", "o v", "Ġ t", "Ġ n"]
    for merge in merges:
        vocab[merge.replace(" ", "")] = len(vocab)
    data = tokenizer(
        bpe(vocab, *merges),
        added(len(vocab), "<|end|>"),
        added(len(vocab) + 1, "<think>", special=False),
        pre_tokenizer=BYTE_LEVEL,
        decoder=BYTE_LEVEL,
    )
    write(tmp_path / "byte-level" / "tokenizer_config.json", {"eos_token": "<|end|>"})
    (tmp_path / "byte-level" / "chat_template.jinja").write_text("{{ messages }}")
    (tmp_path / "byte-level" / "merges.txt").write_text("t h\n")
    return write(tmp_path / "byte-level" / "tokenizer.json", data).parent


@pytest.fixture
def marked(tmp_path: Path) -> Path:
    """SentencePiece-like BPE: bytes as fallback, letters, and nothing that cuts."""
    vocab = {"<unk>": 0, "<s>": 1}
    vocab |= {f"<0x{byte:02X}>": byte + 2 for byte in range(256)}
    letters = sorted(set(DOMAIN.replace("\n", "").replace(" ", "▁")) | set("12▁"))
    vocab |= {letter: 258 + number for number, letter in enumerate(letters)}
    merges = ["t h", "▁ th", "▁th e", "▁ n"]
    vocab |= {merge.replace(" ", ""): len(vocab) + number for number, merge in enumerate(merges)}
    data = tokenizer(
        bpe(vocab, *merges, unk_token="<unk>", byte_fallback=True, fuse_unk=True),
        added(0, "<unk>"),
        added(1, "<s>"),
        normalizer=MARKED,
        decoder=UNMARKED,
    )
    return write(tmp_path / "marked" / "tokenizer.json", data).parent


@pytest.fixture
def unigram(tmp_path: Path) -> Path:
    """Unigram with fallback bytes, and a special token behind its list."""
    letters = sorted(set(DOMAIN.replace("\n", "").replace(" ", "▁")) | set("▁</>"))
    vocab: list[list[Any]] = [["<unk>", 0.0]]
    vocab += [[f"<0x{byte:02X}>", -1000.0] for byte in range(256)]
    vocab += [[letter, -4.0] for letter in letters] + [["▁the", -3.0], ["▁to", -3.5], ["No", -6.0]]
    model = {"type": "Unigram", "unk_id": 0, "vocab": vocab, "byte_fallback": True}
    data = tokenizer(
        model,
        added(0, "<unk>"),
        added(len(vocab), "</s>"),
        normalizer=MARKED,
        pre_tokenizer={"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never", "split": True},
        decoder=UNMARKED,
    )
    return write(tmp_path / "unigram" / "tokenizer.json", data).parent


@pytest.fixture
def ask(domain: Path, glossaries: list[Path], tmp_path: Path) -> Callable[..., ExtendTokenizerRequest]:
    def make(folder: Path, **fields: Any) -> ExtendTokenizerRequest:
        usual = {"text": [domain], "terms": glossaries, "out": tmp_path / "out"}
        return ExtendTokenizerRequest(tokenizer=folder, **{**usual, **fields})

    return make
