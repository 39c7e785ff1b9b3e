"""stories260K as a model folder gives what its author's program gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from core.models.folder import open_model
from core.tokenizers.open import open_tokenizer
from tests.core.models.stories import golden, stories_folder

__all__ = ["stories_folder"]  # a fixture

pytestmark = pytest.mark.parity


@pytest.fixture(scope="module")
def data(shared_data: Path) -> Path:
    return shared_data / "models" / "stories260k"


@pytest.fixture(scope="module")
def model(stories_folder: Path) -> Any:
    return AutoModelForCausalLM.from_pretrained(stories_folder).eval()


def test_that_its_headers_say_what_it_is(stories_folder: Path) -> None:
    found = open_model(stories_folder)
    assert (found.family, found.parameters, found.vocab_size, found.hidden_size) == (
        "Llama",
        260_032,
        512,
        64,
    )
    assert (found.tied, found.layers, found.context, found.dtype) == (True, 5, 512, "float32")


def test_that_texts_become_the_ids_of_the_reference(data: Path, stories_folder: Path) -> None:
    tokenizer = open_tokenizer(stories_folder)
    through_transformers = AutoTokenizer.from_pretrained(stories_folder)
    for case in golden(data)["encode"]:
        encoding = tokenizer.encode(case["text"])
        assert [1, *encoding.ids] == case["ids"]
        assert [b for span in encoding.spans for b in range(*span)] == list(range(len(case["text"].encode())))
        assert through_transformers(case["text"])["input_ids"] == case["ids"]


@pytest.mark.parametrize("number", range(4))
def test_that_greedy_decoding_gives_the_ids_and_texts_of_the_reference(
    data: Path, stories_folder: Path, model: Any, number: int
) -> None:
    case = golden(data)["cases"][number]
    ids = [1, *open_tokenizer(stories_folder).encode(case["prompt"]).ids]
    made = model.generate(
        torch.tensor([ids]), max_length=case["max_tokens"], do_sample=False, pad_token_id=0
    )[0].tolist()
    assert made == case["ids"]
    assert (
        AutoTokenizer.from_pretrained(stories_folder).decode(made, skip_special_tokens=True) == case["text"]
    )


def test_that_logits_equal_those_of_the_reference(data: Path, stories_folder: Path, model: Any) -> None:
    case = golden(data)["logits_last_position"]
    ids = [1, *open_tokenizer(stories_folder).encode(case["prompt"]).ids]
    with torch.inference_mode():
        logits = model(torch.tensor([ids])).logits[0, -1]
    assert logits[:8].tolist() == pytest.approx(case["first_eight"], abs=1e-3)
    assert int(logits.argmax()) == case["argmax"]
    assert float(logits.logsumexp(0)) == pytest.approx(case["logsumexp"], abs=1e-3)
