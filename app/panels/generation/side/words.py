"""What is said of a generation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.figures import count, duration
from app.widgets.model_signs import model_names
from app.widgets.sampler_row import members, sampler_words
from app.widgets.visible_text import visible

if TYPE_CHECKING:
    from core.generation.generate.request import GenerateRequest
    from core.generation.generate.result import GenerationResult

LONGEST = 28
"""Characters of a prompt in a title: its end, which is what a text goes on from."""


def tail(text: str, longest: int = LONGEST) -> str:
    """The end of a text, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"…{line[-longest:].lstrip()}"


def run_title(request: GenerateRequest) -> str:
    """``prose-bpe, prose-unigram after “…the best of tim”``"""
    names = ", ".join(model_names(request.models))
    if request.prompts is not None:
        return f"{names} after the prompts of {request.prompts.name}"
    return f"{names} after “{tail(request.prompt)}”" if request.prompt.strip() else f"{names}, from nothing"


def branch_title(model: str, run_id: int, byte: int, token: str) -> str:
    """``prose-bpe, branch of run 5 at byte 71: “␣man”``"""
    return f"{model}, branch of run {run_id} at byte {count(byte)}: “{token}”"


def facts(request: GenerateRequest, result: GenerationResult, run_id: int) -> str:
    names = model_names(request.models)
    samplers = (sampler_words(members()[one.kind], one.model_dump(mode="json")) for one in request.samplers)
    decoding = [request.strategy.title, *samplers]
    parts = [f"Run {run_id}", ", ".join(words[:1].lower() + words[1:] for words in decoding)]
    if request.prompts is not None:
        parts.append(f"{count(len(result.prompts))} prompts")
    if request.samples > 1:
        parts.append(f"{count(request.samples)} samples each")
    parts.append(duration(result.seconds))
    said = " · ".join(parts)
    first = [one for one in result.transcripts if one.prompt == one.sample == 0]
    rates = [
        f"{names[one.model]} {one.bits / one.bytes:.2f}"
        for one in first
        if one.bytes and one.model < len(names)
    ]
    if len(rates) > 1:
        said += (
            f"\nBits per byte of its own text: {', '.join(rates)}. Score tells which fits one text better."
        )
    return said


def shown_at(piece: str, text: str) -> str:
    """A token for a title: what of it is text, else what it is called."""
    return visible(piece) if piece else text
