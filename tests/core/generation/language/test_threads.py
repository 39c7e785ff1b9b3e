"""Small models write with one thread, and leave as many as there were."""

from pathlib import Path

import pytest
import torch

from core.generation.language import threads
from core.generation.language.threads import fitting_threads
from tests.tiny_models import write_tiny_model


def test_that_small_models_take_one_thread_and_give_the_others_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = write_tiny_model(tmp_path / "model")
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with fitting_threads([model]):
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2
        monkeypatch.setattr(threads, "SMALL", 1)
        with fitting_threads([model]):
            assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
