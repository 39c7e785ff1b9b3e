"""What the Bytes tab says."""

from __future__ import annotations

from collections.abc import Sequence

from core.generation.bytes.request import BytesRequest
from core.generation.bytes.result import BytesResult, Law, chance, likeliest, named, spelt, tail

EXACT = "exact, no tokenization bias"
BY_TOKENS = "The thin line in a bar: what conditioning on the prompt's own tokens would have said."


def run_title(request: BytesRequest) -> str:
    if request.prompt_hex.strip():
        return f"Next byte after {request.prompt_hex.strip()[-24:]}"
    return f"Next byte after “{tail(request.prompt)}”" if request.prompt else "First byte"


def law_title(prompt: str) -> str:
    return f"Next byte after “{tail(prompt, 16)}”" if prompt else "First byte of a text"


def sentence(result: BytesResult, names: Sequence[str]) -> str:
    """The answer, of one model or of several."""
    after = f"After “{tail(result.prompt)}”" if result.prompt else "At the beginning of a text"
    first = result.models[0]
    best = likeliest(first)
    if len(result.models) == 1:
        said = f"{after} the next byte is {named(best)} with {spelt(chance(first, best))}"
        return f"{said}; {_by_tokens(first, best)}." if first.plain is not None else f"{said}."
    bests = {likeliest(law) for law in result.models}
    if len(bests) == 1:
        chances = ", ".join(
            f"{spelt(chance(law, best))} ({name})" for law, name in zip(result.models, names, strict=True)
        )
        said = f"{after} the next byte is {named(best)} for all: {chances}"
    else:
        each = ", ".join(
            f"{named(likeliest(law))} with {spelt(chance(law, likeliest(law)))} for {name}"
            for law, name in zip(result.models, names, strict=True)
        )
        said = f"{after} the models part: {each}"
    if any(law.plain is None for law in result.models):
        return f"{said}."
    plain = " and ".join(spelt(law.plain[likeliest(law)]) for law in result.models if law.plain is not None)
    return f"{said}. Conditioning on tokens would have said {plain}."


def facts(result: BytesResult, names: Sequence[str], run: int | None) -> str:
    """Under the answer: what each model thinks of the prompt as a whole."""
    parts = []
    for law, name in zip(result.models, names, strict=True):
        bits = f"{name}: the prompt costs {-law.log2_probability:.2f} bits"
        if law.canonical_log2 is not None:
            bits += f", its own tokens alone {-law.canonical_log2:.2f}"
        parts.append(bits)
    parts.append(f"run {run}" if run is not None else "not recorded: Run keeps it")
    return " · ".join(parts)


def law_facts(law: Law, prompt_bytes: int) -> str:
    """``sums to 1 · leaked mass 0.0004 · 1 model call per byte``."""
    calls = "1 model call" if law.evaluations == 1 else f"{law.evaluations} model calls"
    said = [
        f"sums to {sum(law.next_byte) + law.end:.4g}",
        f"leaked mass {spelt(law.leaked)}",
        f"{calls} for {prompt_bytes} byte{'' if prompt_bytes == 1 else 's'}",
    ]
    if law.pruned > 1e-9:
        said.insert(2, f"pruned {law.pruned:.1g}")
    if law.ways > 1:
        said.append(f"{law.ways} ways to have begun it")
    return " · ".join(said)


def characters(law: Law) -> str:
    """``Whole characters: “e” 0.93, “é” 0.001``; nothing where each is one byte, as the bars have them."""
    if all(found.text.isascii() for found in law.characters):
        return ""
    told = ", ".join(
        f"{f'“{_shown(found.text)}”' if found.text else 'the end'} {spelt(found.probability)}"
        for found in law.characters
    )
    return f"Whole characters: {told}" if told else ""


def cut(law: Law) -> str:
    """The prompt's own tokens, the last few."""
    if not law.tokens:
        return ""
    last = law.tokens[-6:]
    return ("… | " if len(law.tokens) > len(last) else "") + " | ".join(last)


def _by_tokens(law: Law, byte: int) -> str:
    assert law.plain is not None
    return f"conditioning on tokens would have said {spelt(law.plain[byte])}"


def _shown(text: str) -> str:
    return {" ": "␣", "\n": "⏎", "\t": "⇥", "\r": "␍"}.get(text, text)
