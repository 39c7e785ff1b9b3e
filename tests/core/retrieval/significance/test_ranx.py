"""Differences beside those that ranx finds, in an environment of its own (packaging/peers.py ranx)."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from core.retrieval.significance import compare

PYTHON = Path(__file__).parents[4] / ".peers" / "ranx" / "bin" / "python"
PERMUTATIONS = 1000
"""ranx's own number."""
_ASK = """
import json, sys
import numpy as np
from ranx.statistical_tests import fisher_randomization_test, paired_student_t_test
told = []
for a, b in json.load(sys.stdin):
    a, b = np.array(a), np.array(b)
    t = paired_student_t_test(a, b, 0.01)
    fisher = fisher_randomization_test(a, b, n_permutations=1000, max_p=0.01, random_seed=42)
    told.append([float(t[0]), float(fisher[0])])
print(json.dumps(told))
"""

pytestmark = [
    pytest.mark.parity,
    pytest.mark.skipif(not PYTHON.exists(), reason="ranx is not there: packaging/peers.py ranx lays it"),
]


def test_that_p_values_are_those_of_ranx() -> None:
    source = np.random.default_rng(3)
    pairs = []
    for apart in (0.0, 0.03, 0.06, 0.1):
        first = source.random(80).round(3)
        pairs.append(
            (first.tolist(), np.clip(first + apart + 0.2 * source.standard_normal(80), 0, 1).tolist())
        )
    done = subprocess.run(
        [PYTHON, "-c", _ASK],
        input=json.dumps(pairs),
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for (a, b), (t, fisher) in zip(pairs, json.loads(done.stdout.splitlines()[-1]), strict=True):
        one, other = np.array(a), np.array(b)
        assert compare(one, other, test="t").p == pytest.approx(t, abs=1e-9)
        error = 4 * np.sqrt(max(fisher * (1 - fisher), 1 / PERMUTATIONS) / PERMUTATIONS)
        assert compare(one, other).p == pytest.approx(fisher, abs=error)
