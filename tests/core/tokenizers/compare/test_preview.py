"""What is said of a comparison before it runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.folders import resources_folder
from core.jobs.preview import Preview
from core.tokenizers.compare.preview import preview
from core.tokenizers.compare.request import CompareTokenizersRequest

STARTER = resources_folder() / "starter" / "prose-bpe"


def previewed(folder: Path, **changes: Any) -> Preview:
    text = folder / "one.txt"
    text.write_text("Once upon a time\n" * 1000)
    given = {"tokenizers": [STARTER], "text": [text], **changes}
    return preview(CompareTokenizersRequest(**given))


def test_that_it_tells_what_was_given_and_how_long_it_takes(tmp_path: Path) -> None:
    found = previewed(tmp_path)
    assert found.problems == []
    assert found.notes == {"tokenizers": "byte-level BPE, 8,192 tokens", "text": "1 text · 17.0 kB"}
    assert found.seconds is not None
    both = previewed(tmp_path, tokenizers=[STARTER, STARTER.with_name("prose-unigram")])
    assert both.notes["tokenizers"] == "2 tokenizers, 16,384 tokens in all"
    assert both.seconds is not None
    assert both.seconds > found.seconds


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"tokenizers": [Path("/none/such")]}, "tokenizers", "/none/such"),
        ({"tokenizers": [STARTER, STARTER]}, "tokenizers", "is there twice"),
        ({"text": [Path("/none/such.txt")]}, "text", "/none/such.txt"),
        ({"pivot": "xyz"}, "pivot", "There is no text xyz."),
    ],
)
def test_that_faults_are_told_beside_their_field(
    tmp_path: Path, changes: dict[str, Any], field: str, said: str
) -> None:
    [problem] = previewed(tmp_path, **changes).problems
    assert problem.field == field
    assert said in problem.message


def test_that_empty_texts_are_a_fault(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("")
    [problem] = previewed(tmp_path, text=[tmp_path / "empty.txt"]).problems
    assert problem.message == "There is nothing in the texts."


def test_that_no_library_is_loaded_for_it() -> None:
    program = (
        "import sys; from core.tokenizers.compare.preview import preview; "
        "from core.tokenizers.compare.request import CompareTokenizersRequest as R; "
        f"preview(R(tokenizers=[{str(STARTER)!r}], text=[{str(STARTER.parent / 'texts')!r}])); "
        "heavy = {'numpy', 'tokenizers', 'tiktoken', 'sentencepiece', 'torch', 'transformers'}; "
        "sys.exit(', '.join(heavy & sys.modules.keys()) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
