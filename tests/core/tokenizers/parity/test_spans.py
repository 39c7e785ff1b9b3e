"""Spans follow each other, tile the text and give it back byte for byte; so do the tokens' own bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tiktoken_ext import openai_public

from core.tokenizers.open import open_tokenizer
from core.tokenizers.tokenizer import Tokenizer
from tests.core.tokenizers.parity.written import ranks_of, write_tekken

LOSSLESS = ("tiktoken", "tekken", "gguf gpt-2", "mistral", "gguf llama")
"""Their tokens' bytes, joined, are the text."""
LOSSY = ("unigram", "bytes", "suffix", "minilm", "word list", "gguf bert")

TEXTS = st.text(max_size=40) | st.text(alphabet="aé日🙂 \n\t\u0301ﬁ①Å▁<s>\x00\u200d123", max_size=40)
fits = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def opened(
    shared_data: Path, trained: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Tokenizer]:
    given, vocabularies = shared_data / "tokenizers", shared_data / "gguf"
    ranks = given / "gpt2-tiktoken" / "gpt2.tiktoken"
    tekken = tmp_path_factory.mktemp("tekken") / "tekken.json"
    files = {
        "tiktoken": ranks,
        "tekken": write_tekken(tekken, ranks_of(ranks), openai_public.r50k_pat_str),
        "gguf gpt-2": vocabularies / "ggml-vocab-gpt-2.gguf",
        "mistral": given / "mistral-v1-sentencepiece",
        "gguf llama": vocabularies / "ggml-vocab-llama-spm.gguf",
        "minilm": given / "minilm-wordpiece",
        "word list": given / "minilm-wordpiece" / "vocab.txt",
        "gguf bert": vocabularies / "ggml-vocab-bert-bge.gguf",
        **trained,
    }
    assert files.keys() == {*LOSSLESS, *LOSSY}
    return {name: open_tokenizer(file) for name, file in files.items()}


@pytest.mark.parametrize("name", [*LOSSLESS, *LOSSY])
@fits
@example(text="")
@example(text="   ")
@example(text=" naïve  日本🙂\n\tx")
@example(text="Å ﬁ ① ½ e\u0301 ")
@example(text="ꦗꦮ foo<sep>foo")
@given(text=TEXTS)
def test_that_spans_tile_the_text(opened: dict[str, Tokenizer], name: str, text: str) -> None:
    data = text.encode()
    ids, spans = opened[name].encode(text)
    assert opened[name].ids([text, text]) == [ids, ids]
    assert len(ids) == len(spans)
    at = 0
    for begin, end in spans:
        assert begin == at <= end
        at = end
    assert at == len(data) or not ids
    assert b"".join(data[begin:end] for begin, end in spans) == (data if ids else b"")


@pytest.mark.parametrize("name", LOSSLESS)
@fits
@example(text=" naïve  日本🙂\n\tx")
@example(text="ꦗ\u0301")
@given(text=TEXTS.filter(lambda text: "▁" not in text))
def test_that_the_tokens_bytes_are_the_text(opened: dict[str, Tokenizer], name: str, text: str) -> None:
    tokenizer = opened[name]
    data = text.encode()
    ids, spans = tokenizer.encode(text)
    tokens = [tokenizer.vocabulary.entries[id] for id in ids]
    joined = b"".join(token.bytes for token in tokens if token)
    before = len(joined) - len(data)  # SentencePiece puts a space before
    assert joined == b" " * before + data
    assert before == (name in ("mistral", "gguf llama") and bool(data))
    for (begin, end), token in list(zip(spans, tokens, strict=True))[before:]:
        assert token is not None
        assert token.bytes == data[begin:end]
    assert tokenizer.decode(ids) == text


@pytest.mark.parametrize("name", LOSSLESS)
@fits
@example(data=b" Hello\xe2\x96")
@example(data=b"\x00\xff\x80")
@given(data=st.binary(max_size=12) | TEXTS.filter(lambda text: "▁" not in text).map(str.encode))
def test_that_the_bytes_of_pieces_are_those_given(
    opened: dict[str, Tokenizer], name: str, data: bytes
) -> None:
    entries = opened[name].vocabulary.entries
    assert b"".join(entries[id].bytes for id in opened[name].pieces(data)) == data  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["unigram", "bytes", "suffix"])
@fits
@example(text="Å ﬁ ① ½ e\u0301 x")
@example(text="Ａ ｶﾞ  ꦗ")
@given(text=TEXTS)
def test_that_spans_in_a_normalised_text_end_where_sentencepiece_says(
    opened: dict[str, Tokenizer], trained: dict[str, Path], name: str, text: str
) -> None:
    import sentencepiece

    library = sentencepiece.SentencePieceProcessor(model_file=str(trained[name]))
    found = library.encode(text.encode(), return_type="offset_mapping")
    ids, spans = opened[name].encode(text)
    assert ids == found["ids"]
    said = [end for begin, end in found["offsets"][:-1] if end > begin]
    assert set(said) <= {end for _, end in spans}
