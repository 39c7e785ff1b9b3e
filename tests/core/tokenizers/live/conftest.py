from __future__ import annotations

from pathlib import Path

import pytest

from core.tokenizers.live.answers import Answers
from tests.core.tokenizers import files


@pytest.fixture
def desk() -> Answers:
    """What the process behind `Live` has, in this one."""
    return Answers(lambda path: None)


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """SentencePiece-like: {▁the, é, <0x0A>, ▁▁, <s> (bos)}."""
    return files.base_of_the_matching_example(tmp_path / "first")


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """Byte-level: {Ġthe, Ã©, Ċ, ĠĠ, <|bos|> (bos), Ġcat}."""
    return files.donor_of_the_matching_example(tmp_path / "second")


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    """Byte-level: the letters, a space, a line end, ``the`` and `` the``; and <bos>, <eos>, <turn>."""
    alphabet = [*"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,:", "Ġ", "Ċ"]
    vocab = {character: id for id, character in enumerate([*alphabet, "th", "the", "Ġthe"])}
    added = [files.added(len(vocab) + n, name) for n, name in enumerate(("<bos>", "<eos>", "<turn>"))]
    model = files.bpe(vocab, "t h", "th e", "Ġ the")
    data = files.tokenizer(model, *added, pre_tokenizer=files.BYTE_LEVEL, decoder=files.BYTE_LEVEL)
    files.write(tmp_path / "letters" / "tokenizer.json", data)
    names = {"bos_token": "<bos>", "eos_token": "<eos>"}
    files.write(tmp_path / "letters" / "special_tokens_map.json", names)
    return tmp_path / "letters"
