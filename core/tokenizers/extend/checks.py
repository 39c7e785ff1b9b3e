"""What the form and the job both ask of a request, without any tokenizer library."""

from __future__ import annotations

from core.errors import UserError
from core.tokenizers.extend.request import ExtendTokenizerRequest
from core.tokenizers.vocabulary import Vocabulary

_LEARNING = ("BPE", "Unigram")


def check_how(request: ExtendTokenizerRequest, vocabulary: Vocabulary) -> None:
    """Raises `UserError` where the tokenizer's model cannot come to new tokens by itself."""
    if request.how == "merges" and vocabulary.model not in _LEARNING:
        raise UserError(
            f"{vocabulary.path} is of the kind {vocabulary.model}, which has no merges: new tokens can only "
            "be added tokens there.",
            field="how",
        )
