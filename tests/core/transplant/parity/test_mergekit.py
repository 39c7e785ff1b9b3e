"""Beside mergekit 0.1.5: the same where it is sound, and the known answer where it is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from core.tokenizers.vocabulary import read_vocabulary
from core.transplant.methods.multivariate_normal import MultivariateNormal
from core.transplant.methods.procrustes import Procrustes
from core.transplant.methods.rope_pursuit import Turn, turned_pursuit
from core.transplant.pursuit import Dictionary, matching_pursuit
from core.transplant.rows import Anchors
from tests.core.transplant.methods.tasks import made as made_of
from tests.core.transplant.methods.tasks import normal, task
from tests.core.transplant.parity.conftest import DIGITS, Grafts, Tensors

pytestmark = [pytest.mark.parity, pytest.mark.timeout(600)]

INPUT, HEAD = "model.embed_tokens.weight", "lm_head.weight"
Call = Callable[..., list[torch.Tensor] | str]


def off(ours: torch.Tensor, theirs: torch.Tensor) -> torch.Tensor:
    """(m,) by how much of their length rows differ."""
    return (ours - theirs).norm(dim=1) / theirs.norm(dim=1)


def assert_the_same(ours: Tensors, theirs: Tensors, made: torch.Tensor) -> None:
    """Copied rows to the bit; those made within a thousandth, all but one in a thousand (ties)."""
    for name in {INPUT, HEAD} & theirs.keys():
        copied = torch.ones(len(theirs[name]), dtype=torch.bool)
        copied[made] = False
        assert torch.equal(ours[name][copied], theirs[name][copied])
        assert (off(ours[name][made], theirs[name][made]) < 1e-3).float().mean() >= 0.999


# The same


@pytest.mark.parametrize(("pair", "name"), [("plain", "omp"), ("tied", "omp-tied")])
def test_that_omp_makes_the_same_model(grafts: Grafts, tmp_path: Path, pair: str, name: str) -> None:
    ours, made = grafts.ours(pair, tmp_path / "out", name="omp", k=8)
    assert len(made) > 300
    assert_the_same(ours, grafts.theirs(name), made)


def test_that_omp_chooses_the_same_anchors_with_the_same_weights(call: Call) -> None:
    draw = np.random.default_rng(0)
    centres = draw.standard_normal((60, 64), dtype=np.float32)
    spectrum = np.arange(1, 65, dtype=np.float32) ** -0.4
    rows = (
        centres[draw.integers(0, 60, 5000)] + draw.standard_normal((5000, 64), dtype=np.float32)
    ) * spectrum
    targets, atoms = torch.from_numpy(rows[:1000]), torch.from_numpy(rows[1000:])
    theirs = call("tokensurgeon.omp.batch_omp", targets, atoms, 16)
    assert not isinstance(theirs, str)
    ours = matching_pursuit(targets, atoms, 16)
    same = (ours.support == theirs[0]).all(dim=1)
    for row in (~same).nonzero()[:, 0].tolist():
        assert_a_tie(targets[row], atoms, ours.support[row].long(), theirs[0][row])
    assert same.float().mean() >= 0.99
    wrong = off(ours.weights[same], theirs[1][same])
    assert wrong.max() < 1e-3


def assert_a_tie(x: torch.Tensor, atoms: torch.Tensor, ours: torch.Tensor, theirs: torch.Tensor) -> None:
    """Where two supports part, both choices score alike in float64, but for rounding in float32."""
    at = int((ours != theirs).nonzero()[0])
    chosen = atoms[ours[:at]].double()
    residual = x.double() - chosen.T @ torch.linalg.lstsq(chosen.T, x.double()).solution
    one, other = (abs(float(atoms[support[at]].double() @ residual)) for support in (ours, theirs))
    assert one == pytest.approx(other, rel=1e-4)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize(
    ("weights", "named"),
    [
        ("proportional", "distance_proportional"),
        ("barycentric", "barycentric"),
        ("least-squares", "least_squares"),
    ],
)
def test_that_interpolation_makes_the_same_model(
    grafts: Grafts, tmp_path: Path, metric: str, weights: str, named: str
) -> None:
    ours, made = grafts.ours(
        "plain", tmp_path / "out", name="interpolation", k=8, metric=metric, weights=weights
    )
    assert_the_same(ours, grafts.theirs(f"interpolation-{metric}-{named}"), made)


@pytest.mark.parametrize(
    ("weights", "named"), [("mean", "mean"), ("sum", "sum"), ("first-last", "first_last")]
)
def test_that_subword_compositions_make_the_same_model(
    grafts: Grafts, tmp_path: Path, weights: str, named: str
) -> None:
    ours, made = grafts.ours("plain", tmp_path / "out", name="subword", weights=weights)
    assert_the_same(ours, grafts.theirs(f"subword-{named}"), made)


def test_that_the_mean_makes_the_same_model(grafts: Grafts, tmp_path: Path) -> None:
    ours, made = grafts.ours("plain", tmp_path / "out", name="mean")
    assert_the_same(ours, grafts.theirs("mean"), made)


def test_that_zero_makes_the_same_model(grafts: Grafts, tmp_path: Path) -> None:
    ours, _ = grafts.ours("plain", tmp_path / "out", name="zero")
    theirs = grafts.theirs("zero")
    assert all(torch.equal(ours[name], theirs[name]) for name in (INPUT, HEAD))


def test_that_normal_rows_have_the_same_mean_and_covariance(grafts: Grafts, tmp_path: Path) -> None:
    ours, made = grafts.ours("plain", tmp_path / "out", name="multivariate-normal", scale=1.0)
    theirs, table = grafts.theirs("john_hewitt"), grafts.base("plain")[INPUT]
    for found in (ours[INPUT][made], theirs[INPUT][made]):
        chance = table.std(dim=0) / len(made) ** 0.5
        assert ((found.mean(dim=0) - table.mean(dim=0)).abs() < 5 * chance).all()
        assert found.T.cov().trace() == pytest.approx(float(table.T.cov().trace()), rel=0.1)


def test_that_rope_aware_pursuit_gives_the_same_rows(call: Call) -> None:
    donor, base, targets = normal(300, 48), normal(300, 32, seed=1), normal(60, 48, seed=2)
    theirs = call("tokensurgeon.omp.batch_mp_rope", targets, donor, base, 4, 4, 2, 1e-8, 10000.0, 500.0)
    assert not isinstance(theirs, str)
    found = turned_pursuit(targets, Dictionary(donor), 4, Turn(4, 10000.0))
    turned = Turn(2, 500.0).turned(base[found.support], found.positions)
    same = (found.support == theirs[0]).all(dim=1)
    assert same.float().mean() >= 0.98
    assert (off(found.weights, theirs[1])[same] < 1e-3).all()
    assert (off((found.weights[:, None] @ turned)[:, 0], theirs[2])[same] < 1e-3).all()


# Where mergekit errs


def test_that_of_pieces_the_last_weighs_most_in_the_input_and_the_first_in_the_head(
    grafts: Grafts, tmp_path: Path
) -> None:
    """mergekit means the same, and does the opposite at both ends."""
    from core.tokenizers.open import open_tokenizer

    ours, made = grafts.ours("plain", tmp_path / "out", name="subword", weights="position")
    theirs, table = grafts.theirs("subword-weighted_mean"), grafts.base("plain")
    entries = read_vocabulary(grafts.folder / "plain" / "donor").entries
    pieces_of = open_tokenizer(grafts.folder / "plain" / "base").pieces
    tried = 0
    for id in made.tolist():
        entry = entries[id]
        assert entry is not None
        pieces = pieces_of(entry.bytes)
        rising = torch.arange(1.0, len(pieces) + 1)
        rising = (rising / rising.sum())[:, None]
        for name, expected in ((INPUT, rising), (HEAD, rising.flip(0))):
            torch.testing.assert_close(ours[name][id], (expected * table[name][pieces]).sum(dim=0))
        if len(pieces) > 1 and pieces[0] != pieces[-1]:
            tried += 1
            for name, found in ((INPUT, rising.flip(0)), (HEAD, rising)):
                torch.testing.assert_close(theirs[name][id], (found * table[name][pieces]).sum(dim=0))
    assert tried > 300


def test_that_a_space_that_is_the_other_turned_is_turned_back(call: Call, tmp_path: Path) -> None:
    """mergekit's landmark_pca turns the other way."""
    draw = np.random.default_rng(0)
    donor = torch.from_numpy(draw.standard_normal((260, 6)).astype(np.float32))
    turn = torch.from_numpy(np.linalg.qr(draw.standard_normal((6, 6)))[0].astype(np.float32))
    base = donor @ turn + 0.3 * torch.from_numpy(draw.standard_normal((260, 6)).astype(np.float32))
    found = call("tokensurgeon.pca.landmark_pca_approximate", donor[200:], donor[:200], base[:200])
    assert not isinstance(found, str)
    ids = torch.arange(200)
    given = task(
        table=base[:200], used=ids, donor=donor, anchors=Anchors(ids, ids),
        targets=torch.arange(200, 260), target_bytes=[b""] * 60,
    )  # fmt: skip
    _, ours = made_of(Procrustes(), given, tmp_path)
    assert (ours - base[200:]).norm() / base[200:].norm() < 0.35
    assert (found[0] - base[200:]).norm() / base[200:].norm() > 0.6


