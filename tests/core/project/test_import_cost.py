"""What the first window may import of the project without paying for SQLAlchemy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_that_the_light_modules_bring_no_database_along():
    script = (
        "import sys, core.project, core.project.records, core.project.recent, core.project.job,"
        " core.project.execution, core.project.location\n"
        "heavy = {'sqlalchemy', 'alembic', 'torch', 'numpy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "from core.project import Project\n"
        "assert 'sqlalchemy' in sys.modules and 'alembic' not in sys.modules\n"
    )
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", script], check=True, cwd=root)
