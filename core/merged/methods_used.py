"""Which transplant methods can make rows of merged tokens."""

from __future__ import annotations

from core.errors import UserError
from core.merged.request import MergedRequest
from core.transplant.methods.method import Method


def head_method(request: MergedRequest) -> Method:
    """Raises `UserError` where the line names no method, or several."""
    from core.transplant.spelt import methods

    if request.head_method is None:
        return request.method
    found = methods(request.head_method, field="head_method")
    if len(found) != 1:
        raise UserError("Name one method for the head, not several.", field="head_method")
    return found[0]


def check_method(method: Method, *, field: str = "method") -> None:
    """Raises `UserError` where a method needs what there is not: another model, or a training of its own."""
    if method.needs_donor or method.needs_corpus:
        what = "another model's embeddings" if method.needs_donor else "a training on text first"
        mend = (
            "give a hypernetwork that is trained already with hypernetwork=FOLDER"
            if method.name == "zett"
            else "choose one that makes rows from a token's pieces, such as fvt or subword"
        )
        raise UserError(f"{method.title} takes {what}: {mend}.", field=field)
