from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

import core.jobs.context
from core.errors import Cancelled
from core.jobs.context import Context, Control
from core.jobs.events import Partial


class Point(BaseModel):
    where: Path
    loss: float


def test_that_a_report_raises_once_someone_pressed_stop(tmp_path: Path) -> None:
    control = Control()
    ctx = Context(workdir=tmp_path, control=control)
    ctx.progress(1, 2, "counting")
    control.cancel()
    for report in (ctx.check, lambda: ctx.progress(1, 2, "counting"), lambda: ctx.emit({})):
        with pytest.raises(Cancelled):
            report()


def test_that_a_stop_passes_through_an_engine_that_catches_exceptions() -> None:
    assert not issubclass(Cancelled, Exception)


def test_that_time_spent_paused_is_known(tmp_path: Path) -> None:
    control = Control()
    ctx = Context(workdir=tmp_path, control=control)
    control.pause()
    waker = threading.Timer(0.05, control.resume)
    waker.start()
    ctx.check()
    waker.join()
    assert ctx.paused_seconds > 0.02


def test_that_partial_results_leave_as_plain_data(tmp_path: Path) -> None:
    sent: list[Any] = []
    ctx = Context(workdir=tmp_path, send=sent.append)
    ctx.emit(Point(where=Path("a"), loss=float("inf")))
    ctx.emit({"pair": (1, 2)})
    assert sent == [
        Partial(data={"where": "a", "loss": float("inf")}),
        Partial(data={"pair": [1, 2]}),
    ]


def test_that_a_warning_is_kept_once(tmp_path: Path) -> None:
    sent: list[Any] = []
    ctx = Context(workdir=tmp_path, send=sent.append)
    ctx.warn("Odd.")
    ctx.warn("Odd.")
    assert ctx.warnings == ["Odd."]
    assert [event.level for event in sent] == ["warning"]


def test_that_artifacts_stay_in_the_runs_folder(tmp_path: Path) -> None:
    ctx = Context(workdir=tmp_path / "run")
    assert ctx.artifact("plots/loss.csv").parent.is_dir()
    assert ctx.checkpoint().is_dir()
    with pytest.raises(ValueError, match="leaves the run's folder"):
        ctx.artifact("../elsewhere")


def test_that_the_device_is_found_out_when_a_job_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(core.jobs.context, "resolve_device", lambda wanted: asked.append(wanted) or "mps")
    ctx = Context(workdir=tmp_path, device="auto")
    assert (ctx.device_used, asked) == ("cpu", [])
    assert ctx.device == ctx.device == ctx.device_used == "mps"
    assert asked == ["auto"]


def test_that_who_listens_hears_each_press_until_it_has_enough() -> None:
    control = Control()
    heard: list[tuple[bool, bool]] = []
    enough = control.listen(lambda: heard.append((control.paused, control.cancelled)))
    control.pause()
    control.resume()
    control.pause()
    control.cancel()
    assert heard == [(True, False), (False, False), (True, False), (False, True)]
    enough()
    control.pause()
    assert len(heard) == 4
