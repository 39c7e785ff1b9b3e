"""All that a text tells: fields of the result, complete."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.jobs.context import Context
from core.transplant.methods.omp import Omp
from core.transplant.request import TransplantRequest
from core.transplant.result import TransplantResult
from core.transplant.run import transplant
from tests.core.transplant.toys import prose


@pytest.fixture(scope="module")
def found(toys: Path, tmp_path_factory: pytest.TempPathFactory) -> TransplantResult:
    folder = tmp_path_factory.mktemp("of-text")
    (folder / "a.txt").write_text(prose()[:6000], encoding="utf-8")
    (folder / "b.txt").write_text(prose()[7000:7300], encoding="utf-8")
    request = TransplantRequest(
        base=toys / "base",
        target_tokenizer=toys / "donor",
        method=Omp(k=4),
        text=[folder / "a.txt", folder / "b.txt"],
        out=folder / "out",
    )
    return transplant(request, Context(workdir=folder / "run"))


def test_that_every_slice_has_its_figures(found: TransplantResult) -> None:
    names = ["a.txt", "b.txt", "all"]
    assert list(found.bits_per_byte.after) == names
    assert [each.slice for each in found.perplexity] == names
    assert [each.slice for each in found.agreement] == names
    assert list(found.intervals) == ["a.txt", "all"], "300 bytes are too few to resample"
    added = {name: found.bits_per_byte.after[name] - found.bits_per_byte.before[name] for name in names}
    for name, (low, high) in found.intervals.items():
        assert low <= added[name] <= high


def test_that_parts_make_up_the_whole_either_way(found: TransplantResult) -> None:
    bits = found.bits_per_byte.after["all"] * found.bytes["all"]
    for parts in (found.parts, found.parts_by_input):
        whole = [part for part in parts if part.slice == "all"]
        assert sum(part.bits for part in whole) == pytest.approx(bits)
        assert sum(part.tokens for part in whole) == found.tokens.after["all"]


def test_that_classes_make_up_the_new_tokens_and_their_cost(found: TransplantResult) -> None:
    assert sum(each.tokens for each in found.classes) == found.approximated
    [made] = [part for part in found.parts if (part.slice, part.kind) == ("all", "approximated")]
    assert made.bits_before is not None
    assert sum(each.occurs for each in found.classes) == made.tokens
    assert sum(each.added_bits or 0 for each in found.classes) == pytest.approx(made.bits - made.bits_before)


def test_that_it_survives_json_and_a_terminal(found: TransplantResult) -> None:
    assert TransplantResult.model_validate_json(found.model_dump_json()) == found
    heads = [table.head[0] for table in found.tables()]
    assert heads[:3] == ["text", "tokens", "new tokens"]
