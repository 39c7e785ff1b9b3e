"""A study as a run gives it."""

from __future__ import annotations

from typing import Any

from core.retrieval.result_parts import Comparison, Figure
from core.retrieval.study.result import Cell, Pass, StudyResult, Training

OWN = "last token · causal"
LAYERS = 4


def cell(pooling: str, attention: str, figure: float, layer: int = LAYERS, **more: Any) -> Cell:
    name = f"{pooling} · {attention}" + (f" · layer {layer}" if layer != LAYERS else "")
    measures = {
        "nDCG@10": Figure(value=figure, low=figure - 0.05, high=figure + 0.05),
        "R@100": Figure(value=figure + 0.2),
    }
    whole = {"own": name == OWN, "width": 256, "pool_seconds": 0.4, "measures": measures}
    return Cell(name=name, pooling=pooling, attention=attention, layer=layer, **{**whole, **more})


def compared(a: str, b: str, difference: float) -> Comparison:
    sure = abs(difference) > 0.05
    return Comparison(
        a=a,
        b=b,
        measure="nDCG@10",
        difference=difference,
        low=difference - 0.03,
        high=difference + 0.03,
        p=0.001 if sure else 0.3,
        adjusted=0.004 if sure else 0.9,
        effect=0.3,
        wins=20,
        losses=12,
        ties=8,
    )


def result(*, layers: bool = False, heads: bool = True, **changes: Any) -> StudyResult:
    cells = [
        cell("last token", "causal", 0.20),
        cell("mean", "causal", 0.31),
        cell("mean", "bidirectional", 0.22),
        cell("last token", "bidirectional", 0.10),
        cell("echo, mean", "causal", 0.24),
    ]
    if layers:
        cells += [cell("mean", "causal", 0.28, 1), cell("mean", "causal", 0.33, 3)]
    trainings, designs = [], {"1: last token, causal": OWN}
    if heads:
        cells += [
            cell(f"{kind}-layer head", attention, 0.2 + 0.02 * place, trained=True, parameters=1_000_000)
            for place, (kind, attention) in enumerate(
                [("last", "causal"), ("multi", "causal"), ("multi", "bidirectional")]
            )
        ]
        heads_ = [each for each in cells if each.trained]
        trainings = [
            Training(
                name=each.name, path=f"/out/{place}", parameters=1_000_000, seconds=4.0, losses=[3.4, 0.9]
            )
            for place, each in enumerate(heads_)
        ]
        designs |= {"3: multi-layer head, causal": heads_[1].name}
    figures = {each.name: each.measures["nDCG@10"].value for each in cells}
    whole = {
        "out": "/out",
        "model": "prose-bpe",
        "collection": "help",
        "documents": 200,
        "queries": [str(number) for number in range(40)],
        "primary": "nDCG@10",
        "systems": [
            {"name": each.name, "line": "dense model=/m", "kind": "dense", "measures": each.measures}
            for each in cells
        ],
        "layers": LAYERS,
        "made": "causal",
        "cells": cells,
        "comparisons": [compared(name, OWN, figures[name] - 0.2) for name in figures if name != OWN],
        "designs": designs,
        "between_designs": [compared(OWN, designs["3: multi-layer head, causal"], -0.02)] if heads else [],
        "trainings": trainings,
        "passes": [
            Pass(attention="causal", echo=False, seconds=3.0, tokens=9_000),
            Pass(attention="causal", echo=True, seconds=6.0, tokens=18_000),
            Pass(attention="bidirectional", echo=False, seconds=3.5, tokens=9_000),
        ],
        "pairs": 200,
        "pairs_from": "titles and bodies of its documents",
        "test": "randomization",
        "correction": "holm",
        "seconds": 31.0,
    }
    return StudyResult.model_validate({**whole, **changes})
