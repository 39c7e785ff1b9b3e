"""A comparison that never ran: its figures are made up, its shape is the job's."""

from __future__ import annotations

from collections.abc import Sequence

from core.tokenizers.compare.result import (
    ALL,
    CompareRow,
    CompareTokenizersResult,
    Curve,
    Figure,
    Loss,
    MeasureInfo,
    PairRow,
    TextRow,
    TokenizerRow,
)

MEASURES = [
    MeasureInfo(
        key="bytes_per_token",
        title="Bytes per token",
        unit="bytes/token",
        description="Bytes of text a token stands for.",
        better="high",
        digits=2,
    ),
    MeasureInfo(
        key="fertility",
        title="Fertility",
        unit="tokens/word",
        description="Tokens that hold some of a word, over words.",
        better="low",
        digits=2,
    ),
    MeasureInfo(key="parity", title="Parity", description="Tokens, over those of the pivot.", digits=2),
    MeasureInfo(
        key="renyi_efficiency", title="Rényi efficiency", description="How evenly tokens are used.", digits=3
    ),
    MeasureInfo(key="top_mass", title="Top mass", description="Share of the commonest tokens.", digits=3),
    MeasureInfo(
        key="digits",
        title="Tokens per digit",
        description="Tokens over digits of integers.",
        digits=2,
        of="tokenizer",
    ),
    MeasureInfo(
        key="boundaries", title="Boundary agreement", description="F1 of the cuts.", digits=2, of="pair"
    ),
    MeasureInfo(key="vocabulary_overlap", title="Overlap", description="Shared tokens.", digits=2, of="pair"),
]
LANGUAGES = ("eng", "deu", "tur", "arb", "hin", "tha", "cmn_hans", "jpn", "kor")


def compared(
    names: Sequence[str] = ("llama3", "gpt2", "mistral-v1"),
    texts: Sequence[str] = LANGUAGES,
    paths: Sequence[str] = (),
) -> CompareTokenizersResult:
    """The more a text stands back in `texts`, the more it costs; likewise the tokenizers."""
    rows = []
    for place, name in enumerate(names):
        for number, text in enumerate([ALL, *texts]):
            value = 4.6 / (1 + 0.25 * number) / (1 + 0.15 * place)
            fertility = None if text in ("tha", "cmn_hans", "jpn") else 5 / value
            rows.append(
                CompareRow(
                    tokenizer=name,
                    text=text,
                    documents=40,
                    bytes=12_000,
                    characters=9_000,
                    words=1_800,
                    tokens=round(12_000 / value),
                    bytes_per_token=value,
                    fertility=fertility,
                    parity=None if text == ALL else 1 + 0.25 * number,
                    renyi_efficiency=0.5 - 0.01 * number,
                    unknown_rate=0.0,
                    round_trip_losses=place if text == "arb" else 0,
                    figures={
                        "bytes_per_token": Figure(value=value, low=value * 0.97, high=value * 1.03),
                        **({"fertility": Figure(value=fertility)} if fertility is not None else {}),
                        "renyi_efficiency": Figure(value=0.5 - 0.01 * number),
                        "top_mass": Figure(value=0.1 + 0.02 * place),
                    },
                )
            )
    pairs = [
        PairRow(
            first=one,
            second=other,
            text=text,
            figures={"boundaries": Figure(value=0.8)} if text else {"vocabulary_overlap": Figure(value=0.4)},
        )
        for place, one in enumerate(names)
        for other in names[place + 1 :]
        for text in (ALL, "")
    ]
    curves = [
        Curve(tokenizer=name, key=key, x=x, y=[value * (1 + 0.2 * place) for value in y])
        for place, name in enumerate(names)
        for key, x, y in (
            ("zipf", [1.0, 10.0, 100.0, 1_000.0], [9_000.0, 900.0, 80.0, 5.0]),
            ("token_bytes", [1.0, 2.0, 3.0, 4.0, 5.0], [0.3, 0.3, 0.2, 0.15, 0.05]),
            ("renyi", [0.0, 1.0, 2.5, 5.0], [1.0, 0.8, 0.5, 0.4]),
            ("digits", [1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 1.0, 2.0]),
        )
    ]
    return CompareTokenizersResult(
        rows=rows,
        tokenizers=[
            TokenizerRow(
                name=name,
                path=f"/tokenizers/{name}",
                format="tokenizer.json",
                model="BPE",
                size=32_000 * (place + 1),
                lossy=["normalises"] if place else [],
                figures={"digits": Figure(value=0.4 + place)},
                words={"digits": "groups of up to 3 from the left"},
            )
            for place, name in enumerate(names)
        ],
        texts=[
            TextRow(name=text, path=paths[n] if paths else f"/texts/{text}.txt", bytes=12_000, documents=40)
            for n, text in enumerate(texts)
        ],
        measures=MEASURES,
        pairs=pairs,
        curves=curves,
        losses=[
            Loss(tokenizer=names[-1], text="arb", document=3, before="ﷺ a", after="a", why="normalisation")
        ],
        pivot="eng",
        sentence=f"On your {len(texts)} texts, {names[0]} needs 31 % fewer tokens than {names[-1]}.",
        detail="The gap is widest in हिन्दी (1.8 ×) and narrowest in English (1.07 ×).",
    )
