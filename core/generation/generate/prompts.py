"""Prompts from a file: a line each, or JSON Lines."""

from __future__ import annotations

import json
from pathlib import Path

from core.errors import UserError
from core.text_files import read_text


def read_prompts(path: Path, *, field: str = "prompts") -> list[str]:
    """One prompt a line, empty lines aside; of JSON Lines (``.jsonl``), what is said under ``prompt``.

    Raises:
        UserError: the file cannot be read, is no UTF-8, or a line of it is no prompt.
    """
    path = path.expanduser()
    text = read_text(path, field=field)
    lines = [(number, line.removesuffix("\r")) for number, line in enumerate(text.split("\n"), 1)]
    lines = [(number, line) for number, line in lines if line.strip()]
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        return [_said(path, number, line, field) for number, line in lines]
    return [line for _, line in lines]


def _said(path: Path, number: int, line: str, field: str) -> str:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        raise UserError(f"{path}, line {number:,}, is no JSON.", field=field) from None
    prompt = found.get("prompt") if isinstance(found, dict) else None
    if not isinstance(prompt, str):
        raise UserError(f"{path}, line {number:,}, has no text under “prompt”.", field=field)
    try:
        prompt.encode()
    except UnicodeEncodeError:
        raise UserError(
            f"{path}, line {number:,}, has half a character in its prompt.", field=field
        ) from None
    return prompt
