"""Runs found by what was written in them."""

from __future__ import annotations

import pytest

from core.project import commands


def test_that_words_are_found_in_what_was_asked_and_what_was_written(lab):
    asked = lab.queue("asked", prompt="It was the best of tim")
    wrote = lab.start("wrote", prompt="It was")
    lab.finish(wrote, texts=[" a cold\nday in April", " nothing"])
    lab.queue("neither", prompt="Call me")
    found = lab.project.find_text("A COLD day")
    assert {run: str(excerpt) for run, excerpt in found.items()} == {wrote: "It was a cold day in April"}
    assert found[wrote].match == "a cold day"
    assert set(lab.project.find_text("it was")) == {asked, wrote}
    assert lab.project.find_text("  ") == {}


def test_that_words_may_begin_in_the_prompt_and_end_in_what_was_written(lab):
    run = lab.start(prompt="It was the best of tim")
    lab.finish(run, texts=["es, it was the worst of times"])
    assert lab.project.find_text("best of times")[run].match == "best of times"


def test_that_letters_beyond_ascii_are_found_in_any_case_and_signs_stand_for_themselves(lab):
    run = lab.start(prompt='Ünïcode 日本 50% _a_ \\u00e9 "q"')
    for words in ("ünÏcode", "日本", "50%", "_A_", "\\u00e9", '"Q"'):
        assert run in lab.project.find_text(words), words
    assert lab.project.find_text("50_") == {}


def test_that_an_excerpt_is_short(lab):
    run = lab.start(prompt="x " * 500 + "needle" + " y" * 500)
    excerpt = lab.project.find_text("needle")[run]
    assert excerpt.before.startswith("…")
    assert excerpt.after.endswith("…")
    assert len(str(excerpt)) < 100


@pytest.mark.parametrize(
    "told", [{"text": "a needle"}, {"written": [{"text": "a needle"}]}, {"prompts": ["a needle"]}]
)
def test_that_results_of_other_shapes_are_read(lab, told):
    run = lab.start()
    lab.finish(run, **told)
    assert set(lab.project.find_text("needle")) == {run}


def test_that_names_of_files_are_no_text_and_the_bin_is_left_out(lab, tmp_path):
    lab.start(text=["needle.txt"])
    gone = lab.start(prompt="needle")
    lab.finish(gone)
    lab.project.delete_runs([gone]).result()
    assert lab.project.find_text("needle") == {}


def test_that_the_command_line_lists_them(lab):
    lab.queue("other", prompt="Call me")
    run = lab.queue("one", prompt="It was the best of tim")
    (row,) = commands.list_runs(project=lab.project.folder, find="best of").rows
    assert (row.id, row.found) == (run, "It was the best of tim")
