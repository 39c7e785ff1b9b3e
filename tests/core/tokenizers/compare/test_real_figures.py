"""Fertility and parity of two real tokenizers, against figures counted straight from their own libraries."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from itertools import accumulate, pairwise
from pathlib import Path

import pytest
import sentencepiece
import tiktoken

from core.tokenizers.compare.run import compare_tokenizers

Pieces = Callable[[str], list[int]]
"""A text → bytes of each token."""
GPT_2 = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
WORD = re.compile(r"\w+(?:['’‐-]\w+)*")


def gpt_2(folder: Path) -> Pieces:
    lines = (folder / "gpt2-tiktoken" / "gpt2.tiktoken").read_text().splitlines()
    ranks = {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in lines)}
    library = tiktoken.Encoding("gpt2", pat_str=GPT_2, mergeable_ranks=ranks, special_tokens={})
    return lambda text: list(map(len, library.decode_tokens_bytes(library.encode_ordinary(text))))


def mistral(folder: Path) -> Pieces:
    model = folder / "mistral-v1-sentencepiece" / "tokenizer.model"
    library = sentencepiece.SentencePieceProcessor(model_file=str(model))

    def pieces(text: str) -> list[int]:
        ids = library.encode(text)
        contents = (" " if library.is_byte(id) else library.id_to_piece(id).replace("▁", " ") for id in ids)
        first, *others = (len(content.encode()) for content in contents)
        return [first - 1, *others]  # the space that it puts before a text

    return pieces


def fertility(text: str, pieces: Pieces) -> float:
    spans = list(pairwise(accumulate(pieces(text), initial=0)))
    assert spans[-1][1] == len(text.encode())
    words = []
    for word in WORD.finditer(text):
        begin = len(text[: word.start()].encode())
        spaced = begin - text.startswith(" ", word.start() - 1) if begin else 0
        words.append((spaced, begin + len(word[0].encode())))
    charged = sum(
        any(begin < word_end and word_begin < end for word_begin, word_end in words) for begin, end in spans
    )
    return charged / len(words)


@pytest.mark.parity
@pytest.mark.parametrize("tokenizer", ["gpt2-tiktoken", "mistral-v1-sentencepiece"])
def test_that_fertility_and_parity_are_those_counted_by_hand(shared_data: Path, tokenizer: str) -> None:
    folder = shared_data / "tokenizers"
    pieces = {"gpt2-tiktoken": gpt_2, "mistral-v1-sentencepiece": mistral}[tokenizer](folder)
    files = [shared_data / "multilingual" / "udhr" / f"{name}.txt" for name in ("eng", "rus")]
    english, russian = (file.read_text(encoding="utf-8") for file in files)
    found = compare_tokenizers(
        tokenizers=[folder / tokenizer], text=files, documents="file", throughput=False, resamples=0
    )
    rows = {row.text: row for row in found.rows}
    assert rows["eng"].tokens == len(pieces(english))
    assert rows["rus"].tokens == len(pieces(russian))
    assert rows["rus"].parity == pytest.approx(len(pieces(russian)) / len(pieces(english)), abs=1e-9)
    assert rows["eng"].fertility == pytest.approx(fertility(english, pieces), abs=1e-9)
    assert rows["rus"].fertility == pytest.approx(fertility(russian, pieces), abs=1e-9)
