"""What pydantic holds against a request, in words that name what is wanted."""

from __future__ import annotations

from typing import Any

from pydantic_core import ErrorDetails

_WORDS = {
    "missing": "is needed",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
    "too_long": "takes at most {max_length}, and {actual_length} are given",
    "too_short": "takes at least {min_length}, and {actual_length} are given",
    "string_too_short": "must not be empty",
    "string_type": "must be a text",
    "string_unicode": "the text is not UTF-8; convert it first, or put it into a file",
    "finite_number": "must be a finite number",
    "extra_forbidden": "is unknown",
    **dict.fromkeys(
        ("int_parsing", "int_type", "int_from_float", "int_parsing_size"), "must be a whole number"
    ),
    **dict.fromkeys(("float_parsing", "float_type"), "must be a number"),
    **dict.fromkeys(("bool_parsing", "bool_type"), "must be true or false"),
}


def words_of(fault: ErrorDetails) -> str:
    """``must be at least 1``, to be put after the name of a field; without a full stop."""
    known = _WORDS.get(fault["type"])
    if known is None or (fault["type"] == "string_too_short" and _figures(fault)["min_length"] != 1):
        message = fault["msg"].removeprefix("Value error, ").rstrip(".")
        return f"{message[:1].lower()}{message[1:]}"
    return known.format(**_figures(fault))


def _figures(fault: ErrorDetails) -> dict[str, Any]:
    said = {"actual_length": "too many", **fault.get("ctx", {})}
    return {
        key: f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else value
        for key, value in said.items()
    }
