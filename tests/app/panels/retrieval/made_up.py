"""An evaluation as a run gives it: figures made of fixed chance, and a record of rankings that fits them."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from statistics import fmean
from typing import Any

from core.retrieval.evaluate.result import EvaluationResult
from core.retrieval.record.inspect import FILE

NAMES = ("minilm", "BM25 · k1 1.2, b 0.75", "Hybrid · RRF of both")
MEASURES = ("nDCG@10", "R@100", "AP", "RR")


def result(
    names: Sequence[str] = NAMES, queries: int = 40, measures: Sequence[str] = MEASURES, **changes: Any
) -> EvaluationResult:
    """The later a system, the better; neighbours are told apart on the first measure only."""
    drawn = random.Random(7)
    base = [drawn.betavariate(2, 3) for _ in range(queries)]
    systems = []
    for place, name in enumerate(names):
        per_query = {
            measure: [
                round(min(1.0, max(0.0, value + 0.04 * place + drawn.gauss(0, 0.12))), 6) for value in base
            ]
            for measure in measures
        }
        systems.append(
            {
                "name": name,
                "line": "bm25" if "BM25" in name else f"dense model=/models/{place}",
                "kind": "bm25" if "BM25" in name else "dense",
                "measures": {
                    measure: {
                        "value": fmean(values),
                        "low": fmean(values) - 0.04,
                        "high": fmean(values) + 0.04,
                    }
                    for measure, values in per_query.items()
                },
                "costs": {
                    "encode_seconds": 4.2 * (place == 0),
                    "search_seconds": 0.02 * (place + 1),
                    "index_bytes": 2_150_400,
                    "latency_ms": {"p50": 3.25 + place, "p95": 9.5},
                    "cached": place == 1,
                },
                "per_query": per_query,
            }
        )
    comparisons = [
        compared(systems[a], systems[b], measure, measure == measures[0])
        for measure in measures
        for b in range(len(names))
        for a in range(b + 1, len(names))
    ]
    whole: dict[str, Any] = {
        "collection": "cranfield",
        "documents": 1_400,
        "queries": [str(number) for number in range(1, queries + 1)],
        "judgements": 1_837,
        "primary": measures[0],
        "systems": systems,
        "comparisons": comparisons,
        "test": "randomization",
        "correction": "holm",
        "family": len(comparisons),
        "seconds": 20.0,
    }
    return EvaluationResult.model_validate({**whole, **changes})


def compared(a: dict[str, Any], b: dict[str, Any], measure: str, sure: bool) -> dict[str, Any]:
    differences = [x - y for x, y in zip(a["per_query"][measure], b["per_query"][measure], strict=True)]
    mean = fmean(differences)
    return {
        "a": a["name"],
        "b": b["name"],
        "measure": measure,
        "difference": mean,
        "low": mean - 0.02,
        "high": mean + 0.02,
        "p": 0.0012 if sure else 0.21,
        "adjusted": 0.0036 if sure else 0.63,
        "effect": mean / 0.12,
        "wins": sum(d > 0 for d in differences),
        "losses": sum(d < 0 for d in differences),
        "ties": sum(d == 0 for d in differences),
        "detectable": 0.05,
    }


TEXTS = {
    "d1": ("Blade thickness", "The effect of blade thickness on stalling of a cascade at low speed."),
    "d2": ("Cascade tests", "Cascade tests at low speed."),
    "d3": ("", "Tolerances of compressor blades and their small deviations."),
    "d4": ("Wakes", "The wake of a rotating blade row."),
    "d5": ("Heat", "Heat transfer to slender wings. <b>No bold</b>"),
}


def record(folder: Path, found: EvaluationResult) -> Path:
    """A record as an evaluation writes it: the first system finds d1 first, the others later."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / FILE
    file.unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as database, database:
        database.executescript(
            "CREATE TABLE systems (number INTEGER PRIMARY KEY, name TEXT);"
            "CREATE TABLE queries (number INTEGER PRIMARY KEY, id TEXT, text TEXT, relevant INTEGER);"
            "CREATE TABLE judgements (query INTEGER, document TEXT, grade INTEGER);"
            "CREATE TABLE hits (query INTEGER, system INTEGER, rank INTEGER, document TEXT, score REAL,"
            " grade INTEGER);"
            "CREATE TABLE documents (id TEXT PRIMARY KEY, title TEXT, text TEXT);"
        )
        database.executemany("INSERT INTO systems VALUES (?, ?)", enumerate(s.name for s in found.systems))
        database.executemany(
            "INSERT INTO documents VALUES (?, ?, ?)", [(id, *texts) for id, texts in TEXTS.items()]
        )
        grades = {"d1": 2, "d3": 1, "d9": 1, "d2": 0}
        for number, query in enumerate(found.queries):
            text = f"what are the effects of small deviations in blade thickness, case {query}"
            database.execute("INSERT INTO queries VALUES (?, ?, ?, ?)", (number, query, text, 3))
            database.executemany(
                "INSERT INTO judgements VALUES (?, ?, ?)", [(number, id, g) for id, g in grades.items()]
            )
            for place, _ in enumerate(found.systems):
                order = ("d1", "d2", "d3", "d4", "d5") if place == 0 else ("d2", "d4", "d1", "d5", "d3")
                database.executemany(
                    "INSERT INTO hits VALUES (?, ?, ?, ?, ?, ?)",
                    [
                        (number, place, rank, id, round(0.9 - 0.1 * rank, 4), grades.get(id))
                        for rank, id in enumerate(order, 1)
                    ],
                )
    return file
