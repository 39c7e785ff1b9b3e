"""When two tokenizers are the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.tokenizers.fingerprint import fingerprint
from core.tokenizers.open import open_tokenizer
from tests.core.tokenizers.files import BYTE_LEVEL, added, bpe, tokenizer, write


def of(folder: Path, model: dict[str, Any], *tokens: dict[str, Any], **parts: Any) -> str:
    parts = {"pre_tokenizer": BYTE_LEVEL, "decoder": BYTE_LEVEL} | parts
    return fingerprint(open_tokenizer(write(folder / "tokenizer.json", tokenizer(model, *tokens, **parts))))


def test_that_what_says_the_same_in_another_file_has_the_same_fingerprint(tmp_path: Path) -> None:
    model = bpe({"a": 0, "b": 1, "ab": 2}, "a b")
    older = model | {"merges": ["a b"]}
    padded = {"padding": {"strategy": {"Fixed": 9}, "direction": "Right", "pad_to_multiple_of": None,
                          "pad_id": 0, "pad_type_id": 0, "pad_token": "a"}}  # fmt: skip
    found = {of(tmp_path / "1", model), of(tmp_path / "2", older), of(tmp_path / "3", model, **padded)}
    assert len(found) == 1
    assert len(found.pop()) == 64


def test_that_any_other_token_rank_kind_or_rule_changes_it(tmp_path: Path) -> None:
    vocab = {"a": 0, "b": 1, "ab": 2, "ba": 3}
    found = [
        of(tmp_path / "1", bpe(vocab, "a b", "b a")),
        of(tmp_path / "2", bpe(vocab, "b a", "a b")),
        of(tmp_path / "3", bpe(vocab | {"c": 4}, "a b", "b a")),
        of(tmp_path / "4", bpe(vocab, "a b", "b a"), added(0, "a")),
        of(tmp_path / "5", bpe(vocab, "a b", "b a"), normalizer={"type": "NFC"}),
        of(tmp_path / "6", bpe(vocab, "a b", "b a"), pre_tokenizer=BYTE_LEVEL | {"use_regex": False}),
    ]
    assert len(set(found)) == len(found)
