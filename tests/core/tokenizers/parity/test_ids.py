"""Each format's ids are its own library's, over 38 languages, code, technical texts and random bytes."""

from __future__ import annotations

import hashlib
import json
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
import sentencepiece
import tiktoken
import tokenizers
from tiktoken_ext import openai_public

from core.tokenizers.gguf_header import read_header
from core.tokenizers.open import open_tokenizer
from tests.core.tokenizers.parity.llama_cpp import LlamaCpp
from tests.core.tokenizers.parity.written import (
    ranks_of,
    ranks_of_json,
    write_gguf_of_json,
    write_gguf_of_model,
    write_ranks,
    write_tekken,
)
from tests.core.tokenizers.texts import many_texts
from tests.real_tokenizers import real_tokenizer

pytestmark = pytest.mark.parity

Reference = Callable[[list[str]], list[list[int]]]
URL = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"


def holds(path: Path, expected: Reference, texts: list[str], format: str) -> None:
    """The tokenizer at `path` is of this format, and gives the reference's ids: many at once, and singly."""
    tokenizer = open_tokenizer(path)
    assert tokenizer.format == format
    ids = expected(texts)
    assert tokenizer.ids(texts) == ids
    for text, known in list(zip(texts, ids, strict=True))[::9]:
        encoding = tokenizer.encode(text)
        assert encoding.ids == known
        at = 0
        for begin, end in encoding.spans:
            assert begin == at <= end
            at = end
        assert at == len(text.encode()) or not known


def by_tokenizers(file: Path) -> Reference:
    library = tokenizers.Tokenizer.from_file(str(file))
    library.no_padding()
    library.no_truncation()
    library.encode_special_tokens = True
    return lambda texts: [found.ids for found in library.encode_batch(texts, add_special_tokens=False)]


def by_sentencepiece(file: Path) -> Reference:
    library = sentencepiece.SentencePieceProcessor(model_file=str(file))
    return lambda texts: library.encode(texts, out_type=int, num_threads=1)


def by_tiktoken(ranks: dict[bytes, int], pattern: str) -> Reference:
    library = tiktoken.Encoding("known", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    return lambda texts: library.encode_ordinary_batch(texts, num_threads=1)


@pytest.fixture(scope="module")
def gpt2(shared_data: Path) -> Reference:
    ranks = ranks_of(shared_data / "tokenizers" / "gpt2-tiktoken" / "gpt2.tiktoken")
    return by_tiktoken(ranks, openai_public.r50k_pat_str)


# tokenizer.json, vocab.txt, vocab.json with merges.txt


def test_that_a_tokenizer_json_cuts_as_the_tokenizers_library(shared_data: Path, texts: list[str]) -> None:
    folder = shared_data / "tokenizers" / "minilm-wordpiece"
    holds(folder, by_tokenizers(folder / "tokenizer.json"), texts, "tokenizer.json")


def test_that_a_word_list_cuts_as_the_librarys_bert(shared_data: Path, texts: list[str]) -> None:
    file = shared_data / "tokenizers" / "minilm-wordpiece" / "vocab.txt"
    library = tokenizers.BertWordPieceTokenizer(str(file), lowercase=True)
    library._tokenizer.encode_special_tokens = True
    reference: Reference = lambda texts: [  # noqa: E731
        found.ids for found in library.encode_batch(texts, add_special_tokens=False)
    ]
    holds(file, reference, texts, "vocab.txt")


def test_that_merges_in_two_files_cut_as_tiktokens_ranks(
    shared_data: Path, tmp_path: Path, texts: list[str], gpt2: Reference
) -> None:
    header = read_header(shared_data / "gguf" / "ggml-vocab-gpt-2.gguf")
    tokens, merges = (header[f"tokenizer.ggml.{key}"] for key in ("tokens", "merges"))
    vocab = {token: id for id, token in enumerate(tokens)}
    (tmp_path / "vocab.json").write_text(json.dumps(vocab), encoding="utf-8")
    (tmp_path / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges), encoding="utf-8")
    holds(tmp_path, gpt2, texts, "vocab.json + merges.txt")


# SentencePiece


def test_that_a_model_cuts_as_sentencepiece(shared_data: Path, texts: list[str]) -> None:
    file = shared_data / "tokenizers" / "mistral-v1-sentencepiece" / "tokenizer.model"
    holds(file, by_sentencepiece(file), texts, "SentencePiece")


@pytest.mark.parametrize("name", ["unigram", "bytes", "suffix"])
def test_that_a_model_of_another_make_cuts_as_sentencepiece(
    trained: dict[str, Path], texts: list[str], name: str
) -> None:
    holds(trained[name], by_sentencepiece(trained[name]), texts, "SentencePiece")


@pytest.mark.parametrize("name", ["mistral-v3.model", "mistral-v7.model"])
def test_that_a_real_model_cuts_as_sentencepiece(texts: list[str], name: str) -> None:
    file = real_tokenizer(name)
    holds(file, by_sentencepiece(file), texts, "SentencePiece")


# tiktoken


def test_that_ranks_cut_as_tiktoken(shared_data: Path, texts: list[str], gpt2: Reference) -> None:
    holds(shared_data / "tokenizers" / "gpt2-tiktoken" / "gpt2.tiktoken", gpt2, texts, "tiktoken")


