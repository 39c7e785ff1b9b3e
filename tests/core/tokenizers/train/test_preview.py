"""What the form is told before a training starts."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.jobs.preview import Preview
from core.tokenizers.train.preview import preview
from core.tokenizers.train.request import TrainTokenizerRequest


@pytest.fixture
def text(tmp_path: Path) -> Path:
    file = tmp_path / "text.txt"
    file.write_text("the river runs past the old mill\n" * 4_000, encoding="utf-8")
    return file


def seen(text: Path, algorithm: str = "bpe", **fields: Any) -> Preview:
    parameters = fields.pop("parameters", {})
    return preview(
        TrainTokenizerRequest(**{"text": [text], **fields}, algorithm={"name": algorithm, **parameters})
    )


def problems(found: Preview) -> list[tuple[str | None, str]]:
    return [(problem.field, problem.message) for problem in found.problems]


def test_that_a_good_request_has_notes_and_a_cost(text: Path, tmp_path: Path) -> None:
    found = seen(text, vocab_size=1_000, out=tmp_path / "out")
    assert found.problems == []
    assert found.notes == {"text": "1 file · 132.0 kB"}
    assert found.seconds > 0
    assert found.memory_bytes > 1e8
    assert found.disk_bytes > 10_000


def test_that_a_packed_text_counts_as_large_as_it_is(text: Path, tmp_path: Path) -> None:
    packed = tmp_path / "packed.txt.gz"
    packed.write_bytes(gzip.compress(text.read_bytes()))
    assert seen(packed, vocab_size=1_000).notes["text"] == "1 file · 132.0 kB"


def test_that_more_work_costs_more(text: Path) -> None:
    plain = seen(text)
    for other in (seen(text, "supertokens", beside_bpe=False), seen(text, "superbpe", beside_bpe=False)):
        assert other.seconds > plain.seconds
        assert other.memory_bytes > plain.memory_bytes
    assert seen(text, "unigram").seconds > seen(text, "unigram", beside_bpe=False).seconds


def test_that_too_little_text_is_said(text: Path) -> None:
    [(field, message)] = problems(seen(text, vocab_size=200_000))
    assert field == "vocab_size"
    assert message.startswith("125.4 kB of text cannot yield a vocabulary of 200,000.")
    doubtful = seen(text, vocab_size=20_000)
    assert doubtful.problems == []
    assert "about 3,700 for prose" in doubtful.notes["vocab_size"]


@pytest.mark.parametrize(
    ("algorithm", "size", "parameters", "field", "message"),
    [
        ("unigram", 300, {}, "vocab_size", "Unigram needs a vocabulary of at least 354."),
        ("unicode", 9_000, {"layout": "plane"}, "vocab_size", "at least 65,536"),
        ("superbpe", 400, {"transition": 0.5}, "algorithm", "At the transition"),
    ],
)
def test_that_a_vocabulary_too_small_for_the_algorithm_is_said(
    algorithm: str, size: int, parameters: dict[str, Any], field: str, message: str, text: Path
) -> None:
    [(found, sentence)] = problems(seen(text, algorithm, vocab_size=size, parameters=parameters))
    assert found == field
    assert message in sentence


def test_that_faults_of_texts_and_folders_stand_beside_them(text: Path, tmp_path: Path) -> None:
    assert problems(seen(tmp_path / "none.txt")) == [("text", f"There is no {tmp_path / 'none.txt'}.")]
    empty = tmp_path / "empty.txt"
    empty.touch()
    assert problems(seen(empty)) == [("text", "There is nothing in the text to train on.")]
    [(field, message)] = problems(seen(text, out=tmp_path, vocab_size=1_000))
    assert (field, "not empty" in message) == ("out", True)


def test_that_it_loads_no_library(text: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from core.tokenizers.train.preview import preview; "
        "from core.tokenizers.train.request import TrainTokenizerRequest as R; "
        "preview(R(text=[Path(sys.argv[1])], algorithm={'name': 'supertokens'})); "
        "print([name for name in ('numpy', 'tokenizers', 'torch', 'transformers') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(text)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[4],
    )
    assert done.stdout.strip() == "[]"
