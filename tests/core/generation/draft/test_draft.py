"""The job, through its doors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.errors import Cancelled, UserError
from core.folders import resources_folder
from core.generation.draft.preview import preview
from core.generation.draft.request import DraftRequest
from core.generation.draft.result import DraftResult
from core.generation.draft.run import draft
from core.generation.draft.written_text import text_of
from core.generation.language.opened import open_language_model
from core.jobs.context import Context, Control
from core.jobs.events import Partial, Progress
from tests.core.generation.stories260k import write_stories260k
from tests.tiny_models import write_tiny_model

STARTERS = resources_folder() / "starter"
PROMPT = "It was the best of tim"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("models")
    return {
        "target": write_tiny_model(folder / "target", seed=1),
        "alike": write_tiny_model(folder / "alike", seed=2),
        "other": write_tiny_model(folder / "other", "unigram", seed=3),
    }


@pytest.mark.parametrize(
    ("target", "other"), [("prose-bpe", "prose-unigram"), ("prose-unigram", "prose-bpe")]
)
def test_that_the_starters_write_what_they_would_alone(target: str, other: str) -> None:
    for verify in ("string", "shared"):
        found = draft(
            model=STARTERS / target, draft=STARTERS / other, prompt=PROMPT, verify=verify, max_tokens=24
        )
        assert found.same_as_plain, verify
        assert found.drafted.target_calls <= found.plain.target_calls


def test_that_a_model_of_another_make_drafts_and_is_drafted_for(shared_data: Path, tmp_path: Path) -> None:
    stories = write_stories260k(shared_data, tmp_path / "stories")
    for target, other in ((stories, STARTERS / "prose-bpe"), (STARTERS / "prose-bpe", stories)):
        for verify in ("string", "shared"):
            found = draft(model=target, draft=other, prompt="Once upon a time", verify=verify, max_tokens=24)
            assert found.same_as_plain, (target.name, verify)


def test_that_a_model_drafts_for_itself_without_a_refusal() -> None:
    found: DraftResult = draft(
        model=STARTERS / "prose-bpe", draft=STARTERS / "prose-bpe", prompt=PROMPT, max_tokens=24, proposed=5
    )
    assert found.method == "same"
    assert (found.acceptance, found.accepted, found.rounds) == (1.0, 20, 4)
    assert found.drafted.target_calls == 4
    assert found.calls_saved == pytest.approx(6)


@pytest.mark.parametrize(("drafting", "method"), [("alike", "same"), ("other", "string"), (None, "same")])
def test_that_pieces_tile_the_text(tiny: dict[str, Path], drafting: str | None, method: str) -> None:
    found: DraftResult = draft(
        model=tiny["target"], draft=tiny[drafting] if drafting else None, prompt="The lantern", max_tokens=20
    )
    assert found.method == method
    assert [piece.start for piece in found.pieces[1:]] == [piece.end for piece in found.pieces[:-1]]
    assert found.pieces[-1].end == found.drafted.bytes
    assert sum(piece.accepted for piece in found.pieces) == found.accepted
    assert found.accepted <= found.looked_at <= found.proposed
    assert sum(place.looked_at for place in found.by_position) == found.looked_at
    assert found.tokens == [piece.id for piece in found.pieces]
    assert found.summary().startswith(f"Of {found.proposed:,} proposed" if found.proposed else "Nothing")


def test_that_a_space_before_the_text_is_none_of_it(tiny: dict[str, Path], tmp_path: Path) -> None:
    found: DraftResult = draft(model=tiny["other"], draft=tiny["target"], max_tokens=8)
    model = open_language_model(tiny["other"], Context(workdir=tmp_path))
    assert model.puts_space
    assert found.text.encode() == text_of(model, found.tokens)
    assert found.pieces[0].start == 0
    assert found.pieces[-1].end == found.drafted.bytes


def test_that_bytes_are_verified_by_exact_laws(tiny: dict[str, Path]) -> None:
    found: DraftResult = draft(
        model=tiny["target"], draft=tiny["other"], prompt="The lan", verify="bytes", max_tokens=10, proposed=3
    )
    assert found.unit == "byte"
    assert found.same_as_plain
    assert found.drafted.bytes == len(found.pieces) == 10


def test_that_the_same_seed_draws_the_same(tiny: dict[str, Path]) -> None:
    asked = DraftRequest(
        model=tiny["target"],
        draft=tiny["other"],
        prompt="The",
        decoding="sample",
        samplers=["temperature t=0.7", "top-p p=0.9"],  # type: ignore[list-item]
        max_tokens=16,
        compare=False,
    )
    one, same, another = (draft(asked, seed=seed) for seed in (1, 1, 2))
    assert one.method == "shared"
    assert one.tokens == same.tokens != another.tokens
    assert one.plain is None
    assert one.speed_up is None
    assert one.shared_tokens > 50


def test_that_partial_results_tell_all_pieces(tiny: dict[str, Path], tmp_path: Path) -> None:
    told: list[dict[str, Any]] = []
    ctx = Context(
        workdir=tmp_path, send=lambda event: told.append(event.data) if isinstance(event, Partial) else None
    )
    found = draft(DraftRequest(model=tiny["target"], draft=tiny["alike"], prompt="The", max_tokens=12), ctx)
    pieces = [piece for data in told for piece in data["pieces"]]
    assert pieces == [piece.model_dump() for piece in found.pieces]


def test_that_a_stop_is_heard_and_what_was_written_is_given(tiny: dict[str, Path], tmp_path: Path) -> None:
    class Stopped(Context):
        def progress(self, done: float, total: float, stage: str) -> None:
            if done >= 6:
                raise Cancelled

    request = DraftRequest(model=tiny["target"], draft=tiny["alike"], prompt="The", max_tokens=20)
    with pytest.raises(Cancelled) as stop:
        draft(request, Stopped(workdir=tmp_path))
    part, whole = stop.value.result, draft(request, Context(workdir=tmp_path))
    assert isinstance(part, DraftResult)
    assert part.stopped == "cancelled"
    assert part.pieces == whole.pieces[: len(part.pieces)]
    assert part.pieces[-1].end == len(part.text.encode()) or "\ufffd" in part.text
    assert whole.text.startswith(part.text)
    assert part.plain is None


def test_that_a_stop_while_plain_decoding_writes_keeps_the_text(
    tiny: dict[str, Path], tmp_path: Path
) -> None:
    control = Control()

    def hear(event: object) -> None:
        if isinstance(event, Progress) and event.stage == "Writing plainly":
            control.cancel()

    request = DraftRequest(model=tiny["target"], draft=tiny["alike"], prompt="The", max_tokens=12)
    with pytest.raises(Cancelled) as stop:
        draft(request, Context(workdir=tmp_path, control=control, send=hear))
    part, whole = stop.value.result, draft(request, Context(workdir=tmp_path))
    assert isinstance(part, DraftResult)
    assert (part.text, part.stopped, part.plain) == (whole.text, whole.stopped, None)


@pytest.mark.parametrize(
    ("values", "sentence", "field"),
    [
        ({"draft": "other", "verify": "same"}, "have different vocabularies", "verify"),
        ({"verify": "bytes"}, "choose a draft", "verify"),
        ({"decoding": "sample", "samplers": ["mirostat"]}, "learns from what is drawn", "samplers"),
        (
            {"draft": "other", "decoding": "sample", "verify": "bytes", "samplers": ["repetition"]},
            "speaks of tokens",
            "samplers",
        ),
        ({"prompt": "word " * 200}, "shorten it", "prompt"),
    ],
)
def test_that_what_cannot_be_is_said_in_a_sentence(
    tiny: dict[str, Path], values: dict[str, Any], sentence: str, field: str
) -> None:
    named = {key: tiny[value] if key == "draft" else value for key, value in values.items()}
    with pytest.raises(UserError, match=sentence) as refused:
        draft(model=tiny["target"], **named)
    assert refused.value.field == field


def test_that_the_preview_finds_faults_first(tiny: dict[str, Path], tmp_path: Path) -> None:
    good = preview(DraftRequest(model=tiny["target"], draft=tiny["alike"]))
    assert not good.problems
    assert "no smaller than the target" in good.notes["draft"]
    assert good.seconds is not None
    bad = preview(DraftRequest(model=tmp_path / "none", verify="bytes"))
    assert [problem.field for problem in bad.problems] == ["model", "verify"]
