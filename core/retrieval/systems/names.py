"""Short names of encoders for tables."""

from __future__ import annotations

from pathlib import Path

from core.encoders.request import EncoderFields

_FILES = {".npy", ".npz", ".safetensors", ".parquet", ".txt", ".vec", ".bin", ".gz"}


def model_name(model: Path) -> str:
    """The folder's or the file's name, without an ending."""
    return model.stem if model.suffix.lower() in _FILES else model.name or str(model)


def encoder_name(encoder: EncoderFields) -> str:
    """The model, and what is not as it says: ``minilm · cls · 64 dimensions``."""
    parts = [model_name(encoder.model)]
    if encoder.pooling:
        parts.append(encoder.pooling)
    if encoder.attention != "as made":
        parts.append(encoder.attention)
    if encoder.layer is not None:
        parts.append(f"layer {encoder.layer}")
    if encoder.dimensions:
        parts.append(f"{encoder.dimensions} dimensions")
    if encoder.most_tokens:
        parts.append(f"{encoder.most_tokens} tokens")
    if encoder.precision != "float32":
        parts.append(encoder.precision)
    if encoder.words != "mean":
        parts.append(encoder.words.upper())
    return " · ".join(parts)
