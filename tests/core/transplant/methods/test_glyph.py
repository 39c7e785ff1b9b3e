"""Glyph embeddings: rows from pictures of tokens."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from sklearn.decomposition import PCA
from torch.nn import functional

from core.errors import UserError
from core.jobs.context import Context
from core.transplant.inputs import open_inputs
from core.transplant.methods.fvt import Fvt
from core.transplant.methods.glyph import Components, Glyph
from core.transplant.request import TransplantRequest
from core.transplant.rows import Task, moments
from tests.core.transplant.methods.tasks import normal, task
from tests.core.transplant.toys import ROLES, trained, write_llama


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toys") / "base"
    return write_llama(folder, trained("byte-level", 500), ROLES["byte-level"])


def given(base: Path, tokens: Sequence[str | bytes]) -> Task:
    inputs = open_inputs(TransplantRequest(base=base, target_tokenizer=base, method=Fvt()))
    return task(
        table=normal(500, 32) * 3 + 1,
        used=torch.arange(500),
        targets=torch.arange(500, 500 + len(tokens)),
        target_bytes=[token if isinstance(token, bytes) else token.encode() for token in tokens],
        inputs=inputs,
    )


def test_that_rows_have_the_bases_mean_and_spread(base: Path, tmp_path: Path) -> None:
    some = given(base, [f"word{n}" for n in range(40)])
    rows = Glyph().rows(some, Context(workdir=tmp_path))
    mean, deviation = moments(some.table, some.used)
    assert rows.dense is not None
    assert torch.allclose(
        torch.linalg.vector_norm(rows.dense - mean, dim=1),
        torch.linalg.vector_norm(deviation).expand(40),
        rtol=1e-4,
    )
    assert rows.made.all()


def test_that_tokens_that_look_alike_lie_close(base: Path, tmp_path: Path) -> None:
    some = given(base, ["nation", "notion", "WIGWAM", " nation", "nation"])
    rows = Glyph().rows(some, Context(workdir=tmp_path)).dense
    assert rows is not None
    mean, _ = moments(some.table, some.used)
    alike = functional.cosine_similarity(rows[:1] - mean, rows - mean)
    assert torch.equal(rows[0], rows[4])
    assert alike[1] > alike[2] + 0.2
    assert not torch.equal(rows[0], rows[3])


def test_that_a_row_depends_on_no_other_token(base: Path, tmp_path: Path) -> None:
    ctx = Context(workdir=tmp_path)
    together = Glyph().rows(given(base, ["one", "two", "three"]), ctx).dense
    alone = Glyph().rows(given(base, ["three"]), ctx).dense
    assert together is not None
    assert alone is not None
    assert torch.allclose(together[2:], alone, atol=1e-5)


def test_that_what_cannot_be_drawn_is_said(base: Path, tmp_path: Path) -> None:
    ctx = Context(workdir=tmp_path)
    rows = Glyph().rows(given(base, ["plain", "日本", b"\xe6\x97", "  ", "naïve"]), ctx)
    assert rows.made.tolist() == [True, False, False, False, False]
    assert any("4 of 5 new tokens cannot be drawn" in sentence for sentence in ctx.warnings)


def test_that_a_file_that_is_no_font_is_refused(base: Path, tmp_path: Path) -> None:
    (tmp_path / "font.ttf").write_bytes(b"no font at all")
    with pytest.raises(UserError, match=r"font\.ttf is no font that can be read") as caught:
        Glyph(font=tmp_path / "font.ttf").rows(given(base, ["a"]), Context(workdir=tmp_path))
    assert caught.value.field == "method"
    with pytest.raises(UserError, match=r"none\.ttf is no font"):
        Glyph(font=tmp_path / "none.ttf").rows(given(base, ["a"]), Context(workdir=tmp_path))


def test_that_the_components_are_those_of_the_library() -> None:
    pictures = normal(60, 16).abs()
    found = Components.of_pictures(pictures.split(13))
    assert found is not None
    library = PCA(5).fit(pictures.numpy())
    wanted = torch.from_numpy(library.transform(pictures.numpy()))
    assert torch.allclose(found.of(pictures, 5).abs(), wanted.abs().float(), atol=1e-4)


def test_that_numbers_are_repeated_in_a_base_wider_than_a_picture(base: Path, tmp_path: Path) -> None:
    some = given(base, ["wide", "wider"])
    wide = task(
        table=normal(500, 2048),
        used=some.used,
        targets=some.targets,
        target_bytes=some.target_bytes,
        inputs=some.inputs,
    )
    rows = Glyph().rows(wide, Context(workdir=tmp_path)).dense
    assert rows is not None
    mean, _ = moments(wide.table, wide.used)
    assert rows.shape == (2, 2048)
    assert torch.allclose((rows - mean)[:, ::2], (rows - mean)[:, 1::2], atol=1e-4)
