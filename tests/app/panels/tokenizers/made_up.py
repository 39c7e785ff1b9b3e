"""Results as the tokenizer jobs give them, with what strangers' files may hold in their tokens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.audit.result import AuditResult, SuspectToken
from core.tokenizers.dynamic.result import DynamicResult, DynamicRow, Merge, Point
from core.tokenizers.extend.result import ExtendTokenizerResult, NewToken, TermFigures, TextFigures
from core.tokenizers.prune.result import PrunedText, PruneTokenizerResult
from core.tokenizers.train.result import HeldOut, TrainTokenizerResult

STRANGE = ["<img src='file:///etc/passwd'>", "بالعالم", "\t\u200b", "दुनिया", "🙂", "=cmd()"]


def trained(out: Path | str = "/nowhere/tokenizer", **changes: Any) -> TrainTokenizerResult:
    """Supertokens: 9.1 % fewer tokens than plain BPE on held-out text."""
    whole: dict[str, Any] = {
        "out": str(out),
        "algorithm": "supertokens",
        "algorithm_title": "Supertokens, tokens of several words",
        "vocab_size": 8_192,
        "text_bytes": 58_900,
        "held_out_bytes": 3_100,
        "held_out": [
            HeldOut(
                tokenizer="Supertokens, tokens of several words",
                tokens=1_000,
                bytes_per_token=4.914,
                fertility=1.213,
                across_spaces=0.314,
                renyi_efficiency=0.521,
                seconds=4.2,
            ),
            HeldOut(
                tokenizer="Byte-level BPE",
                tokens=1_100,
                bytes_per_token=4.467,
                fertility=1.334,
                across_spaces=0.0,
                renyi_efficiency=0.493,
                seconds=1.1,
            ),
        ],
        "longest": ["␣in␣the␣middle␣of␣the", "Donaudampfschifffahrtsgesellschaft", *STRANGE],
        "warnings": ["german.txt is short: 4.6 kB."],
        "seconds": 6.4,
    }
    return TrainTokenizerResult.model_validate({**whole, **changes})


def extended(out: Path | str = "/nowhere/tokenizer", **changes: Any) -> ExtendTokenizerResult:
    """300 tokens more, which save a quarter of the tokens on held-out text."""
    texts = [
        TextFigures(
            text="python",
            kind="learnt",
            bytes=7_000,
            tokens_before=2_400,
            tokens_after=1_500,
            fertility_before=2.41,
            fertility_after=1.52,
        ),
        TextFigures(
            text="python",
            kind="held out",
            bytes=1_743,
            tokens_before=600,
            tokens_after=450,
            fertility_before=2.44,
            fertility_after=1.83,
        ),
        TextFigures(
            text="prose",
            kind="other",
            bytes=21_720,
            tokens_before=5_000,
            tokens_after=5_000,
            fertility_before=1.31,
            fertility_after=1.31,
        ),
    ]
    words = [" return", " self", " eNodeB", "    def __init__(self", *STRANGE]
    added = [
        NewToken(
            id=8_192 + place,
            token=word,
            count=90 - place,
            before=4,
            saved=(90 - place) * 3,
            reachable=place != 5,
        )
        for place, word in enumerate([*words, *(f" name_{number}" for number in range(290))])
    ]
    whole: dict[str, Any] = {
        "out": str(out),
        "old_size": 8_192,
        "new_size": 8_492,
        "added": added,
        "texts": texts,
        "terms": TermFigures(
            terms=120, in_text=80, tokens_before=3.42, tokens_after=1.2, single_before=0.04, single_after=0.85
        ),
        "unreachable": 1,
        "seconds": 2.2,
    }
    return ExtendTokenizerResult.model_validate({**whole, **changes})


def pruned(out: Path | str = "/nowhere/tokenizer", **changes: Any) -> PruneTokenizerResult:
    """8,192 tokens become 5,120; one text takes more tokens for it."""
    whole: dict[str, Any] = {
        "out": str(out),
        "map": f"{out}/map.json",
        "old_size": 8_192,
        "new_size": 5_120,
        "unused": 3_400,
        "kept_for_merges": 328,
        "texts": [
            PrunedText(text="prose", bytes=21_720, tokens_before=5_000, tokens_after=5_000),
            PrunedText(text="日本語", bytes=4_514, tokens_before=1_900, tokens_after=1_990),
        ],
        "removed": [f"␣word{number}" for number in range(60)] + STRANGE,
        "seconds": 1.5,
    }
    return PruneTokenizerResult.model_validate({**whole, **changes})


def merged(**changes: Any) -> DynamicResult:
    """18.0 % saved in all."""
    names = ("all", "prose", "german", "japanese")
    rows = [
        DynamicRow(
            text=name,
            bytes=30_000,
            documents=120,
            batches=5,
            tokens_before=10_000,
            tokens_after=8_200 - 600 * place,
            shortest=7_400 - 700 * place,
            merges=340,
            distinct=512,
        )
        for place, name in enumerate(names)
    ]
    whole: dict[str, Any] = {
        "tokenizer": "/models/prose-bpe",
        "boundary": "word",
        "rows": rows,
        "curve": [Point(merges=number * 8, saved=0.18 * (1 - 0.8**number)) for number in range(12)],
        "merges": [
            Merge(left=left, right=right, count=90 - place, batches=3)
            for place, (left, right) in enumerate(
                [(" King", "sley"), ("ک", "تاب"), ("<b>", "x</b>"), *((" a", f"{n}") for n in range(40))]
            )
        ],
        "seconds": 0.8,
    }
    return DynamicResult.model_validate({**whole, **changes})


def audited(**changes: Any) -> AuditResult:
    """Of 8,192 tokens, 3 are unreachable, 3,014 unused, 4 hardly trained."""

    def token(number: int, text: str, category: str = "ok", **more: Any) -> SuspectToken:
        return SuspectToken.model_validate(
            {"id": number, "token": text, "kind": "text", "category": category, **more}
        )

    whole: dict[str, Any] = {
        "tokenizer": "/models/prose-bpe",
        "size": 8_192,
        "categories": {
            "ok": 8_000,
            "ok special": 4,
            "partial character": 185,
            "unreachable: one other token": 1,
            "unreachable: several tokens": 2,
        },
        "unreachable": [
            token(310, "␣SolidGoldMagikarp", "unreachable: several tokens", reencoded=[12, 9, 77]),
            token(311, "بالعالم", "unreachable: several tokens", reencoded=[5, 6]),
            token(400, "A", "unreachable: one other token", reencoded=[33]),
        ],
        "undertrained": [
            token(500 + place, word, indicator=0.0012 * (place + 1), count=0, nearest=[" foo", "bar"])
            for place, word in enumerate(STRANGE[:4])
        ],
        "unused": 3_014,
        "unused_tokens": [token(600 + number, f"␣rare{number}", count=0) for number in range(200)],
        "indicator": "norm of the output embedding",
        "reference": 12,
        "reference_words": "12 bytes that no text has",
        "edges": [place / 10 for place in range(21)],
        "counts": [12, 4, 0, 3, 20, 90, 300, 700, 1_200, 1_600, 1_500, 1_100, 800, 500, 250, 80, 25, 6, 1, 1],
        "reference_counts": [10, 2, *([0] * 18)],
        "text_bytes": 62_000,
        "seconds": 3.0,
    }
    return AuditResult.model_validate({**whole, **changes})
