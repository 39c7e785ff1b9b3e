"""What the form and the job both ask of a request, without any tokenizer library."""

from __future__ import annotations

from core.errors import UserError
from core.tokenizers.extend.request import ExtendTokenizerRequest

_LEARNING = ("BPE", "Unigram")


def check_how(request: ExtendTokenizerRequest, model: str) -> None:
    """Raises `UserError` where the tokenizer's model cannot come to new tokens by itself."""
    if request.how == "merges" and model not in _LEARNING:
        raise UserError(
            f"{request.tokenizer} is of the kind {model}, which has no merges: new tokens can only be added "
            "tokens there.",
            field="how",
        )
