"""What lies beside the written weights: where every row comes from, and a card that says it in short."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from core.jobs.machine import versions
from core.transplant.graft import Graft
from core.transplant.inputs import Inputs
from core.transplant.matching import Matching, Source
from core.transplant.request import TransplantRequest
from core.transplant.result import TransplantResult

REPORT = "transplant_report.json"
_EVIDENCE = (
    "bits_per_byte", "intervals", "tokens", "parts", "parts_by_input", "perplexity", "agreement", "classes",
    "anchor_test", "anchor_test_note", "neighbours", "digits", "kept",
)  # fmt: skip
"""Fields of the result that a report repeats."""
ROWS = "transplant_rows.npz"
CARD = "README.md"


def write_rows(file: Path, matching: Matching, graft: Graft) -> None:
    """Which base rows each written row is made of.

    ``sources`` (V,) int8 index ``source_names``; ``copied`` (V,) int32: the base's id, -1 where none;
    ``targets`` (m,) int32: ids that the method made, in its order. For each matrix that it was asked for
    (``input``, ``head``), where rows are combinations: ``input_indices`` (m, k) int32 base ids (-1: none),
    ``input_weights`` (m, k) float32; and ``input_residual`` (m,) float32.
    """
    names = [source.value for source in Source]
    arrays: dict[str, Any] = {
        "source_names": np.array(names),
        "sources": np.array([names.index(source.value) for source in graft.sources], dtype=np.int8),
        "copied": matching.base_ids.astype(np.int32),
        "targets": graft.targets.astype(np.int32),
    }
    for matrix, rows in graft.rows.items():
        arrays[f"{matrix}_residual"] = rows.residual.numpy()
        if rows.indices is not None and rows.weights is not None:
            arrays[f"{matrix}_indices"] = rows.indices.numpy()
            arrays[f"{matrix}_weights"] = rows.weights.numpy()
    np.savez(file, **arrays)


def write_report(
    file: Path,
    request: TransplantRequest,
    inputs: Inputs,
    graft: Graft,
    result: TransplantResult,
    seed: int,
    warnings: list[str],
) -> None:
    """Counts, figures and versions; nothing that differs between two runs of one request."""
    said = {
        "versions": versions(),
        "seed": seed,
        "method": request.method.model_dump(mode="json"),
        "head_method": result.head_method,
        "mode": result.mode,
        "base": inputs.base.path.name,
        "target_tokenizer": inputs.target.path.parent.name,
        "donor": inputs.donor.path.name if inputs.donor else None,
        "pad_to": request.pad_to,
        "sources": result.sources,
        "anchors": {matrix: vars(counts) | {"kept": counts.kept} for matrix, counts in graft.anchors.items()},
        "mean_residual": result.mean_residual,
        **result.model_dump(mode="json", include=set(_EVIDENCE)),
        "warnings": warnings,
    }
    file.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def write_card(
    file: Path, request: TransplantRequest, inputs: Inputs, result: TransplantResult, seed: int
) -> None:
    """README.md: a model card in short."""
    parameters = ", ".join(f"{name} {value}" for name, value in request.parameters().items())
    donor = f"\n- donor: {inputs.donor.path.name}" if inputs.donor else ""
    sources = "\n".join(f"| {name} | {count:,} |" for name, count in result.sources.items() if count)
    head = f"; for the head {result.head_method}" if result.head_method else ""
    encoder = inputs.base.is_encoder
    file.write_text(
        f"""---
library_name: {"sentence-transformers" if encoder else "transformers"}
pipeline_tag: {"sentence-similarity" if encoder else "text-generation"}
---
# {inputs.base.path.name} on another tokenizer

Made with Lexigraft. {_cost(result)}

- base model: {inputs.base.path.name} ({inputs.base.architecture}); only the vocabulary's weights are new
- tokenizer: {inputs.target.path.parent.name}{donor}
- method: {request.method.title}{f" ({parameters})" if parameters else ""}{head}; seed {seed}
- rows: {result.padded_vocab_size:,}, of which those from {result.vocab_size:,} on stand for no token

| rows | how many |
|---|---|
{sources}

The licences of the base model, of the tokenizer and of the donor apply; they may differ from each other.
`{REPORT}` and `{ROWS}` say where every row comes from.
""",
        encoding="utf-8",
        newline="\n",
    )


def _cost(result: TransplantResult) -> str:
    """What was measured, in a few sentences."""
    said = []
    before, after = result.bits_per_byte.before.get("all"), result.bits_per_byte.after.get("all")
    if before and after:
        said.append(
            f"On {result.bytes['all']:,} bytes of text the base needs {before:.3f} bits per byte and this "
            f"model {after:.3f}."
        )
    if within := result.intervals.get("all"):
        said.append(
            f"On other text of its kind the difference lies between {within[0]:+.3f} and {within[1]:+.3f} "
            "(95 %)."
        )
    said += [
        f"{kept.name} on {kept.on}: {kept.before:.3f} before, {kept.after:.3f} after ({kept.items:,})."
        for kept in result.kept
    ]
    if result.digits is not None and result.digits.warning:
        said.append(f"{result.digits.warning} {result.digits.remedy}")
    return " ".join(said) or "What it cost was not measured."
