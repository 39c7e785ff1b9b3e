"""Hugging Face's tokenizer.json, read by the `tokenizers` library."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from core.tokenizers.config import folder_of
from core.tokenizers.fast import FastTokenizer, merge_ranks, open_library
from core.tokenizers.files import TOKENIZER, read_tokenizer_json
from core.tokenizers.formats.format import Format, tokenizer_format
from core.tokenizers.vocabulary import Vocabulary, vocabulary_of

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
        merges: list[Any] = []
        data = read_tokenizer_json(file, field=field, merges_into=merges)
        ranks = merge_ranks(merges, data["model"])
        del merges
        folder = folder_of(file, self.names)
        vocabulary = vocabulary_of(data, file, folder=folder, ranks=ranks or None, field=field)
        return JsonTokenizer(vocabulary, open_library(file, vocabulary, field=field), data)
