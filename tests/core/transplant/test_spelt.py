"""Methods in a line, for a sweep and for the head."""

from __future__ import annotations

import pytest

from core.errors import UserError
from core.transplant.methods import METHODS
from core.transplant.spelt import candidates, methods, spelt


def test_that_values_after_commas_are_methods_of_their_own() -> None:
    found = [candidate.line for candidate in candidates("omp k=8,16 normalise=true / mean", field="method")]
    assert found == ["omp k=8 normalise=true / mean", "omp k=16 normalise=true / mean"]


def test_that_a_line_comes_back_as_it_was() -> None:
    for line in ("mean", "omp k=3", "subword weights=length", "multivariate-normal scale=0.5"):
        (method,) = methods(line, field="method")
        assert spelt(method) == line


@pytest.mark.parametrize("name", METHODS)
def test_that_every_method_is_spelt_by_its_name_alone(name: str) -> None:
    if any(info.is_required() for field, info in METHODS[name].model_fields.items() if field != "name"):
        pytest.skip(f"{name} has a parameter without a default")
    assert [spelt(method) for method in methods(name, field="method")] == [name]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "no method called ''"),
        ("opm", "no method called 'opm'; there are .*omp"),
        ("omp k", "'k' is no parameter of omp, which takes k, normalise"),
        ("omp size=3", "'size=3' is no parameter of omp"),
        ("omp k=0", "omp: k must be at least 1"),
        ("mean x=1", "'x=1' is no parameter of mean, which takes no parameters"),
        ("fvt /", "no method called ''"),
    ],
)
def test_that_what_is_wrong_is_said(line: str, said: str) -> None:
    with pytest.raises(UserError, match=said) as caught:
        candidates(line, field="method")
    assert caught.value.field == "method"
