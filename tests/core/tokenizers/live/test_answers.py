from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from core.errors import UserError
from core.jobs.preview import Preview
from core.tokenizers.compare.request import CompareTokenizersRequest
from core.tokenizers.live.answers import KEPT, Answers
from core.tokenizers.live.request import AskNote, AskPreview, AskRibbons
from core.tokenizers.live.result import Note, Ribbons
from tests.core.tokenizers import files


def note(desk: Answers, path: Path) -> Note:
    found = desk.answer(AskNote(path))
    assert isinstance(found, Note)
    return found


def ribbons(desk: Answers, *paths: Path, text: str, specials: bool = False, steps: bool = False) -> Ribbons:
    found = desk.answer(AskRibbons(paths, text, specials, steps))
    assert isinstance(found, Ribbons)
    return found


def test_that_a_ribbon_says_of_each_token_what_it_is_and_which_bytes_it_stands_for(
    desk: Answers, letters: Path
) -> None:
    (row,) = ribbons(desk, letters, text="see the end").rows
    assert row.contents == [*"see", "Ġthe", "Ġ", *"end"]
    assert row.spans == [(0, 1), (1, 2), (2, 3), (3, 7), (7, 8), (8, 9), (9, 10), (10, 11)]
    assert b"".join(row.token_bytes) == b"see the end"
    assert (set(row.kinds), set(row.unknown), row.problem) == ({"text"}, {False}, "")
    assert row.scores[3] == 2  # the rank of its merge


def test_that_the_names_of_special_tokens_are_text_unless_they_are_asked_for(
    desk: Answers, letters: Path
) -> None:
    plain, read = (ribbons(desk, letters, text="<eos>a", specials=on).rows[0] for on in (False, True))
    assert "<eos>" not in plain.contents
    assert (read.contents, read.kinds) == (["<eos>", "a"], ["special", "text"])
    assert read.spans == [(0, 5), (5, 6)]


def test_that_the_steps_before_the_cutting_are_told_when_asked_for(desk: Answers, first: Path) -> None:
    without, told = (ribbons(desk, first, text="the", steps=on).rows[0].steps for on in (False, True))
    assert without == []
    assert any(text == "▁the" for _, text in told)


def test_that_a_tokenizer_that_cannot_be_read_leaves_the_others_alone(
    desk: Answers, letters: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "tokenizer.json"
    broken.write_text("{")
    bad, good = ribbons(desk, broken, letters, text="a").rows
    assert str(broken) in bad.problem
    assert (good.contents, good.problem) == (["a"], "")


def test_that_a_note_says_what_it_is_and_what_it_does_not_give_back(
    desk: Answers, letters: Path, tmp_path: Path
) -> None:
    found = note(desk, letters)
    assert (found.name, found.format, found.sentence) == (
        "letters",
        "tokenizer.json",
        "byte-level BPE, 63 tokens",
    )
    assert found.size == 63
    words = {"[UNK]": 0, "a": 1, "b": 2}
    model = {"type": "WordPiece", "vocab": words, "unk_token": "[UNK]", "max_input_chars_per_word": 9}
    parts = {"normalizer": files.BERT, "pre_tokenizer": {"type": "BertPreTokenizer"}}
    data = files.tokenizer({**model, "continuing_subword_prefix": "##"}, **parts)
    lower = note(desk, files.write(tmp_path / "lower.json", data))
    assert lower.name == "lower"
    assert "does not know every character" in lower.badges
    assert "lower case" in lower.sentence


def test_that_a_changed_file_is_read_again(desk: Answers, letters: Path) -> None:
    before = note(desk, letters).size
    file = letters / "tokenizer.json"
    data = json.loads(file.read_text(encoding="utf-8"))
    data["added_tokens"].append(files.added(before, "<new>"))
    file.write_text(json.dumps(data), encoding="utf-8")
    os.utime(file, ns=(1, 1))  # even where the clock is coarse
    assert note(desk, letters).size == before + 1


def test_that_only_a_few_tokenizers_are_kept_open(desk: Answers, letters: Path, tmp_path: Path) -> None:
    source = (letters / "tokenizer.json").read_text(encoding="utf-8")
    for number in range(KEPT + 3):
        file = tmp_path / f"copy-{number}.json"
        file.write_text(source, encoding="utf-8")
        note(desk, file)
    assert len(desk._open) == KEPT


def test_that_what_is_no_tokenizer_is_refused_by_name(desk: Answers, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nothing\.json"):
        desk.answer(AskNote(tmp_path / "nothing.json"))


def test_that_what_a_form_asks_of_its_files_is_answered(desk: Answers, letters: Path, tmp_path: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_text("the end")
    request = CompareTokenizersRequest(tokenizers=[letters, letters], text=[text])
    found = desk.answer(AskPreview("core.tokenizers.compare.preview:preview", request))
    assert isinstance(found, Preview)
    assert found.notes["tokenizers"] == "2 tokenizers, 126 tokens in all"
    assert "twice" in found.problems[0].message
