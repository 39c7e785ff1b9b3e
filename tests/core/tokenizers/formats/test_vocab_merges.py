"""vocab.json with merges.txt: read as the library reads them, and what is refused."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
import tokenizers
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.errors import UserError
from core.tokenizers.canonical import Family, Kind
from core.tokenizers.open import Tokenizer, open_tokenizer
from core.tokenizers.vocabulary import read_vocabulary
from tests.core.tokenizers.files import write
from tests.core.tokenizers.texts import many_texts, random_bytes
from tests.real_tokenizers import real_tokenizer

TEXT = "The cat sat on the mat, the café was shut; 1234567 日本語 🙂 don't and the cat the cat."


def trained(folder: Path, *specials: str, vocab_size: int = 300) -> Path:
    """vocab.json and merges.txt of a byte-level BPE."""
    made = tokenizers.Tokenizer(tokenizers.models.BPE())
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=list(specials),
        initial_alphabet=sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    made.train_from_iterator([TEXT, "é è ê é è ê 日 旦 日 旦"] * 3, trainer)
    folder.mkdir(parents=True, exist_ok=True)
    made.model.save(str(folder))
    return folder


def reference(folder: Path) -> tokenizers.Tokenizer:
    """The same two files, as the library's own reader has them."""
    model = tokenizers.models.BPE.from_file(str(folder / "vocab.json"), str(folder / "merges.txt"))
    made = tokenizers.Tokenizer(model)
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    return made


def laid(folder: Path, vocab: Any, merges: str, **beside: Any) -> Path:
    write(folder / "vocab.json", vocab)
    (folder / "merges.txt").write_text(merges, encoding="utf-8")
    for name, data in beside.items():
        write(folder / f"{name}.json", data)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("gpt") / "small", "<|endoftext|>")


@pytest.fixture(scope="module")
def opened(folder: Path) -> Tokenizer:
    return open_tokenizer(folder)


# As the library has it


@pytest.mark.parity
def test_that_ids_are_those_of_the_library_in_every_language_in_code_and_on_random_bytes(
    folder: Path, opened: Tokenizer, shared_data: Path
) -> None:
    texts = many_texts(shared_data)
    expected = [encoding.ids for encoding in reference(folder).encode_batch(texts)]
    assert opened.ids(texts) == expected
    assert [opened.encode(text).ids for text in random_bytes()] == expected[-8:-4]


@pytest.mark.parity
def test_that_a_real_vocabulary_of_65_000_tokens_is_read_as_the_library_reads_it(
    tmp_path: Path, shared_data: Path
) -> None:
    source = real_tokenizer("claude") / "tokenizer.json"
    tokenizers.Tokenizer.from_file(str(source)).model.save(str(tmp_path))
    texts = many_texts(shared_data)[::4]
    expected = [encoding.ids for encoding in reference(tmp_path).encode_batch(texts)]
    assert open_tokenizer(tmp_path).ids(texts) == expected


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(text="")
@example(text="<|endoftext|> é\u0301ﬁ日旦🙂\x00\r\n")
@given(text=st.text(max_size=30) | st.text(alphabet="the cat é日旦 \n", max_size=30))
def test_that_spans_hold_the_tokens_own_bytes_and_tile_the_text(opened: Tokenizer, text: str) -> None:
    data = text.encode()
    ids, spans = opened.encode(text)
    at = 0
    for id, (begin, end) in zip(ids, spans, strict=True):
        token = opened.vocabulary.entries[id]
        assert begin == at
        assert token is not None
        assert token.bytes == data[begin:end]
        at = end
    assert at == len(data)
    assert opened.decode(ids) == text


# What they are


def test_that_tokens_have_their_bytes_kinds_and_ranks(folder: Path) -> None:
    vocabulary = read_vocabulary(folder)
    assert (vocabulary.family, vocabulary.model) == (Family.BYTE_LEVEL, "BPE")
    assert vocabulary.role("eos") == 0
    assert [token.kind for token in vocabulary][:2] == [Kind.SPECIAL, Kind.TEXT]
    assert all(token.score is None for token in vocabulary)
    tokens = {token.content: token for token in open_tokenizer(folder).vocabulary}
    lines = (folder / "merges.txt").read_text(encoding="utf-8").split("\n")[1:-1]
    assert tokens[lines[0].replace(" ", "")].score == 0
    assert tokens[lines[-1].replace(" ", "")].score == len(lines) - 1
    assert tokens["a"].score is None


