"""The card beside a healed model: what was trained on which text, and what it reaches."""

from __future__ import annotations

from core.heal.request import HealRequest
from core.heal.result import ALL, HealResult


def card(name: str, result: HealResult, request: HealRequest, seed: int) -> str:
    """README.md of the model folder, in Markdown with the front matter that model hubs read."""
    texts = "\n".join(f"- {path.name}" for path in request.text)
    settings = "\n".join(
        f"| {key.replace('_', ' ')} | {value} |"
        for key, value in result.settings.items()
        if value is not None
    )
    return f"""---
library_name: transformers
pipeline_tag: text-generation
---
# {name}

{request.model.name}, healed with Lexigraft. {result.answer()}

## What was trained

{result.what()}
All other weights are those of {request.model.name}, byte for byte; so are the tokenizer's files.

## Text

{result.text_bytes:,} bytes, {result.text_tokens:,} tokens, of which {result.tokens:,} were seen
({result.tokens / result.text_tokens:.1f} times all):

{texts}

Measured on {result.bytes[ALL]:,} bytes that were not learnt from{_where(result)}.

## Training

{result.steps:,} steps, seed {seed}.

| setting | value |
|---|---|
{settings}
"""


def _where(result: HealResult) -> str:
    return ": the ends of these texts" if result.held_out_from_end else ""
