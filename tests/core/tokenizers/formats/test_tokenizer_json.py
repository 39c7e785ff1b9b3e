"""tokenizer.json through the one interface: ids of many texts, steps, patterns, scores, what is off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import tokenizers

from core.errors import UserError
from core.tokenizers.open import Tokenizer, open_tokenizer
from core.tokenizers.vocabulary import read_vocabulary
from tests.core.tokenizers.files import BERT, BYTE_LEVEL, MARKED, UNMARKED, added, bpe, tokenizer, write
from tests.core.tokenizers.texts import many_texts
from tests.real_tokenizers import real_tokenizer

SPLIT = {"type": "Split", "pattern": {"Regex": r"\p{N}"}, "behavior": "Isolated", "invert": False}


def opened(folder: Path, model: dict[str, Any], *added_tokens: dict[str, Any], **parts: Any) -> Tokenizer:
    return open_tokenizer(write(folder / "tokenizer.json", tokenizer(model, *added_tokens, **parts)))


def bare(file: Path) -> tokenizers.Tokenizer:
    library = tokenizers.Tokenizer.from_file(str(file))
    library.no_padding()
    library.no_truncation()
    library.encode_special_tokens = True
    return library


# Ids


@pytest.mark.parity
@pytest.mark.parametrize("name", ["minilm", "claude", "deepseek", "gemma3", "qwen3"])
def test_that_ids_are_the_librarys_in_every_language_in_code_and_on_random_bytes(
    shared_data: Path, name: str
) -> None:
    small = name == "minilm"
    folder = shared_data / "tokenizers" / "minilm-wordpiece" if small else real_tokenizer(name)
    texts = many_texts(shared_data)
    expected = [e.ids for e in bare(folder / "tokenizer.json").encode_batch(texts, add_special_tokens=False)]
    tokenizer = open_tokenizer(folder)
    assert tokenizer.ids(texts) == expected
    for text, ids in list(zip(texts, expected, strict=True))[::7]:
        encoding = tokenizer.encode(text)
        assert encoding.ids == ids
        ends = [0, *(end for _, end in encoding.spans)]
        assert [begin for begin, _ in encoding.spans] == ends[:-1]
        assert ends == sorted(ends)
        assert ends[-1] == len(text.encode())


def test_that_no_texts_have_no_ids(tmp_path: Path) -> None:
    assert opened(tmp_path, bpe({"a": 0})).ids([]) == []


def test_that_half_a_surrogate_pair_among_many_texts_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        opened(tmp_path, bpe({"a": 0})).ids(["a", "\ud800"])


def test_that_one_text_among_many_that_cannot_be_encoded_is_a_sentence(tmp_path: Path) -> None:
    words = opened(tmp_path, {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "?"})
    assert words.ids(["a", "a"]) == [[0], [0]]
    with pytest.raises(UserError, match="cannot encode the text"):
        words.ids(["a", "b"])


def test_that_special_tokens_are_read_only_when_asked(tmp_path: Path) -> None:
    tokens = (added(1, "<s>"), added(2, "<think>", special=False))
    small = opened(tmp_path, bpe({"a": 0}), *tokens, pre_tokenizer=BYTE_LEVEL, decoder=BYTE_LEVEL)
    assert small.encode("a<s>a<think>").ids == [0, 0, 2]
    assert small.encode("a<s>a<think>", specials=True) == ([0, 1, 0, 2], [(0, 1), (1, 4), (4, 5), (5, 12)])
    assert small.encode("a<s>a").ids == [0, 0]  # asking once changes nothing for later


@pytest.mark.parity
def test_that_names_of_added_tokens_are_read_as_the_library_reads_them() -> None:
    folder = real_tokenizer("claude")
    library = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    names = [token.content for token in library.get_added_tokens_decoder().values()]
    text = "".join(f"{name}a {name} \n" for name in names) + "é日本🙂 the cat"
    ids, spans = open_tokenizer(folder).encode(text, specials=True)
    assert ids == library.encode(text, add_special_tokens=False).ids
    assert b"".join(text.encode()[begin:end] for begin, end in spans) == text.encode()


# Steps and patterns


def test_that_steps_show_the_text_after_each(tmp_path: Path) -> None:
    steps = {
        "type": "Sequence",
        "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"}, *MARKED["normalizers"]],
    }
    small = opened(tmp_path, bpe({"a": 0}, byte_fallback=True), normalizer=steps, decoder=UNMARKED)
    assert small.steps("Ａ B") == [
        ("NFKC", "A B"),
        ("lower case", "a b"),
        ("'▁' put before", "▁a b"),
        ("' ' → '▁'", "▁a▁b"),
    ]


def test_that_pieces_of_byte_level_text_are_shown_as_text(tmp_path: Path) -> None:
    small = opened(tmp_path, bpe({"a": 0}), pre_tokenizer=BYTE_LEVEL, decoder=BYTE_LEVEL)
    assert small.steps("né  日本 12") == [("pieces", "né| | 日本| 12")]


def test_that_berts_steps_are_named_by_what_they_do(tmp_path: Path) -> None:
    model = {"type": "WordPiece", "unk_token": "[UNK]", "vocab": {"[UNK]": 0}, "max_input_chars_per_word": 9}
    model |= {"continuing_subword_prefix": "##"}
    small = opened(tmp_path, model, normalizer=BERT, pre_tokenizer={"type": "BertPreTokenizer"})
    assert small.steps("Né日") == [("BERT, lower case, accents off", "ne 日 "), ("pieces", "ne|日")]
    assert small.patterns == ("Bert",)


@pytest.mark.parametrize(
    ("pre_tokenizer", "patterns"),
    [
        (None, ()),
        (BYTE_LEVEL, ("ByteLevel",)),
        ({"type": "Sequence", "pretokenizers": [SPLIT, BYTE_LEVEL | {"use_regex": False}]}, (r"\p{N}",)),
        ({"type": "Split", "pattern": {"String": "."}, "behavior": "Removed", "invert": False}, (r"\.",)),
        (
            {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
            ("Metaspace",),
        ),
        ({"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": False}, ()),
        ({"type": "Sequence", "pretokenizers": [{"type": "Whitespace"}, SPLIT]}, ("Whitespace", r"\p{N}")),
    ],
)
def test_that_patterns_are_what_cuts(tmp_path: Path, pre_tokenizer: Any, patterns: tuple[str, ...]) -> None:
    assert opened(tmp_path, bpe({"a": 0}), pre_tokenizer=pre_tokenizer).patterns == patterns


def test_that_a_text_on_which_a_pattern_never_ends_is_refused(tmp_path: Path) -> None:
    endless = {"type": "Split", "pattern": {"Regex": "(a+)+$"}, "behavior": "Isolated", "invert": False}
    small = opened(tmp_path, bpe({"a": 0}), pre_tokenizer=endless)
    assert small.encode("aa").ids == [0, 0]
    with pytest.raises(UserError, match=r"cannot encode the text: .*retry-limit"):
        small.encode("a" * 40 + "!")
    with pytest.raises(UserError, match=r"cannot encode the text: .*retry-limit"):
        small.ids(["a" * 40 + "!"])


# Scores and notes


def test_that_merges_rank_the_tokens_once_a_tokenizer_is_opened(tmp_path: Path) -> None:
    model = bpe({"a": 0, "b": 1, "ab": 2, "ba": 3, "aba": 4}, "b a", "a b", "ab a")
    small = opened(tmp_path, model)
    assert [token.score for token in small.vocabulary] == [None, None, 1, 0, 2]
    assert all(token.score is None for token in read_vocabulary(tmp_path))


def test_that_older_files_and_continued_words_are_ranked_too(tmp_path: Path) -> None:
    vocab = {"a": 0, "##b": 1, "ab": 2, "##bb": 3}
    model = bpe(vocab, continuing_subword_prefix="##") | {"merges": ["a ##b", "##b ##b"]}
    assert [token.score for token in opened(tmp_path, model).vocabulary] == [None, None, 0, 1]


def test_that_unigrams_scores_are_its_log_probabilities(tmp_path: Path) -> None:
    model = {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0], ["▁a", -1.5], ["b", -2]]}
    opened(tmp_path, model)
    for vocabulary in (read_vocabulary(tmp_path), open_tokenizer(tmp_path).vocabulary):
        assert [token.score for token in vocabulary] == [0.0, -1.5, -2.0]


def test_that_what_is_switched_off_is_said(tmp_path: Path, shared_data: Path) -> None:
    minilm = open_tokenizer(shared_data / "tokenizers" / "minilm-wordpiece")
    assert minilm.notes == (
        "Truncation to 128 tokens is switched off.",
        "Padding to 128 tokens is switched off.",
    )
    model = bpe({"a": 0, "b": 1, "ab": 2}, "a b", dropout=0.5)
    assert opened(tmp_path, model).notes == (
        "Dropout of merges (0.5), which makes encoding random, is switched off.",
    )


def test_that_minilm_cuts_the_known_sentence_as_published(shared_data: Path) -> None:
    minilm = open_tokenizer(shared_data / "tokenizers" / "minilm-wordpiece")
    text = "Naïve Café 日本語 unbelievable"
    ids, spans = minilm.encode(text)
    assert [minilm.vocabulary.entries[id].content for id in ids] == [  # type: ignore[union-attr]
        "naive", "cafe", "日", "本", "語", "unbelievable",
    ]  # fmt: skip
    words = [text.encode()[begin:end].strip().decode() for begin, end in spans]
    assert words == ["Naïve", "Café", "日", "本", "語", "unbelievable"]
    assert [end for _, end in spans] == [6, 12, 16, 19, 22, 35]
