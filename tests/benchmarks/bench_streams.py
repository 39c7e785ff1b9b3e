"""Models that write side by side: what that costs over their own time, and whether the window stays fluid.

The window is the real one (unseen), in a fresh program, with the engine in a process of its own. Run it with
``make bench ARGS='-k streams'`` on an idle machine.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from core.folders import resources_folder
from core.terminal import table

if TYPE_CHECKING:
    from core.generation.generate.result import GenerationResult
    from core.generation.language.language_model import LanguageModel
    from core.jobs.request import RunSpec

ROOT = Path(__file__).parents[2]
PROMPT = "It was the best of tim"
TOKENS, ROUNDS = 100, 9
MOST_COST = 1.15
"""Times the models' own time."""
P99, LONGEST, VISIBLE, STOPPED = 50, 200, 100, 500
"""Milliseconds: 99 of 100 beats, each beat, a token until it is drawn, stop until the run ended."""
STREAMS = 4
"""Runs that are watched, after one that loads everything."""
MINUTES = 5


def starters() -> list[Path]:
    return [resources_folder() / "starter" / name for name in ("prose-bpe", "prose-unigram")]


# What it costs


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("models", [2, 4])
def test_that_streams_cost_little_more_than_their_models(models: int, tmp_path: Path) -> None:
    from core.generation.generate.run import generate
    from core.generation.language.opened import open_language_model
    from core.jobs.context import Context

    paths = (starters() * 2)[:models]
    ctx = Context(workdir=tmp_path)

    def side_by_side() -> GenerationResult:
        written: GenerationResult = generate(
            models=paths, prompt=PROMPT, boundary="plain", max_tokens=TOKENS, max_bytes=None
        )
        return written

    transcripts = side_by_side().transcripts  # also to warm up
    languages = [open_language_model(path, ctx) for path in paths]
    texts = [(one.prefix, [token.id for token in one.tokens]) for one in transcripts]
    ways: dict[str, Callable[[], object]] = {
        "side by side": side_by_side,
        "models alone": lambda: _alone(languages, texts),
        "models in turn": lambda: _in_turn(languages, texts),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(ROUNDS):
        order = list(ways.items())
        for name, way in order if number % 2 else reversed(order):
            began = time.process_time()
            way()
            seconds[name].append(time.process_time() - began)
    best = {name: min(times) for name, times in seconds.items()}
    count = sum(len(ids) for _, ids in texts)
    ratio = best["side by side"] / best["models alone"]
    print(f"\n{models} models, {count} tokens: {ratio:.3f} times the models' own time (at most {MOST_COST})")
    for name, least in best.items():
        print(f"  {name:14} {1000 * least:7.0f} ms, {count / least:6.0f} tokens a second")
    assert ratio <= MOST_COST


def _alone(languages: Sequence[LanguageModel], texts: Sequence[tuple[Sequence[int], Sequence[int]]]) -> None:
    """Each model reads the prompt and then its own tokens, one by one; nothing is made of what it says."""
    for language, (prefix, ids) in zip(languages, texts, strict=True):
        states, _, _ = language.advance([language.start()], [prefix])
        for id in ids[:-1]:
            states, _, _ = language.advance(states, [[id]])


def _in_turn(
    languages: Sequence[LanguageModel], texts: Sequence[tuple[Sequence[int], Sequence[int]]]
) -> None:
    """The same, a token of each model in turn: what it costs that each one's weights drive out another's from
    the processor's cache."""
    states = [
        language.advance([language.start()], [prefix]).states
        for language, (prefix, _) in zip(languages, texts, strict=True)
    ]
    for place in range(max(len(ids) for _, ids in texts) - 1):
        for number, (language, (_, ids)) in enumerate(zip(languages, texts, strict=True)):
            if place < len(ids) - 1:
                states[number] = language.advance(states[number], [[ids[place]]]).states


# What a person sees


def spec_of(models: Sequence[Path], samples: int = 1) -> RunSpec:
    from core.jobs.request import RunSpec

    request = {
        "models": [str(path) for path in models],
        "prompt": PROMPT,
        "max_bytes": 400,
        "samples": samples,
        "strategy": {"kind": "sample"},
    }
    return RunSpec(kind="generate", request=request, title="Streams")


class Watch:
    """What is seen of one run. Times of `time.perf_counter`, which on one machine all programs share."""

    def __init__(self) -> None:
        self.clock: float | None = None
        """When the milliseconds of its tokens began."""
        self.produced: float | None = None
        self.drawn: float | None = None
        self.pressed: float | None = None
        self.ended: float | None = None
        self.status = ""

    def hear(self, event: Any) -> None:
        now = time.perf_counter()
        if event.type == "partial" and event.data["part"] == "begun":
            self.clock = event.data["clock"]
        elif event.type == "partial" and event.data["part"] == "tokens" and self.produced is None:
            assert self.clock is not None
            self.produced = self.clock + min(record["ms"] for _, record in event.data["tokens"]) / 1000
        elif event.type == "finished":
            self.ended, self.status = now, event.status

    @property
    def told(self) -> dict[str, Any]:
        def between(first: float | None, last: float | None) -> float | None:
            return None if first is None or last is None else 1000 * (last - first)

        return {
            "visible": between(self.produced, self.drawn),
            "stop": between(self.pressed, self.ended),
            "status": self.status,
        }


def measure(folder: str) -> None:
    """Print what one window saw, as JSON: the beats while four models streamed, and each run's times."""
    from PySide6.QtCore import QEvent, QObject, QTimer

    from app.desktop import make_application
    from app.heartbeat import Heartbeat
    from app.session import Session
    from app.settings import Settings
    from app.widgets.token_text import TokenText
    from app.window import Window

    app = make_application()
    session = Session(engine="process")
    window = Window(session, Settings())
    heartbeat = Heartbeat()
    models = [*starters(), *(Path(folder) / name for name in ("second-bpe", "second-unigram"))]
    watches: list[Watch] = []
    beats: list[Any] = []

    class Drawn(QObject):
        """Sees when the first token is drawn."""

        def eventFilter(self, seen: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
            if event.type() == QEvent.Type.Paint and isinstance(seen, TokenText) and watches:
                watch = watches[-1]
                if watch.produced is not None and watch.drawn is None and seen.tokens:
                    watch.drawn = time.perf_counter()
                    if len(watches) > STREAMS + 1:  # the last one is stopped a while after it is seen
                        QTimer.singleShot(150, press_stop)
            return False

    def press_stop() -> None:
        watches[-1].pressed = time.perf_counter()
        session.cancel(runs[-1])

    runs: list[int] = []

    def show(run: int) -> None:
        runs.append(run)
        window.open_run(run)

    def press_run() -> None:
        if len(watches) == 1:
            heartbeat.start()
        watches.append(Watch())
        session.submit(spec_of(models, samples=16 if len(watches) > STREAMS + 1 else 1), then=show)

    def listen(run: int, event: Any) -> None:
        if watches and runs and run == runs[-1]:
            watches[-1].hear(event)
            if event.type == "finished":
                if len(watches) == STREAMS + 1:
                    beats.append(heartbeat.stop())
                if len(watches) == STREAMS + 2:
                    app.quit()
                else:
                    QTimer.singleShot(300, press_run)

    seeing = Drawn()
    app.installEventFilter(seeing)
    session.run_event.connect(listen)
    window.first_painted.connect(lambda: session.new_project(Path(os.environ["LEXIGRAFT_DATA"]) / "lab"))

    def ready() -> None:
        window.go("generation")
        QTimer.singleShot(1500, press_run)

    session.project_changed.connect(lambda: QTimer.singleShot(500, ready))
    QTimer.singleShot(MINUTES * 60_000, app.quit)
    window.resize(1280, 800)
    window.show()
    app.exec()
    app.removeEventFilter(seeing)
    session.close()
    print(json.dumps({"beats": astuple(beats[0]) if beats else None, "runs": [one.told for one in watches]}))


@pytest.mark.timeout((MINUTES + 2) * 60)
def test_that_the_window_stays_fluid_while_streams_run(tmp_path: Path) -> None:
    for path, name in zip(starters(), ("second-bpe", "second-unigram"), strict=True):
        shutil.copytree(path, tmp_path / name)
    program = f"from tests.benchmarks.bench_streams import measure; measure({str(tmp_path)!r})"
    with tempfile.TemporaryDirectory() as home:
        own = {f"LEXIGRAFT_{name}": f"{home}/{name.lower()}" for name in ("CONFIG", "CACHE", "DATA")}
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=os.environ | own | {"QT_QPA_PLATFORM": "offscreen"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=(MINUTES + 1) * 60,
        )
    seen = json.loads(done.stdout.strip().splitlines()[-1])
    count, *late = seen["beats"]
    median, p99, longest = (1000 * seconds for seconds in late)
    first, *watched, stopped = seen["runs"]
    visible = [run["visible"] for run in watched]
    head = ["what", "measured", "at most"]
    rows = [
        ["beats", f"{count}", ""],
        ["lateness, median", f"{median:.1f} ms", ""],
        ["lateness, 99 %", f"{p99:.1f} ms", f"{P99} ms"],
        ["lateness, longest", f"{longest:.1f} ms", f"{LONGEST} ms"],
        ["first token until drawn", ", ".join(f"{ms:.0f} ms" for ms in visible), f"{VISIBLE} ms"],
        ["the same, of a first run", f"{first['visible']:.0f} ms", f"{VISIBLE} ms"],
        ["stop until the run has ended", f"{stopped['stop']:.0f} ms", f"{STOPPED} ms"],
    ]
    print("\n" + table(head, rows))
    assert [run["status"] for run in seen["runs"]] == ["done"] * (STREAMS + 1) + ["cancelled"]
    assert p99 <= P99
    assert longest <= LONGEST
    assert max(visible) <= VISIBLE
    assert stopped["stop"] <= STOPPED
