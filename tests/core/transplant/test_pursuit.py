"""Matching pursuit in tiles, against known answers, a plain float64 reference and scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.linear_model import OrthogonalMatchingPursuit

from core.errors import Cancelled
from core.folders import resources_folder
from core.models.folder import open_model
from core.models.tensors import read_tensor
from core.tokenizers.vocabulary import read_vocabulary
from core.transplant.anchors import usable_anchors
from core.transplant.matching import match
from core.transplant.pursuit import Dictionary, Pursuit, matching_pursuit
from core.transplant.rows import Anchors

ATOMS = torch.tensor([[1, 0, 0], [1, 1, 0], [0, 1, 1], [0, 0, 2], [-3, 0, 0.5]])
BASE = torch.tensor([[1.0, 0], [0, 1], [1, 1], [2, -1], [1, 3]])
TARGET = torch.tensor([[2.0, 1, 1]])


def normal(count: int, width: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal((count, width), dtype=np.float32))


def reference(
    targets: torch.Tensor, atoms: torch.Tensor, k: int, *, normalise: bool = False
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The method as its definition reads: one target at a time, least squares at each step, float64."""
    dictionary = atoms.double().numpy()
    lengths = np.linalg.norm(dictionary, axis=1) if normalise else np.ones(len(dictionary))
    supports, weights = [], []
    for target in targets.double().numpy():
        support: list[int] = []
        residual = target
        for _ in range(k):
            scores = np.abs(dictionary @ residual) / lengths
            scores[support] = -1
            support.append(int(scores.argmax()))
            fitted = np.linalg.lstsq(dictionary[support].T, target, rcond=None)[0]
            residual = target - dictionary[support].T @ fitted
        supports.append(support)
        weights.append(fitted)
    return np.array(supports), np.array(weights)


def assert_equal(found: Pursuit, supports: NDArray[np.int64], weights: NDArray[np.float64]) -> None:
    assert found.support.tolist() == supports.tolist()
    assert np.abs(found.weights.numpy() - weights).max() < 1e-4


def test_that_the_raw_pursuit_gives_the_known_answer() -> None:
    found = matching_pursuit(TARGET, ATOMS, 2)
    assert found.support.tolist() == [[4, 3]]
    assert found.weights[0].tolist() == pytest.approx([-2 / 3, 2 / 3], abs=1e-6)
    assert found.fit(1).weights[0].tolist() == pytest.approx([-0.59459459], abs=1e-6)
    assert found.curve[0].tolist() == pytest.approx([0.67450349, 0.40824829], abs=1e-6)
    assert found.residual.tolist() == pytest.approx([0.40824829], abs=1e-6)
    made = found.weights[0] @ BASE[found.support[0].long()]
    assert made.tolist() == pytest.approx([0.66666667, -2.66666667], abs=1e-6)
    assert (found.fit(1).weights[0] @ BASE[[4]]).tolist() == pytest.approx(
        [-0.59459459, -1.78378378], abs=1e-6
    )


def test_that_the_normalised_pursuit_gives_the_known_answer() -> None:
    found = matching_pursuit(TARGET, ATOMS, 2, normalise=True)
    assert found.support.tolist() == [[1, 3]]
    assert found.weights[0].tolist() == pytest.approx([1.5, 0.5], abs=1e-6)
    assert found.residual.item() * TARGET.norm().item() == pytest.approx(0.70710678, abs=1e-6)


@pytest.mark.parametrize("normalise", [False, True])
@pytest.mark.parametrize("tile", [7, 64, 300])
def test_that_tiles_of_any_width_agree_with_the_reference(tile: int, normalise: bool) -> None:
    atoms, targets = normal(300, 24), normal(50, 24, seed=1)
    found = matching_pursuit(targets, atoms, 6, tile=tile, normalise=normalise)
    assert_equal(found, *reference(targets, atoms, 6, normalise=normalise))


@pytest.mark.parametrize("chunk", [1, 7, 512])
def test_that_chunks_of_any_size_agree_with_the_reference(chunk: int) -> None:
    atoms, targets = normal(300, 24), normal(50, 24, seed=1)
    found = matching_pursuit(targets, atoms, 6, chunk=chunk)
    assert_equal(found, *reference(targets, atoms, 6))


def test_that_groups_of_columns_over_several_tiles_agree_with_the_reference() -> None:
    atoms, targets = normal(1000, 32), normal(20, 32, seed=1)
    found = matching_pursuit(targets, atoms, 8, tile=256)
    assert_equal(found, *reference(targets, atoms, 8))


def test_that_the_first_choices_of_a_longer_pursuit_are_the_shorter_one() -> None:
    atoms, targets = normal(300, 24), normal(50, 24, seed=1)
    short = matching_pursuit(targets, atoms, 6)
    long = matching_pursuit(targets, atoms, 12)
    assert torch.equal(long.support[:, :6], short.support)
    assert torch.allclose(long.fit(6).weights, short.weights, atol=1e-5)
    assert torch.allclose(long.curve[:, 5], short.residual, atol=1e-6)


