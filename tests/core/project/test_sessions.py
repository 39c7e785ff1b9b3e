from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from core.project.sessions import ProjectSession

_HOLDER = """
import sys
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from core.project.sessions import ProjectSession
print(ProjectSession(Path(sys.argv[1])).id, flush=True)
sys.stdin.read()
"""


def test_that_a_session_lives_as_long_as_its_process(tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(tmp_path), str(Path(__file__).parents[3])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    other = holder.stdout.readline().strip()
    mine = ProjectSession(tmp_path)
    try:
        assert mine.lives(other)
        assert mine.lives(mine.id)
        assert mine.others() == 1
    finally:
        holder.kill()
        holder.communicate()
    assert not mine.lives(other)
    assert mine.others() == 0
    mine.release()
    assert list((tmp_path / ".sessions").iterdir()) == []


def test_that_names_from_a_hostile_database_open_nothing(tmp_path):
    mine = ProjectSession(tmp_path)
    for owner in (None, "", "../../etc/passwd", "/dev/zero", "no-such"):
        assert not mine.lives(owner)
    mine.release()
