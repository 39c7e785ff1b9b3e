"""What the Bytes tab says."""

from __future__ import annotations

from collections.abc import Sequence

from app.figures import percent
from core.generation.bytes.request import BytesRequest
from core.generation.bytes.result import BytesResult, Law, chance, likeliest, named, tail

_WORTH_TELLING = 1e-4
"""Share of mass."""

EXACT = "exact, no tokenization bias"
BY_TOKENS = "The thin line in a bar: what the model says after the prompt's own tokens alone."


def run_title(request: BytesRequest) -> str:
    if request.prompt_hex.strip():
        return f"Next byte after {request.prompt_hex.strip()[-24:]}"
    return f"Next byte after “{tail(request.prompt)}”" if request.prompt else "First byte"


def law_title(prompt: str) -> str:
    return f"Next byte after “{tail(prompt, 16)}”" if prompt else "First byte of a text"


def sentence(result: BytesResult, names: Sequence[str]) -> str:
    """The answer, of one model or of several; no line ends between a number and its sign."""
    return _sentence(result, names).replace(" %", "\u00a0%")


def _sentence(result: BytesResult, names: Sequence[str]) -> str:
    after = f"After “{tail(result.prompt)}”" if result.prompt else "At the beginning of a text"
    first = result.models[0]
    best = likeliest(first)
    if len(result.models) == 1:
        said = f"{after} the next byte is {named(best)} ({percent(chance(first, best))})"
        if first.plain is None:
            return f"{said}."
        return f"{said}; after the prompt's own tokens alone it would have {percent(first.plain[best])}."
    bests = {likeliest(law) for law in result.models}
    if len(bests) == 1:
        chances = ", ".join(
            f"{name} {percent(chance(law, best))}" for law, name in zip(result.models, names, strict=True)
        )
        all_of_them = "both" if len(names) == 2 else f"all {len(names)}"
        said = f"{after} {all_of_them} expect {named(best)}: {chances}"
    else:
        each = ", ".join(
            f"{name} expects {named(likeliest(law))} ({percent(chance(law, likeliest(law)))})"
            for law, name in zip(result.models, names, strict=True)
        )
        said = f"{after} the models part: {each}"
    if any(law.plain is None for law in result.models):
        return f"{said}."
    plain = [percent(law.plain[likeliest(law)]) for law in result.models if law.plain is not None]
    told = f"{', '.join(plain[:-1])} and {plain[-1]}"
    return f"{said}. After the prompt's own tokens alone it would have {told}."


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
    """``sums to 1 · leaked mass 0.04 % · 3 model calls for 22 bytes``."""
    calls = "1 model call" if law.evaluations == 1 else f"{law.evaluations} model calls"
    leaked = f"leaked mass {percent(law.leaked)}"
    if law.special >= _WORTH_TELLING:
        leaked += f" ({percent(law.special)} on special tokens)"
    if law.padding >= _WORTH_TELLING:
        leaked += f" · rows without a token had {percent(law.padding)}"
    said = [
        f"sums to {sum(law.next_byte) + law.end:.4g}",
        leaked,
        f"{calls} for {prompt_bytes} byte{'' if prompt_bytes == 1 else 's'}",
    ]
    if law.pruned > 1e-9:
        said.insert(2, f"pruned {law.pruned:.1g}")
    if law.ways > 1:
        said.append(f"{law.ways} ways to have begun it")
    return " · ".join(said)


def characters(law: Law) -> str:
    """``Whole characters: “e” 93.0 %, “é” 0.1 %``; nothing where each is one byte, as the bars have them."""
    if all(found.text.isascii() for found in law.characters):
        return ""
    told = ", ".join(
        f"{f'“{_shown(found.text)}”' if found.text else 'the end'} {percent(found.probability)}"
        for found in law.characters
    )
    return f"Whole characters: {told}" if told else ""


def cut(law: Law) -> str:
    """The prompt's own tokens, the last few."""
    if not law.tokens:
        return ""
    last = law.tokens[-6:]
    return ("… | " if len(law.tokens) > len(last) else "") + " | ".join(last)


def _shown(text: str) -> str:
    return {" ": "␣", "\n": "⏎", "\t": "⇥", "\r": "␍"}.get(text, text)
