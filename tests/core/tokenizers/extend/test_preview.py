"""What the form is told before an extension."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.folders import resources_folder
from core.tokenizers.extend.preview import preview
from core.tokenizers.extend.request import ExtendTokenizerRequest

Ask = Callable[..., ExtendTokenizerRequest]


def test_that_a_good_request_is_described(byte_level: Path, ask: Ask) -> None:
    found = preview(ask(byte_level))
    assert found.problems == []
    assert found.notes["tokenizer"] == "Byte-level BPE, 264 tokens"
    assert found.notes["text"].startswith("1 text · 1.2 kB, the last 20% of each held out")
    assert found.notes["terms"] == "6 terms"
    assert found.notes["add"] == "Numbers from 264 on; at most 1,000 of them"
    assert 0 < (found.seconds or 0) < 10


def test_that_faults_stand_beside_their_fields(tmp_path: Path, ask: Ask) -> None:
    nowhere = tmp_path / "none"
    found = preview(ask(nowhere, text=[nowhere], terms=[nowhere], general=[nowhere], out=resources_folder()))
    assert {problem.field for problem in found.problems} == {"tokenizer", "text", "terms", "general", "out"}


def test_that_word_pieces_are_told_to_take_added_tokens(shared_data: Path, ask: Ask) -> None:
    found = preview(ask(shared_data / "tokenizers" / "minilm-wordpiece"))
    assert [problem.field for problem in found.problems] == ["how"]


def test_that_another_format_is_told_what_is_needed(shared_data: Path, ask: Ask) -> None:
    folder = shared_data / "tokenizers" / "mistral-v1-sentencepiece"
    (problem,) = preview(ask(folder)).problems
    assert problem.field == "tokenizer"
    assert "tokenizer.json is needed" in problem.message
