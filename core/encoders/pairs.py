"""Pairs of texts that people have judged for likeness, and rank correlation with them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.text_files import read_text


@dataclass(frozen=True)
class Pairs:
    """`scores`: (n,) how alike people find the texts of each pair."""

    name: str
    first: list[str]
    second: list[str]
    scores: NDArray[np.float64]


def read_pairs(file: Path, *, field: str) -> Pairs:
    """A table of text, text and score: parted by tabs, else by commas as in CSV, else by single spaces (pairs
    of words). A first line whose score is no number is a header.

    Raises:
        UserError: the file cannot be read, or a line is no pair: which, and why.
    """
    text = read_text(file, field=field)
    first: list[str] = []
    second: list[str] = []
    scores: list[float] = []
    for number, row in enumerate(_rows(text), start=1):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != 3:
            raise UserError(f"{file}, row {number:,}: not two texts and a score.", field=field)
        try:
            score = float(row[2])
        except ValueError:
            if number == 1:
                continue
            raise UserError(
                f"{file}, row {number:,}: the score {row[2]!r} is no number.", field=field
            ) from None
        if not np.isfinite(score):
            raise UserError(f"{file}, row {number:,}: the score {row[2]!r} is no number.", field=field)
        first.append(row[0])
        second.append(row[1])
        scores.append(score)
    if len(scores) < 2:
        raise UserError(f"{file} holds fewer than two pairs.", field=field)
    return Pairs(file.name, first, second, np.array(scores))


def _rows(text: str) -> list[list[str]]:
    lines = text.splitlines()
    if "\t" in lines[0]:
        return [line.split("\t") for line in lines]
    if "," in lines[0]:
        return list(csv.reader(io.StringIO(text)))
    return [line.split() for line in lines]


def cosines(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n,) of the rows of two arrays (n, d); 0 where one is zero."""
    lengths = np.linalg.norm(one.astype(np.float64), axis=1) * np.linalg.norm(
        other.astype(np.float64), axis=1
    )
    products = np.einsum("nd,nd->n", one.astype(np.float64), other.astype(np.float64))
    return np.asarray(products / np.maximum(lengths, 1e-12))


def spearman(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Rank correlation, ties by their mean rank; 0 where one of the two is constant."""
    first, second = ranks(one), ranks(other)
    first, second = first - first.mean(), second - second.mean()
    scale = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return float((first * second).sum()) / scale if scale else 0.0


def ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) from 1; equal values share the mean of their ranks."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[places])
