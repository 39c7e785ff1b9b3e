"""Token ids of the configurations, put into the new vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from core.transplant.surgery import Translation


def translation(**fields: Any) -> Translation:
    def sequence(ids: Sequence[int]) -> list[int] | None:
        return [id + 100 for id in ids] if max(ids) < 10 else None

    given: dict[str, Any] = {
        "roles": {"bos": 1, "eos": 2, "unk": 0},
        "ends": [2],
        "token": {5: 50, 6: 60, 7: 70}.get,
        "sequence": sequence,
    }
    return Translation(**(given | fields))


def test_that_roles_get_the_targets_ids_and_missing_ones_become_null() -> None:
    found = translation().config(
        {"vocab_size": 9, "bos_token_id": 7, "pad_token_id": 7, "hidden_size": 4}, 64
    )
    assert found == {
        "vocab_size": 64, "bos_token_id": 1, "pad_token_id": None, "hidden_size": 4, "eos_token_id": 2,
    }  # fmt: skip


def test_that_a_text_may_end_in_several_ways() -> None:
    assert translation(ends=[2, 8]).config({"vocab_size": 9, "eos_token_id": 3}, 64)["eos_token_id"] == [2, 8]
    assert translation().config({"vocab_size": 9, "eos_token_id": [3, 4]}, 64)["eos_token_id"] == [2]
    nowhere = translation(roles={}, ends=[])
    assert nowhere.config({"vocab_size": 9, "eos_token_id": [3, 4]}, 64)["eos_token_id"] is None


def test_that_a_nested_configuration_is_changed_where_it_is() -> None:
    config = {"text_config": {"vocab_size": 9, "eos_token_id": 3, "hidden_size": 4}, "image_token_id": 6}
    found = translation().config(config, 64)
    assert found["text_config"] == {"vocab_size": 64, "eos_token_id": 2, "hidden_size": 4}
    assert found["image_token_id"] == 60
    assert "vocab_size" not in found


def test_that_other_tokens_are_translated_or_left_out_and_told() -> None:
    changed = translation()
    found = changed.config({"vocab_size": 9, "image_token_index": 5, "video_token_id": 8}, 64)
    assert found["image_token_index"] == 50
    assert "video_token_id" not in found
    assert changed.lost == ["video_token_id"]


def test_that_the_tokenizers_class_is_the_targets_own_matter() -> None:
    assert "tokenizer_class" not in translation().config({"vocab_size": 9, "tokenizer_class": "Gpt2"}, 64)


def test_that_every_id_of_the_generation_settings_is_translated() -> None:
    changed = translation()
    found = changed.generation_config(
        {
            "eos_token_id": [3],
            "forced_bos_token_id": 6,
            "suppress_tokens": [5, 8, 7],
            "begin_suppress_tokens": [8],
            "forced_decoder_ids": [[1, 5], [2, 8]],
            "bad_words_ids": [[1, 2], [30]],
            "sequence_bias": [[[3], -1.5], [[40], 2.0]],
            "temperature": 0.7,
        }
    )
    assert found == {
        "eos_token_id": [2],
        "forced_bos_token_id": 60,
        "suppress_tokens": [50, 70],
        "forced_decoder_ids": [[1, 50]],
        "bad_words_ids": [[101, 102]],
        "sequence_bias": [[[103], -1.5]],
        "temperature": 0.7,
    }
    assert set(changed.lost) == {
        "1 of suppress_tokens", "1 of begin_suppress_tokens", "1 of forced_decoder_ids", "1 of bad_words_ids",
        "1 of sequence_bias",
    }  # fmt: skip


@pytest.mark.parametrize("value", [None, "auto", {"a": 1}])
def test_that_what_is_no_id_stays(value: object) -> None:
    assert translation().generation_config({"suppress_tokens": value}) == {"suppress_tokens": value}
