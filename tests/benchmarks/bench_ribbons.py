"""How long after a key the ribbons of a page of text show it: six tokenizers, 3 kB, the real window (unseen).

Measured from the key event to the end of the paint event that draws the ribbons of the new text: the way to
the process that cuts, the cutting, the way back, the layout and the drawing. The window stands where a person
would see it; each key waits for the last one's ribbons. Real tokenizers are taken where they are laid out
(``make real-tokenizers``), otherwise copies of the starters. Run it with ``make bench``.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from core.terminal import table

ROOT = Path(__file__).parents[2]
FIRST_FEEDBACK = 50.0
"""Milliseconds, in the median."""
KEYS = 40
REAL = ("llama3", "qwen3", "gemma3", "o200k_base.tiktoken", "cl100k_base.tiktoken", "mistral-v3.model")
PAGE = (
    "The quick brown fox paid 1999.50 für schließlich zwei 中文测试 🙂 and went home, over the hills, "
    "through the valley, past the old mill where the water had long stopped turning the wheel.\n"
)
HEAD = ["tokenizers", "ribbons", "tokens", "median ms", "90 % ms", "longest ms"]


def six(folder: Path) -> tuple[str, list[Path]]:
    real = [ROOT / ".real-tokenizers" / name for name in REAL]
    if all(path.exists() for path in real):
        return "real", real
    starters = [ROOT / "resources" / "starter" / name for name in ("prose-bpe", "prose-unigram")]
    copies = []
    for number in range(6):
        copy = folder / f"copy-{number}"
        copy.mkdir()
        shutil.copy(starters[number % 2] / "tokenizer.json", copy)
        copies.append(copy)
    return "starters", copies


def measure() -> None:
    """Print the lines of the table, their cells divided by tabs."""
    from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
    from PySide6.QtTest import QTest

    from app.desktop import make_application
    from app.panels.tokenizers.compare.tab import CompareTab
    from app.session import Session
    from app.settings import Settings
    from app.window import Window

    class Painted(QObject):
        """When the ribbons were drawn last, and of which text."""

        at = 0.0
        text = ""

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
            if event.type() == QEvent.Type.Paint:
                view.paintEvent(event)  # type: ignore[arg-type] - here, so that its end is known
                self.at, self.text = time.perf_counter(), card._text
                return True
            return False

    def until(done: object, seconds: float = 200.0) -> None:
        end = time.monotonic() + seconds
        assert callable(done)
        while not done():
            assert time.monotonic() < end, "nothing happened"
            app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    app = make_application()
    wakes = QTimer(interval=100)  # so that waiting has an end
    wakes.start()
    session = Session(engine="thread")
    window = Window(session, Settings())
    window.resize(1280, 800)
    window.show()
    home = Path(os.environ["LEXIGRAFT_DATA"])
    session.new_project(home / "lab")
    until(lambda: session.project is not None and window.pages.currentWidget() is window.start)
    window.go("tokenizers")
    until(lambda: window.panel is not None and window.panel.made("compare"))  # type: ignore[attr-defined]
    tab = window.panel.made("compare")  # type: ignore[union-attr]
    assert isinstance(tab, CompareTab)
    card, view = tab.ribbons, tab.ribbons.view
    which, paths = six(home)
    tab.page.setup.set_field("tokenizers", [str(path) for path in paths])
    tab._on_form()
    card.show_text((PAGE * 30)[:3_000])
    until(lambda: len([row for row in view.rows if row.ribbon is not None]) == 6 and card._text == card.text)
    painted = Painted()
    view.viewport().installEventFilter(painted)
    for mode in ("aligned", "reading"):
        card.mode.choose(mode)
        taken = []
        for number in range(KEYS):
            app.processEvents()
            began = time.perf_counter()
            QTest.keyClick(card.edit, Qt.Key(Qt.Key.Key_A + number % 26))
            until(lambda: painted.text == card.text)
            taken.append(1000 * (painted.at - began))
        tokens = sum(len(row.ribbon.ids) for row in view.rows if row.ribbon is not None)
        taken.sort()
        figures = statistics.median(taken), taken[int(0.9 * len(taken))], taken[-1]
        print(which, mode, tokens, *(f"{value:.1f}" for value in figures), sep="\t")
    session.close()


def lines() -> list[list[str]]:
    program = "from tests.benchmarks.bench_ribbons import measure; measure()"
    with tempfile.TemporaryDirectory() as home:
        own = {f"LEXIGRAFT_{name}": f"{home}/{name.lower()}" for name in ("CONFIG", "CACHE", "DATA")}
        Path(own["LEXIGRAFT_DATA"]).mkdir()
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=os.environ | own | {"QT_QPA_PLATFORM": "offscreen"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=500,
        )
    return [line.split("\t") for line in done.stdout.strip().splitlines()[-2:]]


@pytest.mark.timeout(600)
def bench_that_ribbons_follow_the_typing() -> None:
    found = lines()
    print("\n" + table(HEAD, found))
    print(f"from the key to the drawn ribbons, {KEYS} keys into 3 kB: at most {FIRST_FEEDBACK:.0f} ms")
    if hasattr(os, "getloadavg"):
        print(
            f"meanwhile the machine had {os.getloadavg()[0]:.1f} programs at work on {os.cpu_count()} cores"
        )
    for cells in found:
        assert float(cells[3]) <= FIRST_FEEDBACK


test_ribbons = bench_that_ribbons_follow_the_typing
