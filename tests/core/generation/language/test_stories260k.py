from pathlib import Path
from typing import Any

import pytest
import torch

from core.generation.language.loaded import Loaded, load
from tests.core.generation.greedy import ours
from tests.core.generation.stories260k import golden, write_stories260k


@pytest.fixture(scope="module")
def loaded(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    folder = write_stories260k(shared_data, tmp_path_factory.mktemp("models") / "stories260K")
    return load(folder, dtype=torch.float32, device="cpu", field="models")


@pytest.fixture(scope="module")
def expected(shared_data: Path) -> dict[str, Any]:
    return golden(shared_data)


def test_that_its_tokens_are_those_of_llama2_c(loaded: Loaded, expected: dict[str, Any]) -> None:
    model = loaded.opened()
    assert model.begin == (1,)
    for case in expected["encode"]:
        assert model.encode(case["text"]) == case["ids"]


def test_that_greedy_stories_are_those_of_llama2_c(loaded: Loaded, expected: dict[str, Any]) -> None:
    model = loaded.opened()
    for case in expected["cases"]:
        prompt = model.encode(case["prompt"])
        assert [*prompt, *ours(model, [prompt], len(case["ids"]) - len(prompt))[0]] == case["ids"]


def test_that_logits_are_those_of_llama2_c(loaded: Loaded, expected: dict[str, Any]) -> None:
    model, given = loaded.opened(), expected["logits_last_position"]
    _, law, _ = model.advance([model.start()], [model.encode(given["prompt"])])
    assert torch.allclose(law[0, :8], torch.tensor(given["first_eight"]), atol=1e-3)
    assert int(law.argmax()) == given["argmax"]
    assert float(law.logsumexp(-1)) == pytest.approx(given["logsumexp"], abs=1e-3)
