"""Hugging Face's tokenizer.json, read by the `tokenizers` library."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import UserError
from core.tokenizers.config import folder_of
from core.tokenizers.fast import FastTokenizer, merge_ranks
from core.tokenizers.files import TOKENIZER, read_tokenizer_json
from core.tokenizers.formats.format import Format, tokenizer_format
from core.tokenizers.refusing import refusing
from core.tokenizers.vocabulary import Vocabulary, vocabulary_of

if TYPE_CHECKING:
    import tokenizers

_ITS_KEYS = re.compile(rb'"(?:added_tokens"\s*:\s*(?:\[|null)|(?:model|pre_tokenizer|normalizer)"\s*:\s*\{)')


class JsonTokenizer(FastTokenizer):
    format = TOKENIZER


@tokenizer_format
class TokenizerJson(Format):
    name = TOKENIZER
    names = (TOKENIZER,)
    endings = (".json",)
    order = 10

    def recognises(self, file: Path, head: bytes) -> bool:
        return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") and bool(_ITS_KEYS.search(head))

    def vocabulary(self, file: Path, *, field: str | None = None) -> Vocabulary:
        data = read_tokenizer_json(file, field=field)
        return vocabulary_of(data, file, folder=folder_of(file, self.names), field=field)

    def open(self, file: Path, *, field: str | None = None) -> JsonTokenizer:
        ranks, take = merge_ranks()
        data = read_tokenizer_json(file, field=field, take_merges=take)
        folder = folder_of(file, self.names)
        vocabulary = vocabulary_of(data, file, folder=folder, ranks=ranks or None, field=field)
        library = _library(file, field)
        _check_numbers(vocabulary, library, field)
        return JsonTokenizer(vocabulary, library, data)


def _library(file: Path, field: str | None) -> tokenizers.Tokenizer:
    with refusing(file, "cannot be read", field):
        import tokenizers

        return tokenizers.Tokenizer.from_file(str(file))


def _check_numbers(vocabulary: Vocabulary, library: tokenizers.Tokenizer, field: str | None) -> None:
    """The library numbers added tokens anew where the file leaves a hole; then the file misleads."""
    for token in vocabulary.entries[library.get_vocab_size(with_added_tokens=False) :]:
        number = None if token is None else library.token_to_id(token.content)
        if token is not None and number is not None and number != token.id:
            raise UserError(
                f"{vocabulary.path} gives the token {token.content!r} the number {token.id:,}, but numbers "
                f"before it are left out, so that it is read as {number:,}. Add the missing "
                "tokens.",
                field=field,
            )