@pytest.mark.parametrize("name", ["", "vocab.json", "merges.txt"])
def test_that_either_file_or_the_folder_means_both(folder: Path, name: str) -> None:
    opened = open_tokenizer(folder / name)
    assert opened.path == folder / "vocab.json"
    assert opened.format == "vocab.json + merges.txt"


def test_that_a_pair_with_a_name_before_belongs_together(tmp_path: Path) -> None:
    trained(tmp_path)
    for name in ("vocab.json", "merges.txt"):
        (tmp_path / name).rename(tmp_path / f"gpt2-{name}")
    opened = open_tokenizer(tmp_path / "gpt2-merges.txt")
    assert opened.path == tmp_path / "gpt2-vocab.json"


def test_that_the_pattern_of_gpt_2_is_assumed_and_said_where_no_file_tells(tmp_path: Path) -> None:
    opened = open_tokenizer(trained(tmp_path))
    assert opened.notes == ("No file says how to cut a text: the pattern of GPT-2 is assumed.",)
    assert opened.patterns == ("ByteLevel",)
    write(tmp_path / "tokenizer_config.json", {"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": True})
    told = open_tokenizer(tmp_path)
    assert told.notes == ()
    assert told.encode("the").ids == opened.encode(" the").ids


def test_that_qwens_class_cuts_digits_singly(tmp_path: Path) -> None:
    vocab = {str(digit): digit for digit in range(10)} | {"12": 10}
    opened = open_tokenizer(laid(tmp_path / "plain", vocab, "1 2\n"))
    assert opened.encode("12").ids == [10]
    config = {"tokenizer_class": "Qwen2Tokenizer"}
    qwen = open_tokenizer(laid(tmp_path / "qwen", vocab, "1 2\n", tokenizer_config=config))
    assert qwen.encode("12").ids == [1, 2]
    assert [step.name for step in qwen.steps("12")] == ["NFC", "pieces"]
    assert qwen.steps("12")[-1].text == "1|2"


def test_that_marks_of_a_words_end_are_spaces(tmp_path: Path) -> None:
    vocab = {"t": 0, "h": 1, "e</w>": 2, "th": 3, "the</w>": 4, "a</w>": 5}
    opened = open_tokenizer(laid(tmp_path, vocab, "#version: 0.2\nt h\nth e</w>\n"))
    assert opened.vocabulary.family is Family.OTHER
    assert opened.vocabulary.entries[4].bytes == b"the "  # type: ignore[union-attr]
    ids, spans = opened.encode("The a the")
    assert ids == [4, 5, 4]
    assert spans == [(0, 3), (3, 5), (5, 9)]
    assert "words in lower case" in opened.notes[0]


def test_that_clip_is_byte_level_and_marks_ends(tmp_path: Path) -> None:
    vocab = {"t": 0, "t</w>": 1, "a": 2, "a</w>": 3, "at</w>": 4, "!</w>": 5, "!": 6}
    config = {"tokenizer_class": "CLIPTokenizer", "unk_token": "!</w>"}
    opened = open_tokenizer(laid(tmp_path, vocab, "a t</w>\n", tokenizer_config=config))
    assert opened.encode("A   at!").ids == [3, 4, 5]
    assert opened.encode("A   at!").spans == [(0, 1), (1, 6), (6, 7)]


def test_that_special_tokens_come_from_the_files_beside(tmp_path: Path) -> None:
    vocab = {"a": 0, "<x>": 1, "<|endoftext|>": 2}
    beside = {
        "tokenizer_config": {"add_bos_token": True, "bos_token": {"content": "<x>", "__type": "AddedToken"}},
        "added_tokens": {"<extra>": 3, "<plain>": 4},
        "special_tokens_map": {"additional_special_tokens": ["<extra>"]},
    }
    opened = open_tokenizer(laid(tmp_path, vocab, "\n", **beside))
    kinds = {token.content: token.kind for token in opened.vocabulary}
    assert [content for content in kinds if kinds[content] is Kind.SPECIAL] == [
        "<x>",
        "<|endoftext|>",
        "<extra>",
    ]
    assert opened.prefix == (1,)
    assert opened.encode("a<extra>", specials=True).ids == [0, 3]
    assert opened.encode("a<plain>").ids == [0, 4]
    assert 3 not in opened.encode("a<extra>").ids


