"""The files of a trained tokenizer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from tokenizers import Tokenizer


def write_files(tokenizer: Tokenizer, roles: Mapping[str, str], folder: Path) -> None:
    """tokenizer.json, and tokenizer_config.json with the special tokens' roles (``bos_token`` → ``<s>``)."""
    tokenizer.save(str(folder / "tokenizer.json"))
    configuration = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "clean_up_tokenization_spaces": False,
        **roles,
    }
    text = json.dumps(configuration, indent=2) + "\n"
    (folder / "tokenizer_config.json").write_text(text, encoding="utf-8", newline="\n")
