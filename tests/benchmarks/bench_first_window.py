"""How long until the first window is painted, against a bare `QApplication` with an empty `QMainWindow`.

Each start is a process of its own, the two kinds in turn, medians over all. Run it with ``make bench``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
STARTS = int(os.environ.get("LEXIGRAFT_BENCH_STARTS", "15"))
AT_MOST = 2.5
"""Times the bare window's time."""

BARE = """
import os, sys, time
from PySide6.QtWidgets import QApplication, QMainWindow

class Window(QMainWindow):
    def paintEvent(self, event):
        print(time.time(), flush=True)
        os._exit(0)

app = QApplication(sys.argv)
window = Window()
window.resize(1280, 800)
window.show()
app.exec()
"""
OURS = """
import os, time
from app import __main__, desktop, window

def painted(self, event):
    print(time.time(), flush=True)
    os._exit(0)

window.Window.paintEvent = painted
__main__.desktop([])
"""


def seconds(program: str) -> float:
    """From before the process is made to the first paint of its window."""
    began = time.time()
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return float(done.stdout) - began


def bench_that_the_first_window_comes_quickly() -> None:
    for program in (BARE, OURS):
        seconds(program)  # byte code and disk cache
    bare, ours = [], []
    for _ in range(STARTS):
        bare.append(seconds(BARE))
        ours.append(seconds(OURS))
    ratio = median(ours) / median(bare)
    print(
        f"\nfirst paint, medians of {STARTS}: bare {median(bare):.3f} s, Lexigraft {median(ours):.3f} s, "
        f"ratio {ratio:.2f} (at most {AT_MOST}); fastest {min(bare):.3f} s and {min(ours):.3f} s"
    )
    assert ratio <= AT_MOST


test_first_window = bench_that_the_first_window_comes_quickly