def test_that_a_sparse_token_basis_is_made(grafts: Grafts, tmp_path: Path) -> None:
    """mergekit's stb hands its options on where a number is due."""
    assert "TypeError" in grafts.error("stb")
    ours, made = grafts.ours("plain", tmp_path / "out", name="sparse-basis", k=8)
    assert ours[INPUT][made].isfinite().all()


def test_that_rotary_bases_are_found_in_configurations_of_today(grafts: Grafts, tmp_path: Path) -> None:
    assert "has no attribute 'rope_theta'" in grafts.error("mp_rope")
    ours, made = grafts.ours("plain", tmp_path / "out", name="rope-pursuit", k=4)
    assert ours[INPUT][made].isfinite().all()


def test_that_normal_rows_come_of_a_table_of_few_rows_too(call: Call, tmp_path: Path) -> None:
    """Its covariance is singular; what mergekit then falls back on fails."""
    few = normal(3, 8)
    assert "TypeError" in call("scripts.tokensurgeon.john_hewitt_init", few, 4)
    _, ours = made_of(MultivariateNormal(), task(table=few, used=torch.arange(3)), tmp_path)
    assert ours.isfinite().all()


def test_that_random_rows_are_of_the_tables_size(grafts: Grafts, tmp_path: Path) -> None:
    """mergekit's are of size 1, whatever the table's."""
    ours, made = grafts.ours("plain", tmp_path / "out", name="random")
    theirs, table = grafts.theirs("randn"), grafts.base("plain")[INPUT]
    assert ours[INPUT][made].std() == pytest.approx(float(table.std()), rel=0.05)
    assert theirs[INPUT][made].std() == pytest.approx(1, rel=0.05)
    assert table.std() == pytest.approx(0.5, rel=0.05)


