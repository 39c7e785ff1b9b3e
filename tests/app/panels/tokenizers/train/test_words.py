from __future__ import annotations

from pathlib import Path

from app.panels.tokenizers.names import KEPT
from app.panels.tokenizers.train.words import facts, run_title, sentence
from core.tokenizers.train.request import TrainTokenizerRequest
from tests.app.panels.tokenizers.made_up import trained


def plain(text: str) -> str:
    return text.replace(KEPT, " ")


def test_that_a_run_is_called_by_its_algorithm_size_and_texts() -> None:
    request = TrainTokenizerRequest(text=[Path("a.txt")], vocab_size=4_096)
    assert run_title(request) == "Byte-level BPE, 4,096 tokens · a.txt"
    both = TrainTokenizerRequest(text=[Path("a.txt"), Path("b.txt")])
    assert run_title(both).endswith("· 2 texts")


def test_that_the_sentence_says_how_it_does_beside_plain_bpe() -> None:
    own, other = trained().held_out
    same = own.model_copy(update={"tokens": other.tokens})
    worse = own.model_copy(update={"tokens": 2_200})
    assert plain(sentence(trained())) == (
        "With Supertokens, held-out text takes 9.1 % fewer tokens than with Byte-level BPE: "
        "4.91 bytes per token against 4.47."
    )
    assert "as many tokens as with Byte-level BPE" in sentence(trained(held_out=[same, other]))
    assert "100.0 % more tokens than with" in plain(sentence(trained(held_out=[worse, other])))
    assert plain(sentence(trained(held_out=[own]))) == (
        "Supertokens with 8,192 tokens: 4.91 bytes per token on held-out text."
    )
    assert "not measured" in sentence(trained(held_out=[]))


def test_that_the_facts_say_what_was_learnt_from_and_measured_on() -> None:
    assert facts(trained(), 4) == "8,192 tokens · learnt from 58.9 kB, measured on 3.1 kB · 6 s · run 4"
