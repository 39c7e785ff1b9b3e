"""What every tokenizer format is: how a file of it is recognised, and how it is opened.

Beside this, `core.tokenizers.refusing.refusing` turns a library's errors and panics into a sentence,
`core.tokenizers.roles.special_roles` tells the special tokens apart, and `core.tokenizers.config.read_config`
reads a tokenizer_config.json beside the file (its ``auto_map`` and its disagreements are noted by
`core.tokenizers.open.open_tokenizer`, for every format alike).

In a folder the file of the smallest `order` is taken: tokenizer.json 10, tekken.json 20, SentencePiece 30,
tiktoken 40, vocab.json with merges.txt 50, vocab.txt 60, GGUF 70.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from core.tokenizers.tokenizer import Tokenizer
    from core.tokenizers.vocabulary import Vocabulary

FORMATS: dict[str, Format] = {}
"""Name → format, in the order in which they are asked whether a file is theirs."""

HEAD = 64 * 1024
"""Bytes from a file's start that a format may look at to recognise it."""


class Format(ABC):
    """A subclass in a file of its own here, decorated with `tokenizer_format`, is found by being there.

    Importing it loads no tokenizer library; `open` may.
    """

    name: ClassVar[str]
    """``SentencePiece``"""
    names: ClassVar[tuple[str, ...]] = ()
    """What its file is called in a model folder, ``tokenizer.model``; the first one there is taken."""
    endings: ClassVar[tuple[str, ...]] = ()
    """``.model``: what a file picker offers, and what is found in a folder (but ``.json`` and ``.txt``)."""
    order: ClassVar[int] = 50
    """Which format is asked first, and which file of a folder with several is taken: the smallest."""

    @abstractmethod
    def recognises(self, file: Path, head: bytes) -> bool:
        """Whether a file is of this format, by its content (`head`: at most `HEAD` bytes) before its name.

        Where several say so, the one whose names or endings fit is taken. Raises nothing.
        """

    def named(self, name: str) -> Path | None:
        """The file of a tokenizer that has a name of its own, such as ``cl100k_base``; None: no such name.

        Asked where there is no file of that name; `vocabulary` and `open` are then called with the answer.

        Raises:
            UserError: there is such a name, but its file is not on this machine: where to lay it.
        """
        return None

    @abstractmethod
    def vocabulary(self, file: Path, *, field: str | None = None) -> Vocabulary:
        """The tokens alone, with as little loading as can be; scores only where they cost nothing.

        Raises:
            UserError: the file is damaged: which, and what is wrong with it.
        """

    @abstractmethod
    def open(self, file: Path, *, field: str | None = None) -> Tokenizer:
        """The tokenizer, ready to cut text.

        Raises:
            UserError: as `vocabulary`.
        """


def tokenizer_format(cls: type[Format]) -> type[Format]:
    """Register a format."""
    if cls.name in FORMATS:
        raise ValueError(f"tokenizer format {cls.name!r} is registered twice")
    FORMATS[cls.name] = cls()
    return cls
