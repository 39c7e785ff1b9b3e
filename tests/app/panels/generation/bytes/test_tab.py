"""The Bytes tab: what it shows of a result, of one under way, and how one goes on from it by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from app import theme
from app.panels.generation.bytes.tab import BytesTab
from app.panels.generation.bytes.text_card import TextCard
from app.panels.generation.bytes.words import law_facts
from app.panels.generation.panel import GenerationPanel
from app.session import Session
from core.errors import UserError
from core.generation.bytes.result import BytesResult, Character, Law, Likely, Writing, Written
from core.jobs.events import Finished, Partial
from core.jobs.request import RunSpec
from core.project.project import Project

PROMPT = "the best of tim"


def law(name: str, **chances: float) -> Law:
    next_byte = [0.0] * 256
    for letter, chance in chances.items():
        next_byte[ord(letter)] = chance
    return Law(
        name=name,
        next_byte=next_byte,
        end=1.0 - sum(next_byte),
        log2_probability=-20.0,
        leaked=0.0004,
        pruned=0.0,
        evaluations=3,
        ways=2,
        tokens=["the", "␣best", "␣of", "␣tim"],
        canonical_log2=-31.5,
        plain=[1 / 257] * 257,
        characters=[Character(text="e", probability=0.9), Character(text="é", probability=0.1)],
        seconds=0.1,
    )


def result(*laws: Law, **changes: Any) -> BytesResult:
    return BytesResult(
        prompt=PROMPT,
        prompt_bytes=len(PROMPT),
        convention="valid",
        next_byte=laws[0].next_byte,
        log2_probability=laws[0].log2_probability,
        evaluations=laws[0].evaluations,
        models=list(laws),
    ).model_copy(update=changes)


@pytest.fixture
def tab(panel: GenerationPanel) -> BytesTab:
    panel.restore_view({"tab": "bytes"})
    made = panel.made("bytes")
    assert isinstance(made, BytesTab)
    return made


@pytest.fixture
def start(project: Project, tab: BytesTab) -> Callable[..., int]:
    """Record a run that is under way, and show it; its number."""

    def record(models: int = 1, **fields: Any) -> int:
        folders = [f"/models/{name}" for name in ("one", "two", "three", "four")[:models]]
        request = {"models": folders, "prompt": PROMPT, **fields}
        run_id = project.add_run(RunSpec(kind="bytes", request=request, title="made up")).result()
        project.start_run(run_id).result()
        tab.show_run(project.run(run_id))
        return run_id

    return record


@pytest.fixture
def finish(project: Project, tab: BytesTab, start: Callable[..., int]) -> Callable[[BytesResult], None]:
    def record(found: BytesResult) -> None:
        run_id = start(len(found.models))
        project.finish_run(run_id, Finished(status="done", result=found.model_dump(mode="json"))).result()
        tab.show_run(project.run(run_id))

    return record


@pytest.fixture
def asked(session: Session, monkeypatch: pytest.MonkeyPatch) -> list[tuple[RunSpec, dict[str, Any]]]:
    """What the engine was asked aside."""
    found: list[tuple[RunSpec, dict[str, Any]]] = []
    monkeypatch.setattr(session, "ask_engine", lambda spec, **hooks: found.append((spec, hooks)))
    return found


def test_that_the_sentence_tells_the_byte_and_what_tokens_would_have_said(
    tab: BytesTab, finish: Callable[..., None]
) -> None:
    finish(result(law("one", e=0.93, s=0.05)))
    assert tab.page.answer.sentence.text() == (
        "After “the best of tim” the next byte is “e” (93.0\u00a0%); "
        "after the prompt's own tokens alone it would have 0.39\u00a0%."
    )
    assert "its own tokens alone 31.50" in tab.page.answer.facts.text()
    assert tab.law.title.text() == "Next byte after “the best of tim”"
    assert tab.law.facts.text().startswith("sums to 1 · leaked mass 0.04 % · 3 model calls for 15 bytes")
    wasteful = law("one", e=0.93).model_copy(update={"special": 0.0003, "padding": 0.02})
    assert law_facts(wasteful, 15).startswith(
        "sums to 1 · leaked mass 0.04 % (0.03 % on special tokens) · rows without a token had 2.0 % · 3 "
    )
    assert "“e” 90.0 %, “é” 10.0 %" in tab.law.characters.text()
    assert "the | ␣best | ␣of | ␣tim" in tab.law.tokens.text()


def test_that_several_models_stand_side_by_side(tab: BytesTab, finish: Callable[..., None]) -> None:
    finish(result(law("one", e=0.9, s=0.1), law("two", e=0.6, s=0.4)))
    rows = {row.name: row.values for row in tab.law.bars.rows}
    assert rows["“e”"] == (0.9, 0.6)
    assert rows["“s”"] == (0.1, 0.4)
    assert list(rows)[-1] == "other"
    assert "both expect “e”: one 90.0\u00a0%, two 60.0\u00a0%" in tab.page.answer.sentence.text()
    finish(result(law("one", e=0.9), law("two", s=0.6)))
    assert (
        "the models part: one expects “e” (90.0\u00a0%), two expects “s” (60.0\u00a0%)"
        in tab.page.answer.sentence.text()
    )


def test_that_laws_and_bytes_show_as_they_come(
    tab: BytesTab, session: Session, start: Callable[..., int]
) -> None:
    run_id = start(2, write=8)
    assert not tab.law.isVisible()
    first = {"part": "law", "model": 0, "law": law("one", e=0.9).model_dump(mode="json")}
    session.run_event.emit(run_id, Partial(data=first))
    assert tab.law.isVisible()
    assert len(tab.law.bars.rows[0].values) == 1
    assert not tab.written.isVisible()
    written = Written(byte=ord("e"), probability=0.9, likely=(Likely(byte=101, probability=0.9),), leaked=0.0)
    for _ in range(2):
        data = {"part": "bytes", "model": 0, "bytes": [written.model_dump(mode="json")]}
        session.run_event.emit(run_id, Partial(data=data))
    assert tab.written.isVisible()
    assert tab.written.texts[0].text.text == "ee"


def test_that_what_was_written_is_shown(tab: BytesTab, finish: Callable[..., None]) -> None:
    likely = (Likely(byte=0xC3, probability=0.5), Likely(byte=101, probability=0.2))
    bytes = [Written(byte=byte, probability=0.5, likely=likely, leaked=0.0) for byte in "é!".encode()]
    writing = Writing(bytes=bytes, text="é!", stopped="length", evaluations=3, seconds=0.1)
    finish(result(law("one", e=0.9), written=[writing]))
    assert tab.written.texts[0].text.text.replace("\u2009", "") == "é!"
    assert "3 bytes · 3 model calls · 30 bytes/s · 1.00 bits per byte" in tab.written.texts[0].facts.text()
    finish(result(law("one", e=0.9)))
    assert not tab.written.isVisible()


def test_that_a_click_on_a_bar_goes_on_with_its_byte(
    tab: BytesTab, finish: Callable[..., None], asked: list[Any], qtbot: QtBot
) -> None:
    finish(result(law("one", e=0.9, s=0.1)))
    bars = tab.law.bars
    bars.setFocus()
    qtbot.keyClick(bars, Qt.Key.Key_Down)
    qtbot.keyClick(bars, Qt.Key.Key_Return)
    assert tab.text.data == PROMPT.encode() + b"e"
    spec, hooks = asked.pop()
    assert spec.request["prompt"] == PROMPT + "e"
    assert spec.request["write"] == 0
    tab.text.append(ord("s"))  # while an answer is waited for
    assert not asked
    hooks["then"](result(law("one", s=1.0)))
    spec, hooks = asked.pop()
    assert spec.request["prompt"] == PROMPT + "es"
    hooks["then"](result(law("one", x=1.0), prompt=PROMPT + "es"))
    assert tab.law.bars.rows[0].name == "“x”"
    assert "not recorded" in tab.page.answer.facts.text()
    assert tab.page.setup.form.box("prompt").editor.value() == PROMPT + "es"
    tab.text.take_back()
    assert asked.pop()[0].request["prompt"] == PROMPT + "e"


def test_that_an_answer_does_not_come_over_another_run_that_is_shown_by_then(
    tab: BytesTab, finish: Callable[..., None], asked: list[Any]
) -> None:
    finish(result(law("one", e=0.9)))
    tab.text.append(ord("s"))
    _, hooks = asked.pop()
    finish(result(law("one", q=0.8)))
    assert "asking" not in tab.law.exact.text()
    hooks["then"](result(law("one", x=1.0), prompt=PROMPT + "s"))
    assert tab.law.bars.rows[0].name == "“q”"
    tab.text.append(ord("t"))
    assert asked.pop()[0].request["prompt"] == PROMPT + "t"


def test_that_half_a_character_is_asked_about_as_bytes(
    tab: BytesTab, finish: Callable[..., None], asked: list[Any]
) -> None:
    finish(result(law("one", e=0.9)))
    tab.text.append(0xC3)
    assert asked[0][0].request["prompt"] == ""
    assert bytes.fromhex(asked[0][0].request["prompt_hex"]) == PROMPT.encode() + b"\xc3"
    assert "0xC3" in tab.text.half.text()


def test_that_typing_asks_after_a_pause(
    tab: BytesTab, finish: Callable[..., None], asked: list[Any], qtbot: QtBot
) -> None:
    finish(result(law("one", e=0.9)))
    with qtbot.waitSignal(tab.text.changed):
        qtbot.keyClicks(tab.text.box, "es")
    assert [spec.request["prompt"] for spec, _ in asked] == [PROMPT + "es"]


def test_that_the_switch_asks_the_other_way_and_a_failure_is_said(
    tab: BytesTab, finish: Callable[..., None], asked: list[Any]
) -> None:
    finish(result(law("one", e=0.9)))
    tab.law.convention.choose("all")
    spec, hooks = asked.pop()
    assert spec.request["convention"] == "all"
    hooks["failed"](UserError("one gives these bytes no probability."))
    assert tab.law.facts.text() == "one gives these bytes no probability."


def test_that_the_sample_asks_both_starters(tab: BytesTab) -> None:
    values = tab.sample_values()
    assert [Path(path).name for path in values["models"]] == ["prose-bpe", "prose-unigram"]
    assert values["prompt"] == "It was the best of tim"


def test_that_bars_are_painted_in_the_models_colours(
    tab: BytesTab, finish: Callable[..., None], qtbot: QtBot
) -> None:
    finish(result(law("one", e=0.9), law("two", e=0.8)))
    for mode in ("light", "dark"):
        theme.current().set_mode(mode)  # type: ignore[arg-type]
        image = tab.law.bars.grab().toImage()
        shades = {image.pixelColor(x, y).name() for x in range(image.width()) for y in (15, 16, 17)}
        numbers = tab.law.bars._numbers
        assert {QColor(theme.tokens().series[number]).name() for number in numbers} <= shades


def test_that_bytes_within_a_character_are_kept_beside_the_text(qtbot: QtBot) -> None:
    card = TextCard()
    qtbot.addWidget(card)
    card.show_data(b"caf\xc3")
    assert card.box.text() == "caf"
    assert card.data == b"caf\xc3"
    card.append(0xA9)
    assert card.box.text() == "café"
    assert card.half.text() == ""
