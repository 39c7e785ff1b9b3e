"""A transplanted toy and texts to heal it on, made once; read only, since all tests share them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from core.heal.request import HealRequest
from core.transplant import transplant
from tests.core.transplant.toys import ROLES, prose, trained, write_llama


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def grafts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `base` (tied) and `untied` (bfloat16), and the grafts of both onto another tokenizer."""
    folder = tmp_path_factory.mktemp("grafts")
    old, new = trained("byte-level", 400), trained("byte-level", 440, slice(3000, 9000))
    write_llama(folder / "base", old, ROLES["byte-level"])
    write_llama(folder / "untied", old, ROLES["byte-level"], tied=False, dtype=torch.bfloat16, seed=1)
    write_llama(folder / "target", new, ROLES["byte-level"], seed=2)
    for name in ("base", "untied"):
        transplant(
            base=folder / name,
            target_tokenizer=folder / "target" / "tokenizer.json",
            method={"name": "mean"},
            out=folder / f"{name}-graft",
            device="cpu",
        )
    return folder


@pytest.fixture(scope="session")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("texts") / "learnt.txt"
    file.write_text(prose()[:9000], encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def held_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("texts") / "held-out.txt"
    file.write_text(prose()[9000:10500], encoding="utf-8")
    return file


@pytest.fixture
def asked(grafts: Path, text: Path, tmp_path: Path) -> Callable[..., HealRequest]:
    """A request small enough for a test; what is given takes the place of what would be there."""

    def make(**fields: Any) -> HealRequest:
        defaults: dict[str, Any] = {
            "model": grafts / "base-graft",
            "text": [text],
            "tokens": 600,
            "context": 16,
            "batch": 4,
            "looks": 3,
            "learning_rate": 0.01,
            "out": tmp_path / "healed",
        }
        return HealRequest(**{**defaults, **fields})

    return make
