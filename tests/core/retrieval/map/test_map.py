"""A map of a collection: where things lie, how much it keeps, what the window reads of it."""

import io
import threading
from pathlib import Path

import numpy as np
import pytest
from tqdm import tqdm

from core.collections.write import write_collection
from core.errors import Cancelled, UserError
from core.jobs.context import Context, Control
from core.retrieval.map.inspect import Map
from core.retrieval.map.kept import neighbours_kept
from core.retrieval.map.plane import beside, directions, sample, umap, unit
from core.retrieval.map.preview import preview
from core.retrieval.map.request import MapRequest
from core.retrieval.map.run import draw


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Context(workdir=tmp_path / "run", seed=3)


def clusters(count: int, width: int = 12, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Vectors of length 1 about five themes, and which theme each is about."""
    random = np.random.default_rng(seed)
    themes = random.standard_normal((5, width))
    which = np.arange(count) % 5
    rows = themes[which] + 0.25 * random.standard_normal((count, width))
    return unit(rows.astype(np.float32)), which


def collection(folder: Path, count: int = 60) -> tuple[Path, Path]:
    """A collection on the disk, and ready vectors of it."""
    from core.collections.memory import MemoryTexts

    documents = MemoryTexts(
        [f"d{n}" for n in range(count)],
        [f"body {n} " + "long " * 80 for n in range(count)],
        [f"Title {n}" for n in range(count)],
    )
    queries = MemoryTexts(["q0", "q1"], ["first", "second"])
    judgements = {"q0": {"d0": 2, "d5": 1, "d1": 0}, "q1": {"d1": 1}}
    write_collection(folder / "made", documents, queries, judgements)
    vectors = folder / "vectors"
    vectors.mkdir()
    rows, _ = clusters(count)
    np.save(vectors / "documents.npy", rows)
    np.save(vectors / "queries.npy", rows[:2])
    return folder / "made", vectors


def test_that_directions_are_those_of_the_covariance(ctx: Context) -> None:
    rows, _ = clusters(400)
    found = directions(rows, ctx, most=4)
    centred = rows - rows.mean(axis=0)
    _, singular, axes = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(found.shares, (singular**2 / (singular**2).sum())[:4], rtol=1e-4)
    np.testing.assert_allclose(np.abs((found.axes.T * axes[:4]).sum(axis=1)), 1, atol=1e-4)
    assert (found.axes[np.abs(found.axes).argmax(axis=0), np.arange(4)] > 0).all()
    np.testing.assert_allclose(found.applied(rows, centred=True), centred @ found.axes, atol=1e-5)


def test_that_a_sample_keeps_thin_regions(ctx: Context) -> None:
    random = np.random.default_rng(0)
    thick = np.array([1, 0, 0]) + 0.05 * random.standard_normal((5000, 3))
    thin = np.array([0, 1, 0]) + 0.05 * random.standard_normal((100, 3))
    rows = unit(np.vstack([thick, thin]).astype(np.float32))
    chosen = sample(rows, 500, 0, ctx)
    assert len(np.unique(chosen)) == 500
    assert (chosen >= 5000).sum() > 20  # 10 by lot
    assert chosen.tolist() == sample(rows, 500, 0, ctx).tolist()
    assert sample(rows[:50], 500, 0, ctx).tolist() == list(range(50))


def test_that_rows_are_put_beside_their_nearest(ctx: Context) -> None:
    rows, _ = clusters(50)
    points = np.random.default_rng(1).standard_normal((50, 2)).astype(np.float32)
    own = beside(rows[[7]], rows[7:8], points[7:8], ctx, "Placing")
    np.testing.assert_allclose(own, points[[7]], atol=1e-5)
    between = beside(rows[:10], rows, points, ctx, "Placing")
    assert (between >= points.min(axis=0)).all()
    assert (between <= points.max(axis=0)).all()


def test_that_umap_keeps_themes_apart_and_is_the_same_each_time(ctx: Context) -> None:
    rows, which = clusters(150)
    start = directions(rows, ctx).applied(rows, centred=True)[:, :2]
    points = umap(rows, start, 10, 0.1, ctx)
    assert points.shape == (150, 2)
    assert np.isfinite(points).all()
    near = np.argsort(((points[:, None] - points[None]) ** 2).sum(axis=2), axis=1)[:, 1:6]
    assert (which[near] == which[:, None]).mean() > 0.95
    assert points.tobytes() == umap(rows, start, 10, 0.1, ctx).tobytes()


def test_that_a_stop_is_heard_while_umap_lays_out(tmp_path: Path) -> None:
    control = Control()
    stages: list[str] = []

    def stop(event: object) -> None:
        stages.append(getattr(event, "stage", ""))
        if stages[-1] == "Laying out":
            control.cancel()

    rows, _ = clusters(150)
    ctx = Context(workdir=tmp_path, send=stop, control=control)
    with pytest.raises(Cancelled):
        umap(rows, rows[:, :2], 10, 0.1, ctx)
    for thread in threading.enumerate():
        if thread.name == "layout":
            thread.join(60)
    another = threading.Thread(target=lambda: list(tqdm([1], file=io.StringIO())), daemon=True)
    another.start()
    another.join(10)
    assert not another.is_alive(), "the lock of all progress bars was kept"


def test_how_much_of_the_neighbourhoods_is_kept(ctx: Context) -> None:
    angles = np.linspace(0, 3, 200, dtype=np.float32)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    assert neighbours_kept(circle, circle, ctx) > 0.9
    by_lot = np.random.default_rng(0).standard_normal((200, 2)).astype(np.float32)
    assert neighbours_kept(circle, by_lot, ctx) < 0.15


@pytest.mark.parametrize("method", ["pca", "umap"])
def test_that_a_map_is_drawn_and_read(method: str, tmp_path: Path, ctx: Context) -> None:
    folder, vectors = collection(tmp_path)
    request = MapRequest(collection=folder, encoder=str(vectors), method=method, cache=False, neighbours=5)
    result = draw(request, ctx)
    assert (result.documents, result.queries, result.laid_out, result.width) == (60, 2, 60, 12)
    assert result.preserved > 0.2 > result.chance > 0.1
    assert (result.explained is None) == (method == "umap")
    drawn = Map(Path(result.out))
    points, asked = drawn.points(), drawn.points("queries")
    assert points.shape == (60, 2)
    assert asked.shape == (2, 2)
    assert [query.text for query in drawn.queries()] == ["first", "second"]
    assert drawn.judged(0) == {0: 2, 5: 1, 1: 0}
    assert drawn.found(0)[0] == 0  # the query's vector is the document's
    assert len(drawn.found(1)) == 20
    seventh, first = drawn.documents([7, 0])
    assert (seventh.id, seventh.name, first.name) == ("d7", "Title 7", "Title 0")
    assert len(seventh.snippet) <= 241
    assert drawn.search("title 1", most=3) == [1, 10, 11]
    assert drawn.search("100%_") == []


def test_that_more_than_are_laid_out_together_are_placed(tmp_path: Path, ctx: Context) -> None:
    folder, vectors = collection(tmp_path, 250)
    request = MapRequest(collection=folder, encoder=str(vectors), most=100, cache=False)
    result = draw(request, ctx)
    assert (result.documents, result.laid_out) == (250, 100)
    assert np.isfinite(Map(Path(result.out)).points()).all()


def test_that_too_few_documents_are_no_map(tmp_path: Path, ctx: Context) -> None:
    folder, vectors = collection(tmp_path, 2)
    with pytest.raises(UserError, match="a map needs three or more"):
        draw(MapRequest(collection=folder, encoder=str(vectors), cache=False), ctx)


def test_that_a_folder_without_a_map_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="draw the map again"):
        Map(tmp_path)
    (tmp_path / "map.sqlite").write_bytes(b"nothing of the kind" * 100)
    with pytest.raises(UserError, match="cannot be read"):
        Map(tmp_path).points()


def test_what_can_be_said_before(tmp_path: Path) -> None:
    folder, vectors = collection(tmp_path)
    said = preview(MapRequest(collection=folder, encoder=str(vectors)))
    assert not said.problems
    assert said.notes["collection"] == "60 documents"
    assert said.asks == ["neighbours"]
    wrong = preview(MapRequest(collection=tmp_path / "none", encoder=str(tmp_path / "no-model")))
    assert [problem.field for problem in wrong.problems] == ["collection", "encoder"]
