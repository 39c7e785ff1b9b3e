"""The Draft tab: what it shows of a result, and of one under way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.panels.generation.draft.tab import DraftTab
from app.panels.generation.panel import GenerationPanel
from app.widgets.dropped import Dropped
from core.generation.draft.request import DraftRequest
from core.generation.draft.result import DraftPiece, DraftResult, Position, Speed
from core.jobs.events import Finished, Partial
from core.jobs.request import RunSpec
from core.project.project import Project

REQUEST = {"model": "/models/large", "draft": "/models/small", "prompt": "The"}


def speed(tokens: int, calls: int, seconds: float, **more: Any) -> Speed:
    values = {"draft_calls": 0, "in_draft": 0.0, "in_target": seconds / 2} | more
    return Speed(
        tokens=tokens,
        bytes=3 * tokens,
        target_calls=calls,
        seconds=seconds,
        tokens_per_second=tokens / seconds,
        **values,
    )


def pieces() -> list[DraftPiece]:
    words = [("␣lan", True), ("tern", True), ("␣of", False), ("␣the", True), ("⏎", False)]
    return [
        DraftPiece(id=at, text=text, start=3 * at, end=3 * at + 3, accepted=accepted, round=at // 3)
        for at, (text, accepted) in enumerate(words)
    ]


def result(**changes: Any) -> DraftResult:
    return DraftResult(
        target="large",
        draft="small",
        method="shared",
        prompt="The",
        text="…",
        tokens=[0, 1, 2, 3, 4],
        pieces=pieces(),
        stopped="length",
        rounds=2,
        proposed=6,
        looked_at=5,
        accepted=3,
        by_position=[
            Position(looked_at=2, accepted=2),
            Position(looked_at=2, accepted=1),
            Position(looked_at=1, accepted=0),
        ],
        drafted=speed(5, 2, 0.5, draft_calls=6, in_draft=0.2),
        plain=speed(5, 5, 1.0),
        same_as_plain=True,
        shared_tokens=4_000,
    ).model_copy(update=changes)


@pytest.fixture
def tab(panel: GenerationPanel) -> DraftTab:
    panel.restore_view({"tab": "draft"})
    made = panel.made("draft")
    assert isinstance(made, DraftTab)
    return made


@pytest.fixture
def start(project: Project, tab: DraftTab) -> Callable[[], int]:
    def record() -> int:
        run_id = project.add_run(RunSpec(kind="draft", request=REQUEST, title="made up")).result()
        project.start_run(run_id).result()
        tab.show_run(project.run(run_id))
        return run_id

    return record


@pytest.fixture
def finish(project: Project, tab: DraftTab, start: Callable[[], int]) -> Callable[[DraftResult], None]:
    def record(found: DraftResult) -> None:
        run_id = start()
        project.finish_run(run_id, Finished(status="done", result=found.model_dump(mode="json"))).result()
        tab.show_run(project.run(run_id))

    return record


def test_that_the_sentence_tells_what_was_accepted_and_gained(
    tab: DraftTab, finish: Callable[..., None]
) -> None:
    finish(result())
    assert tab.page.answer.sentence.text() == (
        "Of 6 proposed tokens 3 were accepted; the target was called 2.5 times less often, "
        "at 2.0 times the speed of plain decoding."
    )
    facts = tab.page.answer.facts.text()
    assert "4,000 tokens shared" in facts
    assert "1.5 of 3.0 proposals a round accepted" in facts
    assert "word for word what plain decoding writes" in facts


def test_that_accepted_tokens_are_marked_and_said(tab: DraftTab, finish: Callable[..., None]) -> None:
    finish(result())
    pills = tab.text.pills
    assert pills.tokens == ("␣lan", "tern", "␣of", "␣the", "⏎")
    assert pills.marked == (True, True, False, True, False)
    assert "␣of (round 1, the target’s own)" in pills.accessibleDescription()


def test_that_shares_stand_by_place(tab: DraftTab, finish: Callable[..., None]) -> None:
    finish(result())
    assert [(bar.name, bar.text) for bar in tab.positions.bars.bars] == [
        ("1.", "100% of 2"),
        ("2.", "50% of 2"),
        ("3.", "0% of 1"),
    ]
    finish(result(by_position=[], proposed=0, looked_at=0, accepted=0))
    assert tab.positions.isHidden()


def test_that_both_ways_stand_beside_each_other(tab: DraftTab, finish: Callable[..., None]) -> None:
    finish(result())
    assert [row.name for row in tab.speed.table.figures.rows] == ["with a draft", "plainly"]
    assert "40% went to the draft" in tab.speed.words.text()
    finish(result(plain=None, same_as_plain=None))
    assert len(tab.speed.table.figures.rows) == 1
    finish(result(drafted=speed(5, 2, 4.0)))
    assert "A draft pays where it is much smaller" in tab.speed.words.text()


def test_that_the_text_grows_while_it_is_written(tab: DraftTab, start: Callable[[], int]) -> None:
    run_id = start()
    for some in (pieces()[:2], pieces()[2:]):
        data = {"part": "pieces", "pieces": [piece.model_dump() for piece in some]}
        tab.session.run_event.emit(run_id, Partial(data=data))
    assert not tab.text.isHidden()
    assert tab.text.pills.tokens == ("␣lan", "tern", "␣of", "␣the", "⏎")
    assert tab.speed.isHidden()


def test_that_the_sample_is_a_request(tab: DraftTab) -> None:
    request = DraftRequest.model_validate(tab.sample_values())
    assert request.draft is not None
    assert tab.title_of(request) == "prose-bpe · drafted by prose-unigram"
    assert tab.title_of(request.model_copy(update={"draft": None})) == "prose-bpe · looked up in the text"


def test_that_dropped_models_become_target_and_draft(tab: DraftTab) -> None:
    said = tab.put(Dropped(models=[Path("/models/large"), Path("/models/small")]))
    assert said == ["large is the target", "small is the draft"]
    assert tab.page.setup.form.box("draft").editor.value() == "/models/small"
