"""The starter models, their prompts, and their jobs' contexts, for tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from core.generation.language.language_model import LanguageModel
from core.generation.language.opened import open_language_model
from core.jobs.context import Context

STARTERS = ("prose-bpe", "prose-unigram")
_RESOURCES = Path(__file__).parents[3] / "resources/starter"


def starter(name: str) -> Path:
    return _RESOURCES / name


def passages(count: int, characters: int = 60) -> list[str]:
    """Beginnings that no starter was trained on, each of another place of the text."""
    text = (_RESOURCES / "texts/prose.txt").read_text(encoding="utf-8")
    starts = [len(text) * number // count for number in range(count)]
    return [" ".join(text[start : start + characters].split()) for start in starts]


def context(folder: Path, *, seed: int = 0, **more: Any) -> Context:
    return Context(seed=seed, device="cpu", workdir=folder, **more)


def opened(name: str, folder: Path) -> LanguageModel:
    return open_language_model(starter(name), context(folder))


@cache
def reference(name: str) -> Any:
    """The same model, by transformers."""
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(starter(name), local_files_only=True, dtype="float32").eval()