def test_that_robertas_class_puts_its_first_token_before_a_text(tmp_path: Path) -> None:
    vocab = {"<s>": 0, "</s>": 1, "a": 2}
    config = {"tokenizer_class": "RobertaTokenizerFast"}
    opened = open_tokenizer(laid(tmp_path, vocab, "\n", tokenizer_config=config))
    assert opened.prefix == (0,)
    assert opened.encode("a").ids == [2]
    assert opened.notes == ()


def test_that_a_configuration_which_renumbers_a_token_is_noted_and_not_followed(tmp_path: Path) -> None:
    config = {"tokenizer_class": "GPT2Tokenizer", "added_tokens_decoder": {"0": {"content": "<s>"}}}
    opened = open_tokenizer(laid(tmp_path, {"a": 0}, "\n", tokenizer_config=config))
    assert opened.encode("a").ids == [0]
    assert opened.notes == (
        "tokenizer_config.json says that token 0 is '<s>'; in vocab.json it is 'a', "
        "which is what counts here.",
    )


# What is refused


@pytest.mark.parametrize(
    ("vocab", "merges", "reason"),
    [
        (
            '{"a": 0, "b": 1}',
            "a c\n",
            r"merges\.txt is damaged: line 1 merges 'a' with 'c', but 'c' is no token",
        ),
        ('{"a": 0, "b": 1}', "#version: 1\n\nb a\n", r"line 3 merges 'b' with 'a', but 'ba' is no token"),
        ('{"a": 0, "b": 1}', "ab\n", r"merges\.txt is damaged: line 1 should be two tokens with a space"),
        ('{"a": 0, "b": 1}', "a" * 300_000, r"line 1 should be two tokens with a space"),
        ('{"a": 0, "b": 1}', b"a b\n\xff b\n", r"merges\.txt is damaged: line 2 is not UTF-8"),
        ('{"a": 0, "b": 0}', "", r"vocab\.json is damaged: the tokens 'a' and 'b' have the same number, 0"),
        ('{"a": 0, "b": -1}', "", "the token 'b' has no proper number"),
        ('{"a": 0, "b": 1e99}', "", "the token 'b' has no proper number"),
        ('{"a": 0, "b": 99999999999}', "", "the token 'b' has no proper number"),
        ('{"a": 0, "b"', "", r"vocab\.json is no valid JSON"),
        ('{"a": ' * 100_000, "", r"vocab\.json is nested too deeply"),
        (b'{"\xff": 0}', "", r"vocab\.json is no valid JSON: it is not UTF-8 text"),
        ("{}", "", r"vocab\.json has an empty vocabulary"),
        ("", "", r"vocab\.json is no valid JSON"),
    ],
)
def test_that_a_damaged_file_is_named_with_what_is_wrong(
    tmp_path: Path, vocab: str | bytes, merges: str | bytes, reason: str
) -> None:
    for name, content in (("vocab.json", vocab), ("merges.txt", merges)):
        data = content if isinstance(content, bytes) else content.encode()
        (tmp_path / name).write_bytes(data)
    with pytest.raises(UserError, match=reason) as error:
        open_tokenizer(tmp_path, field="tokenizer")
    assert error.value.field == "tokenizer"
    assert str(tmp_path) in error.value.message


@pytest.mark.parametrize(("there", "other"), [("vocab.json", "merges.txt"), ("merges.txt", "vocab.json")])
def test_that_one_file_alone_asks_for_the_other(tmp_path: Path, there: str, other: str) -> None:
    (tmp_path / there).write_text(
        json.dumps({"a": 0}) if there == "vocab.json" else "a b\n", encoding="utf-8"
    )
    with pytest.raises(UserError, match=f"is half a tokenizer: lay its {other} beside it"):
        open_tokenizer(tmp_path / there)


def test_that_random_bytes_for_files_are_refused_in_a_sentence(tmp_path: Path) -> None:
    source = random.Random(1)
    for length in (1, 100, 70_000):
        for name in ("vocab.json", "merges.txt"):
            (tmp_path / name).write_bytes(source.randbytes(length))
        with pytest.raises(UserError, match=str(tmp_path)):
            open_tokenizer(tmp_path)
