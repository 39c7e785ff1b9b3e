"""What holds for every training algorithm: texts come back, the same tokenizer each time, stop is heard."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer
from transformers import AutoTokenizer

from core.errors import Cancelled, UserError
from core.jobs.context import Context, Control
from core.jobs.events import Progress
from core.tokenizers.canonical import Kind
from core.tokenizers.files import tokenizer_files
from core.tokenizers.open import open_tokenizer
from core.tokenizers.train.algorithms import ALGORITHMS
from core.tokenizers.train.checks import check_trained
from core.tokenizers.train.folder import write_files
from core.tokenizers.vocabulary import read_vocabulary
from tests.core.tokenizers.train.texts import CTX, TEXTS

SIZE = 600
MORE = ["<|user|>", "<|bot|>"]
NAMES = sorted(ALGORITHMS)
LOSSLESS = [name for name in NAMES if ALGORITHMS[name].lossless]


@cache
def trained(name: str) -> Tokenizer:
    return ALGORITHMS[name](name=name).train(TEXTS, SIZE, MORE, CTX)


def round_trip(tokenizer: Tokenizer, text: str) -> str:
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    decoded: str = tokenizer.decode(ids, skip_special_tokens=False)
    return decoded


def test_that_there_are_six_algorithms() -> None:
    assert NAMES == ["bpe", "superbpe", "supertokens", "unicode", "unigram", "wordpiece"]


@pytest.mark.parametrize("name", LOSSLESS)
@settings(deadline=None)  # the first one trains
@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="▁"), max_size=40))
def test_that_any_text_comes_back(name: str, text: str) -> None:
    for token in ALGORITHMS[name](name=name).specials(MORE):
        text = text.replace(token, "")
    assert round_trip(trained(name), text) == text


@pytest.mark.parametrize("name", LOSSLESS)
@settings(deadline=None)
@given(
    text=st.lists(
        st.sampled_from(["the", " ", "\n", "\r\n", "\t", "river", "17", "2024", "é", "語", "🙂", "("])
    )
)
def test_that_texts_of_known_parts_come_back(name: str, text: list[str]) -> None:
    assert round_trip(trained(name), "".join(text)) == "".join(text)


@pytest.mark.parametrize("name", NAMES)
def test_that_the_vocabulary_has_the_size_asked_for_and_special_tokens_first(name: str) -> None:
    vocabulary = trained(name).get_vocab(with_added_tokens=True)
    assert sorted(vocabulary.values()) == list(range(SIZE))
    specials = ALGORITHMS[name](name=name).specials(MORE)
    assert [vocabulary[token] for token in specials] == list(range(len(specials)))


@pytest.mark.parametrize("name", NAMES)
def test_that_the_folder_opens_everywhere_with_the_same_ids(name: str, tmp_path: Path) -> None:
    algorithm = ALGORITHMS[name](name=name)
    write_files(trained(name), algorithm.roles, tmp_path)
    ours, plain = open_tokenizer(tmp_path), Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    opened = AutoTokenizer.from_pretrained(tmp_path)
    check_trained(ours, SIZE, lossless=algorithm.lossless)
    text = "In the  river a whale\n    isn't 1234 days (old);\r\n" + "so it returns, " * 40
    ids = ours.encode(text).ids
    assert ids == plain.encode(text, add_special_tokens=False).ids
    assert ids == opened(text, add_special_tokens=False).input_ids
    vocabulary = read_vocabulary(tmp_path)
    assert vocabulary.count == vocabulary.size == SIZE
    assert set(tokenizer_files(tmp_path)) == {"tokenizer.json", "tokenizer_config.json"}
    for role, token in algorithm.roles.items():
        id = vocabulary.role(role.removesuffix("_token"))
        assert id == plain.token_to_id(token) == opened.convert_tokens_to_ids(token)
        assert getattr(opened, role) == token
    special = {token.content for token in vocabulary if token.kind is Kind.SPECIAL}
    assert special == set(algorithm.specials(MORE))


@pytest.mark.parametrize("name", LOSSLESS)
def test_that_token_bytes_and_spans_make_up_the_text(name: str, tmp_path: Path) -> None:
    write_files(trained(name), ALGORITHMS[name](name=name).roles, tmp_path)
    ours = open_tokenizer(tmp_path)
    text = "In the river 17 whales\n\tsay 語 🙂."
    ids, spans = ours.encode(text)
    found = b"".join(ours.vocabulary.entries[id].bytes for id in ids)  # type: ignore[union-attr]
    assert found.decode().lstrip(" ") == text
    assert [begin for begin, _ in spans] == [0, *(end for _, end in spans[:-1])]
    assert spans[-1][1] == len(text.encode())


PROGRAM = """
import hashlib
from tests.core.tokenizers.train.texts import CTX, TEXTS
from core.tokenizers.train.algorithms import ALGORITHMS
for name in sorted(ALGORITHMS):
    found = ALGORITHMS[name](name=name).train(TEXTS, 600, ["<|user|>", "<|bot|>"], CTX).to_str()
    print(name, hashlib.sha256(found.encode()).hexdigest())