@pytest.mark.parametrize("name", ["r50k_base", "cl100k_base", "o200k_base"])
def test_that_a_named_encoding_cuts_as_tiktokens_own(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, texts: list[str], name: str
) -> None:
    gpt2 = shared_data / "tokenizers" / "gpt2-tiktoken" / "gpt2.tiktoken"
    file = gpt2 if name == "r50k_base" else real_tokenizer(f"{name}.tiktoken")
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    shutil.copyfile(file, tmp_path / hashlib.sha1(URL.format(name).encode()).hexdigest())
    library = tiktoken.Encoding(**openai_public.ENCODING_CONSTRUCTORS[name]())
    holds(Path(name), lambda texts: library.encode_ordinary_batch(texts, num_threads=1), texts, "tiktoken")
    specials = {token.content: token.id for token in open_tokenizer(Path(name)).vocabulary}
    assert {special: specials[special] for special in library.special_tokens_set} == library._special_tokens


def test_that_qwens_ranks_cut_as_its_tokenizer_json(texts: list[str]) -> None:
    whole = real_tokenizer("qwen3") / "tokenizer.json"
    composed = [unicodedata.normalize("NFC", text) for text in texts]  # which the ranks alone do not do
    holds(real_tokenizer("qwen.tiktoken"), by_tokenizers(whole), composed, "tiktoken")


def test_that_llama_3s_ranks_cut_as_its_tokenizer_json(tmp_path: Path, texts: list[str]) -> None:
    whole = real_tokenizer("llama3") / "tokenizer.json"
    file = write_ranks(tmp_path / "tokenizer.model", ranks_of_json(whole))
    holds(file, by_tokenizers(whole), texts, "tiktoken")


# tekken.json


def by_mistral(file: Path) -> Reference:
    tekken = pytest.importorskip("mistral_common.tokens.tokenizers.tekken")
    library = tekken.Tekkenizer.from_file(file)
    return lambda texts: [library.encode(text, bos=False, eos=False) for text in texts]


def test_that_a_tekken_json_cuts_as_mistrals_own_program(
    shared_data: Path, tmp_path: Path, texts: list[str]
) -> None:
    ranks = ranks_of(shared_data / "tokenizers" / "gpt2-tiktoken" / "gpt2.tiktoken")
    file = write_tekken(tmp_path / "tekken.json", ranks, openai_public.r50k_pat_str)
    holds(file, by_mistral(file), [text for text in texts if text != "<|endoftext|>"], "Tekken")


@pytest.mark.parametrize("name", ["tekken_240718.json", "tekken_240911.json"])
def test_that_a_real_tekken_json_cuts_as_mistrals_own_program(texts: list[str], name: str) -> None:
    file = real_tokenizer(name)
    holds(file, by_mistral(file), texts, "Tekken")


# GGUF


def test_that_a_gguf_of_gpt_2_cuts_as_tiktokens_ranks(
    shared_data: Path, texts: list[str], gpt2: Reference
) -> None:
    holds(shared_data / "gguf" / "ggml-vocab-gpt-2.gguf", gpt2, texts, "GGUF")


def test_that_a_gguf_of_bert_cuts_as_its_tokenizer_json(shared_data: Path, texts: list[str]) -> None:
    whole = shared_data / "tokenizers" / "minilm-wordpiece" / "tokenizer.json"
    holds(shared_data / "gguf" / "ggml-vocab-bert-bge.gguf", by_tokenizers(whole), texts, "GGUF")


def test_that_a_gguf_of_llama_cuts_as_llama_cpp_merges(shared_data: Path) -> None:
    file = shared_data / "gguf" / "ggml-vocab-llama-spm.gguf"
    algorithm = LlamaCpp(file)
    holds(file, lambda texts: list(map(algorithm.encode, texts)), many_texts(shared_data), "GGUF")


@pytest.mark.parametrize("name", ["gpt-2", "bert-bge", "llama-spm"])
def test_that_a_gguf_cuts_llama_cpps_own_texts_as_llama_cpp(shared_data: Path, name: str) -> None:
    file = shared_data / "gguf" / f"ggml-vocab-{name}.gguf"
    given = file.with_suffix(".gguf.inp").read_bytes().decode().split("\n__ggml_vocab_test__\n")
    lines = file.with_suffix(".gguf.out").read_text().split("\n")
    expected = [[int(id) for id in line.split()] for line in lines]
    assert len(given) == len(expected) == 47
    holds(file, lambda texts: expected, given, "GGUF")


def test_that_a_gguf_of_a_model_cuts_as_sentencepiece(
    shared_data: Path, tmp_path: Path, texts: list[str]
) -> None:
    source = shared_data / "tokenizers" / "mistral-v1-sentencepiece" / "tokenizer.model"
    file = write_gguf_of_model(tmp_path / "m.gguf", source, "llama", remove_extra_whitespaces=False)
    holds(file, by_sentencepiece(source), texts, "GGUF")


def test_that_a_gguf_of_a_unigram_model_cuts_as_sentencepiece(
    trained: dict[str, Path], tmp_path: Path, texts: list[str]
) -> None:
    file = write_gguf_of_model(tmp_path / "u.gguf", trained["unigram"], "t5")
    holds(file, by_sentencepiece(trained["unigram"]), texts, "GGUF")


@pytest.mark.parametrize(("name", "pre"), [("llama3", "llama-bpe"), ("deepseek", "deepseek-v3")])
def test_that_a_gguf_of_a_tokenizer_json_cuts_as_the_tokenizers_library(
    shared_data: Path, tmp_path: Path, name: str, pre: str
) -> None:
    source = real_tokenizer(name) / "tokenizer.json"
    file = write_gguf_of_json(tmp_path / f"{name}.gguf", source, pre)
    holds(file, by_tokenizers(source), many_texts(shared_data), "GGUF")
