"""One text cut into tokens, all of it shown."""

from __future__ import annotations

from core.errors import UserError
from core.jobs.context import Context
from core.jobs.registry import job
from core.text_files import read_text
from core.tokenizers.encode.request import EncodeRequest
from core.tokenizers.encode.result import EncodeResult
from core.tokenizers.job import ENCODE
from core.tokenizers.open import open_tokenizer
from core.tokenizers.shown import shown

MOST_BYTES = 8 * 2**20
"""Of a text whose every token is shown; `compare` measures texts of any size."""


@job(ENCODE)
def encode(request: EncodeRequest, ctx: Context) -> EncodeResult:
    """Encode a string, or the text of a file.

    Raises:
        UserError: neither or both were given, one of them will not do, or the tokenizer cannot encode it.
    """
    text = _text(request)
    ctx.progress(0, 0, "opening the tokenizer")
    tokenizer = open_tokenizer(request.tokenizer, field="tokenizer")
    ctx.progress(0, 0, "encoding")
    ids, spans = tokenizer.encode(text, specials=request.specials)
    entries = tokenizer.vocabulary.entries
    tokens = [entries[id] for id in ids]
    return EncodeResult(
        ids=ids,
        offsets=spans,
        tokens=[shown(token.bytes) if token else "" for token in tokens],
        bytes=len(text.encode()),
        round_trip=tokenizer.decode(ids) == text,
    )


def _text(request: EncodeRequest) -> str:
    if (request.string is None) == (request.text is None):
        both = "both" if request.string is not None else "neither"
        raise UserError(f"Give a string or a file of text: there is {both}.", field="string")
    if request.text is None:
        text = request.string or ""
        if len(text.encode()) > MOST_BYTES:
            raise UserError(f"The string is too long: {MOST_BYTES:,} bytes is the limit.", field="string")
        return text
    size = request.text.stat().st_size if request.text.is_file() else 0
    if size > MOST_BYTES:
        raise UserError(
            f"{request.text} has {size:,} bytes; the tokens of {MOST_BYTES:,} are shown at most. "
            "To measure it, compare tokenizers on it.",
            field="text",
        )
    return read_text(request.text, field="text")
