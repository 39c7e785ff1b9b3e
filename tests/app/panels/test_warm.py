from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys, threading, time
from PySide6.QtWidgets import QApplication, QLabel
from app.panels.warm import warm_up

app = QApplication([])
label = QLabel("while it is imported, the window goes on")
label.show()
thread = threading.Thread(target=warm_up)
thread.start()
while thread.is_alive():
    app.processEvents()
    time.sleep(0.001)
for tool in ("transplant.inspect", "transplant.graft", "tokenizers.train"):
    assert f"app.panels.{tool}.tab" in sys.modules, tool
assert "torch" not in sys.modules
"""


def test_that_panels_are_imported_in_a_thread_beside_the_window() -> None:
    subprocess.run([sys.executable, "-c", SCRIPT], check=True, timeout=120)