"""


def test_that_another_process_with_one_thread_gives_the_same_files() -> None:
    environment = os.environ | {"RAYON_NUM_THREADS": "1", "PYTHONHASHSEED": "7"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        cwd=Path(__file__).parents[4],
    )
    ours = [f"{name} {hashlib.sha256(trained(name).to_str().encode()).hexdigest()}" for name in NAMES]
    assert done.stdout.split("\n")[:-1] == ours


@pytest.mark.parametrize("name", NAMES)
def test_that_the_order_of_texts_matters_only_where_they_are_cut_at_random(name: str) -> None:
    backwards = ALGORITHMS[name](name=name).train(TEXTS[::-1], SIZE, MORE, CTX)
    assert (backwards.to_str() == trained(name).to_str()) is (name != "supertokens")


@pytest.mark.parametrize("name", NAMES)
def test_that_the_seed_matters_where_the_algorithm_says_so(name: str) -> None:
    other = ALGORITHMS[name](name=name).train(TEXTS, SIZE, MORE, Context(seed=1, workdir=Path("unused")))
    assert (other.to_str() != trained(name).to_str()) is ALGORITHMS[name].random


@pytest.mark.parametrize("name", NAMES)
def test_that_a_special_name_in_the_text_is_not_learnt(name: str) -> None:
    texts = [text.replace("the river", "<|user|> <|bot|>") for text in TEXTS]
    data = json.loads(ALGORITHMS[name](name=name).train(texts, SIZE, MORE, CTX).to_str())
    vocab = data["model"]["vocab"]
    tokens = list(vocab) if isinstance(vocab, dict) else [token for token, _ in vocab]
    assert len(set(tokens)) == SIZE
    assert [token for token in tokens if "user" in token] == ["<|user|>"]


@pytest.mark.parametrize("name", NAMES)
def test_that_a_vocabulary_that_the_text_cannot_fill_is_refused(name: str) -> None:
    with pytest.raises(UserError, match=r"yields? [\d,]+ tokens") as caught:
        ALGORITHMS[name](name=name).train(TEXTS[:3], 5_000, [], CTX)
    assert caught.value.field == "vocab_size"


@pytest.mark.parametrize("name", NAMES)
def test_that_a_vocabulary_below_the_least_is_refused(name: str) -> None:
    algorithm = ALGORITHMS[name](name=name)
    with pytest.raises(UserError, match=f"at least {algorithm.least(MORE)}"):
        algorithm.train(TEXTS, algorithm.least(MORE) - 1, MORE, CTX)


@pytest.mark.parametrize("name", NAMES)
def test_that_stop_is_heard_and_progress_told(name: str) -> None:
    control = Control()
    events: list[object] = []

    def send(event: object) -> None:
        events.append(event)
        control.cancel()

    with pytest.raises(Cancelled):
        ALGORITHMS[name](name=name).train(
            TEXTS, SIZE, MORE, Context(workdir=Path("unused"), send=send, control=control)
        )
    assert [type(event) for event in events] == [Progress]


def test_that_every_algorithm_says_what_it_is() -> None:
    for cls in ALGORITHMS.values():
        assert cls.title
        assert cls.sentence.endswith(".")
        assert "arXiv" in cls.source
