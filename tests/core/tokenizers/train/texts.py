"""A text to train on: sentences with numbers, code and line ends, and some prose."""

from __future__ import annotations

from pathlib import Path

from core.folders import resources_folder
from core.jobs.context import Context
from core.tokenizers.passages import passages

CTX = Context(workdir=Path("unused"))

_ANIMALS = ["whale", "sparrow", "hedgehog", "crocodile", "swallow", "dormouse", "butterfly", "nightingale"]
_PLACES = ["river", "meadow", "harbour", "mountain", "library", "kitchen"]
_SENTENCES = [
    f'In the {place} a {animal} isn\'t {number} days old; it {verb}s "slowly", sees 17 {animal}s in 2024.\n'
    f"    if {animal}_{number} > 3.5:\n        return {verb}({number})\n\n"
    for number, animal in enumerate(_ANIMALS * 3)
    for place in _PLACES
    for verb in ("walk", "swallow", "return")
]
_PROSE = (resources_folder() / "starter" / "texts" / "prose.txt").read_text(encoding="utf-8")[:40_000]
TEXTS = [*_SENTENCES, *passages(_PROSE)]
