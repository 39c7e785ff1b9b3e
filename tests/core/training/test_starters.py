"""The two starter models as they are shipped."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from transformers import AutoModelForCausalLM

from core.folders import resources_folder
from core.jobs.context import Context
from core.models.bits_per_byte import bits_per_byte, token_losses
from core.tokenizers.canonical import Family
from core.tokenizers.open import open_tokenizer

STARTERS = ("prose-bpe", "prose-unigram")


@pytest.fixture(params=STARTERS)
def starter(request: pytest.FixtureRequest) -> Path:
    return resources_folder() / "starter" / str(request.param)


def test_that_the_starters_are_small_enough_to_ship() -> None:
    folders = [resources_folder() / "starter" / name for name in STARTERS]
    assert sum(file.stat().st_size for folder in folders for file in folder.iterdir()) <= 24e6


def test_that_they_have_tokenizers_of_two_families() -> None:
    families = [open_tokenizer(resources_folder() / "starter" / name).vocabulary.family for name in STARTERS]
    assert families[0] is Family.BYTE_LEVEL
    assert families[1] is not Family.BYTE_LEVEL


def test_that_the_card_says_how_good_it_is_and_how_it_was_made(starter: Path) -> None:
    card = (starter / "README.md").read_text(encoding="utf-8")
    figure = re.search(r"\*\*(\d\.\d{4}) bits per byte\*\*", card)
    assert figure is not None
    assert 1 < float(figure[1]) <= 1.85
    assert "make starters" in card
    assert "Seed 1" in card
    config = json.loads((starter / "config.json").read_text(encoding="utf-8"))
    assert (config["vocab_size"], config["hidden_size"], config["tie_word_embeddings"]) == (8192, 256, True)


def test_that_it_tells_text_that_it_has_not_seen(starter: Path, shared_data: Path, tmp_path: Path) -> None:
    addresses = gzip.decompress((shared_data / "prose" / "state-of-the-union-1945-2006.txt.gz").read_bytes())
    text = addresses[-6_000:].decode(errors="ignore")
    model = AutoModelForCausalLM.from_pretrained(starter)
    ids = open_tokenizer(starter).encode(text).ids
    losses = token_losses(
        model, ids, prefix=model.config.bos_token_id, context=128, ctx=Context(workdir=tmp_path)
    )
    assert bits_per_byte(losses, len(text.encode())) < 2.1