@pytest.fixture
def families(grafts: Grafts, tmp_path: Path) -> dict[str, tuple[set[str], set[str]]]:
    """Name → the tokens that have a row in the input and in the head, where all others are zero."""
    entries = read_vocabulary(grafts.folder / "families" / "donor").entries
    found = {name: grafts.theirs(name) for name in ("families", "bytes-in-input")}
    found["ours"] = grafts.ours("families", tmp_path / "out", name="zero")[0]

    def there(rows: torch.Tensor) -> set[str]:
        named = {token.content for token in entries if token is not None and rows[token.id].any()}
        return named - set(DIGITS)

    return {name: (there(weights[INPUT]), there(weights[HEAD])) for name, weights in found.items()}


def test_that_tokens_of_other_families_are_matched_by_their_bytes(
    families: dict[str, tuple[set[str], set[str]]],
) -> None:
    """mergekit compares spellings: of ``é``, two spaces and the end of a line it finds none."""
    everything = {"Ġthe", "Ã©", "Ċ", "ĠĠ", "x", "<|bos|>", "<|tool|>", "<|image|>"}
    assert families["ours"] == (everything, everything)
    assert not {"Ã©", "Ċ", "ĠĠ"} & families["families"][0]
    assert {"Ġthe", "<|bos|>"} <= families["families"][0]


def test_that_no_special_token_is_lost_beside_another(families: dict[str, tuple[set[str], set[str]]]) -> None:
    """mergekit has one key for all tokens of a role, and lost additional ones where transformers listed them
    as of one role; since transformers 5, which 0.1.5 needs, lists none, it has them all."""
    both = {"<|tool|>", "<|image|>"}
    assert both <= families["ours"][0]
    assert both <= families["families"][0]


def test_that_bytes_are_matched_at_both_ends(families: dict[str, tuple[set[str], set[str]]]) -> None:
    """mergekit's --byte-match embed, meant for the input, works on the head."""
    matched = families["bytes-in-input"]
    assert "x" not in matched[0]
    assert "x" in matched[1]
    assert "x" in families["ours"][0] & families["ours"][1]