@pytest.mark.parametrize("normalise", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_that_atoms_may_stay_in_their_table(
    dtype: torch.dtype, normalise: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, targets = normal(400, 24).to(dtype), normal(50, 24, seed=1)
    ids = torch.arange(400)[torch.from_numpy(np.random.default_rng(2).permutation(400))][:300].sort().values
    held = Dictionary(table, ids, normalise=normalise).pursue(targets, 6)
    monkeypatch.setattr("core.transplant.pursuit.HELD", 0)
    found = Dictionary(table, ids, normalise=normalise, tile=64).pursue(targets, 6)
    assert torch.equal(found.support, held.support)
    assert torch.allclose(found.weights, held.weights, atol=1e-5)
    assert_equal(found, *reference(targets, table[ids].float(), 6, normalise=normalise))


@pytest.mark.parametrize("held", [0, 2**30])
def test_that_a_centred_pursuit_is_one_of_centred_vectors(held: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.transplant.pursuit.HELD", held)
    atoms, targets = normal(300, 24) + 5, normal(50, 24, seed=1) + 5
    mean = atoms.double().mean(dim=0).float()
    found = Dictionary(atoms, centre=True).pursue(targets, 6)
    plain = matching_pursuit(targets - mean, atoms - mean, 6)
    assert torch.equal(found.support, plain.support)
    assert torch.allclose(found.weights, plain.weights, atol=1e-5)


@pytest.mark.parametrize("ridge", [1e-3, 0.1])
def test_that_a_ridge_solves_its_equations_and_tells_what_is_left(ridge: float) -> None:
    atoms, targets = normal(300, 24), normal(50, 24, seed=1)
    found = matching_pursuit(targets, atoms, 12)
    for k in (5, 12):
        fit = found.fit(k, ridge=ridge)
        chosen = atoms[found.support[:, :k].long()].double()
        gram = chosen @ chosen.mT
        gram += ridge * torch.diag_embed(gram.diagonal(dim1=1, dim2=2))
        expected = torch.linalg.solve(gram, (chosen @ targets.double()[:, :, None])[:, :, 0])
        assert torch.allclose(fit.weights.double(), expected, atol=1e-5)
        left = targets - (fit.weights[:, None] @ chosen.float())[:, 0]
        assert torch.allclose(fit.residual, left.norm(dim=1) / targets.norm(dim=1), atol=1e-5)
        assert (fit.residual >= found.curve[:, k - 1]).all()
        assert fit.weights.norm() < found.fit(k).weights.norm()


def test_that_atoms_that_nearly_cancel_are_told_by_their_independence() -> None:
    atoms = torch.tensor([[1.0, 0, 0], [1, 1e-3, 0], [0, 0, 1]])
    found = matching_pursuit(torch.tensor([[2.0, 1, 0]]), atoms, 2)
    assert found.support.tolist() == [[1, 0]]
    assert found.fit().independence.item() == pytest.approx(1e-3, rel=1e-2)
    assert found.fit(1).independence.item() == pytest.approx(1)


@pytest.fixture(scope="module")
def starter_rows() -> tuple[torch.Tensor, torch.Tensor]:
    """Of the sample graft: the donor's rows of some targets, and of all anchors."""
    starters = resources_folder() / "starter"
    base, donor = starters / "prose-bpe", starters / "prose-unigram"
    for folder in (base, donor):
        if not (folder / "model.safetensors").is_file():
            pytest.skip(f"needs the starter models: there is no {folder}")
    tables = []
    for folder in (base, donor):
        model = open_model(folder)
        tables.append(read_tensor(model, model.input_embedding))
    found = match(read_vocabulary(base), read_vocabulary(donor))
    pairs = torch.from_numpy(found.anchors)
    anchors, _ = usable_anchors(Anchors(pairs[:, 0], pairs[:, 1]), *tables)
    rows = tables[1].float()
    return rows[found.targets[:: max(1, len(found.targets) // 40)]][:40], rows[anchors.donor]


@pytest.mark.parity
@pytest.mark.parametrize("normalise", [False, True])
def test_that_real_embeddings_agree_with_the_reference(
    starter_rows: tuple[torch.Tensor, torch.Tensor], normalise: bool
) -> None:
    targets, atoms = starter_rows
    assert len(targets) == 40
    found = matching_pursuit(targets, atoms, 16, normalise=normalise)
    assert_equal(found, *reference(targets, atoms, 16, normalise=normalise))


@pytest.mark.parity
def test_that_supports_and_weights_of_real_embeddings_are_scikit_learns(
    starter_rows: tuple[torch.Tensor, torch.Tensor],
) -> None:
    assert_equal_to_scikit_learn(*starter_rows, 16)


@pytest.mark.parity
def test_that_supports_and_weights_are_scikit_learns() -> None:
    assert_equal_to_scikit_learn(normal(20, 32, seed=1), normal(200, 32), 8)


def assert_equal_to_scikit_learn(targets: torch.Tensor, atoms: torch.Tensor, k: int) -> None:
    found = matching_pursuit(targets, atoms, k, normalise=True)
    unit = torch.nn.functional.normalize(atoms.double(), dim=1)
    for row, target in enumerate(targets.double()):
        theirs = OrthogonalMatchingPursuit(n_nonzero_coefs=k, fit_intercept=False)
        theirs.fit(unit.T.numpy(), target.numpy())
        weights = theirs.coef_ / atoms.double().norm(dim=1).numpy()
        ours = np.zeros(len(atoms))
        ours[found.support[row].numpy()] = found.weights[row].numpy()
        assert set(found.support[row].tolist()) == set(weights.nonzero()[0].tolist())
        assert np.abs(ours - weights).max() < 1e-4


def test_that_the_residual_is_orthogonal_to_the_chosen_atoms_and_never_grows() -> None:
    atoms, targets = normal(300, 24), normal(50, 24, seed=1)
    found = matching_pursuit(targets, atoms, 12)
    chosen = atoms[found.support.long()]
    residual = targets - (found.weights[:, None] @ chosen)[:, 0]
    products = (chosen @ residual[:, :, None])[:, :, 0].abs()
    assert (products <= 1e-4 * residual.norm(dim=1)[:, None] * chosen.norm(dim=2)).all()
    assert (found.curve.diff(dim=1) <= 1e-6).all()
    assert torch.allclose(residual.norm(dim=1) / targets.norm(dim=1), found.residual, atol=1e-5)


def test_that_a_target_which_is_an_atom_is_that_atom() -> None:
    atoms = normal(100, 16)
    found = matching_pursuit(atoms[[3, 50]], atoms, 4, normalise=True)
    assert found.support.tolist() == [[3, -1, -1, -1], [50, -1, -1, -1]]
    assert found.weights.tolist() == [pytest.approx([1, 0, 0, 0], abs=1e-6)] * 2
    assert (found.residual <= 1e-6).all()


def test_that_targets_made_of_k_atoms_are_found_again() -> None:
    atoms = normal(60, 64)
    weights = torch.zeros(5, 60)
    for row in range(5):
        weights[row, row * 7 : row * 7 + 3] = torch.tensor([2.0, -1.5, 1])
    found = matching_pursuit(weights @ atoms, atoms, 8, normalise=True)
    again = torch.zeros(5, 60)
    for row in range(5):
        taken = found.support[row] >= 0
        again[row, found.support[row][taken].long()] = found.weights[row][taken]
    assert torch.allclose(again @ atoms, weights @ atoms, atol=1e-4)


def test_that_no_atom_is_taken_twice_and_none_that_depends_on_the_others() -> None:
    atoms = normal(20, 8)
    atoms[5] = atoms[3]
    found = matching_pursuit(normal(6, 8, seed=1), atoms, 12)
    for support in found.support.tolist():
        taken = [atom for atom in support if atom >= 0]
        assert len(set(taken)) == len(taken) <= 8
        assert not {3, 5} <= set(taken)
    assert (found.residual < 1e-5).all()
    assert (found.weights[found.support < 0] == 0).all()


def test_that_a_target_without_length_takes_nothing() -> None:
    found = matching_pursuit(torch.zeros(2, 8), normal(20, 8), 3)
    assert found.support.tolist() == [[-1, -1, -1]] * 2
    assert not found.weights.any()
    assert found.residual.isnan().all()


def test_that_of_equal_scores_the_lowest_index_is_taken() -> None:
    atoms = torch.eye(4).repeat(40, 1)
    found = matching_pursuit(torch.tensor([[0.0, 0, 1, 0]]), atoms, 1, tile=64)
    assert found.support.tolist() == [[2]]


def test_that_it_can_be_stopped_between_tiles() -> None:
    seen: list[float] = []

    def step(done: float) -> None:
        seen.append(done)
        if len(seen) == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        matching_pursuit(normal(4, 8), normal(300, 8), 3, tile=64, step=step)
    assert seen == sorted(seen)
    assert seen[-1] < 4


@pytest.mark.parametrize(
    ("targets", "atoms", "k"), [((4, 8), (10, 9), 2), ((4, 8), (10, 8), 11), ((4, 8), (10, 8), 0)]
)
def test_that_what_does_not_fit_is_refused(targets: tuple[int, int], atoms: tuple[int, int], k: int) -> None:
    with pytest.raises(ValueError, match=r"fit|k ="):
        matching_pursuit(torch.zeros(targets), torch.zeros(atoms), k)
