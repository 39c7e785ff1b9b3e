"""The card beside a trained model: what it was trained on, how, and what it reaches."""

from __future__ import annotations

from pathlib import Path

from core.training.recipes import RECIPES
from core.training.request import TrainRequest
from core.training.result import TrainResult


def card(name: str, result: TrainResult, request: TrainRequest, seed: int) -> str:
    """README.md of the model folder, in Markdown with the front matter that model hubs read."""
    return f"""---
library_name: {RECIPES[result.recipe].library}
pipeline_tag: {RECIPES[result.recipe].task}
---
# {name}

{result.recipe_title}, {result.parameters:,} parameters, trained with Lexigraft. {_reached(result)}

## Text

{result.text_bytes:,} bytes, {result.text_tokens:,} tokens, of which training has seen {result.tokens:,}
({result.tokens / result.text_tokens:.1f} times all):

{_listed([path.name for path in request.text])}

## Tokenizer

{_tokenizer(result, request)}

## Training

{result.steps:,} steps, seed {seed}.

{settings_table(result)}
"""


def settings_table(result: TrainResult) -> str:
    """A path by its name alone."""
    rows = [
        f"| {name.replace('_', ' ')} | {Path(value).name if name == 'teacher' else value} |"
        for name, value in result.settings.items()
        if value is not None
    ]
    return "\n".join(["| setting | value |", "|---|---|", *rows])


def _reached(result: TrainResult) -> str:
    if result.held_out_found is not None:
        return (
            f"Of {result.held_out_pairs:,} held-out titles and sentences, {result.held_out_found:.1%} have "
            "their own text as the nearest."
        )
    if result.held_out_bits_per_byte is None:
        return f"Final training loss: {result.final_loss:.3f}; no text was held out."
    figure = f"{result.held_out_bits_per_byte:.4f} bits per byte"
    return f"It reaches {figure} on {result.held_out_bytes:,} bytes of held-out text."


def _tokenizer(result: TrainResult, request: TrainRequest) -> str:
    if request.tokenizer:
        return f"{result.vocab_size:,} tokens, from {request.tokenizer.name}."
    source = ", ".join(path.name for path in request.tokenizer_text) or "the same text"
    return f"{result.tokenizer}, {result.vocab_size:,} tokens, trained on {source}."


def _listed(names: list[str]) -> str:
    return "\n".join(f"- {name}" for name in names)
