"""What the form says before anything runs: faults beside their fields, what was found, the cost."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.jobs.preview import Preview
from core.transplant.methods.fvt import Fvt
from core.transplant.methods.omp import Omp
from core.transplant.preview import preview
from core.transplant.request import TransplantRequest


def seen(toys: Path, **fields: Any) -> Preview:
    given = {"base": toys / "base", "target_tokenizer": toys / "donor", "method": Omp(k=8)}
    return preview(TransplantRequest(**(given | fields)))


def problem(found: Preview) -> tuple[str | None, str]:
    [only] = found.problems
    return only.field, only.message


def test_that_a_good_request_has_notes_and_a_cost(toys: Path, text: Path, tmp_path: Path) -> None:
    found = seen(toys, text=[text, text], out=tmp_path / "out")
    assert found.problems == []
    new, anchors = found.notes["method"].split()[0], found.notes["method"].split()[3]
    assert found.notes == {
        "base": "Llama, 37.8 k parameters, vocabulary 600",
        "target_tokenizer": "Unigram, 420 tokens. Its embeddings serve as donor",
        "method": f"{new} new tokens, {anchors} anchors",
        "text": "2 files · 3.0 kB",
    }
    assert found.seconds is not None
    assert found.memory_bytes is not None
    assert found.disk_bytes is not None
    longer = seen(toys, text=[text], max_bytes=1_000, method=Omp(k=8))
    assert longer.notes["text"] == "1 file · 1.0 kB"


def test_that_more_work_costs_more(toys: Path, text: Path) -> None:
    assert (seen(toys).seconds or 0) < (seen(toys, text=[text]).seconds or 0)
    assert (seen(toys).seconds or 0) < (seen(toys, method=Omp(k=64)).seconds or 0)
    assert (seen(toys).disk_bytes or 0) < (seen(toys, pad_to=1024).disk_bytes or 0)


def test_that_a_named_donor_is_described(toys: Path) -> None:
    found = seen(toys, donor=toys / "tied-donor")
    assert found.problems == []
    assert found.notes["donor"].startswith("Llama, ")
    assert "serve as donor" not in found.notes["target_tokenizer"]


def test_that_a_method_without_a_donor_needs_none(toys: Path, tmp_path: Path) -> None:
    shutil.copyfile(toys / "donor" / "tokenizer.json", tmp_path / "tokenizer.json")
    assert seen(toys, target_tokenizer=tmp_path, method=Fvt()).problems == []
    field, message = problem(seen(toys, target_tokenizer=tmp_path))
    assert field == "donor"
    assert "needs a donor" in message


def test_that_a_graft_onto_the_same_tokenizer_says_so(toys: Path) -> None:
    assert "nothing is approximated" in seen(toys, target_tokenizer=toys / "base").notes["method"]


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"base": "gone"}, "base", "There is no folder"),
        ({"target_tokenizer": "gone"}, "target_tokenizer", "There is no"),
        ({"donor": "base"}, "donor", "is not the target tokenizer"),
        ({"text": ["gone.txt"]}, "text", "There is no file"),
        ({"out": "base"}, "out", "is not empty"),
    ],
)
def test_that_each_fault_stands_beside_its_field(
    toys: Path, fields: dict[str, Any], field: str, said: str
) -> None:
    placed = {
        name: [toys / v for v in value] if isinstance(value, list) else toys / value
        for name, value in fields.items()
    }
    found_field, message = problem(seen(toys, **placed))
    assert found_field == field
    assert said in message


def test_that_too_few_anchors_are_told(toys: Path) -> None:
    field, message = problem(seen(toys, method=Omp(k=1024)))
    assert field == "method"
    assert "needs at least 1024 anchors" in message


def test_that_several_faults_are_told_at_once(toys: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.touch()
    found = seen(toys, base=tmp_path, text=[empty], out=toys / "base")
    assert {problem.field for problem in found.problems} == {"base", "text", "out"}
    assert found.seconds is None


def test_that_it_needs_no_torch(toys: Path, text: Path) -> None:
    code = (
        "import sys; from core.transplant.preview import preview; "
        "from core.transplant.request import TransplantRequest; "
        f"found = preview(TransplantRequest(base={str(toys / 'base')!r}, "
        f"target_tokenizer={str(toys / 'donor')!r}, text=[{str(text)!r}])); "
        "assert not {'torch', 'transformers', 'tokenizers'} & set(sys.modules); print(len(found.notes))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "4\n"
