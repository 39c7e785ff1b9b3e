"""Encodings whose ranks are known: the pattern and the special tokens, which a .tiktoken file lacks.

From openai/tiktoken (tiktoken_ext/openai_public.py), meta-llama/llama3 (tokenizer.py), QwenLM/Qwen
(tokenization_qwen.py) and openai/whisper (tokenizer.py).
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import UserError


@dataclass(frozen=True)
class KnownEncoding:
    name: str
    sha256: str
    """Of the file of its ranks, lines in the order of the ranks, each ended by LF."""
    pattern: str
    specials: Mapping[str, int] = field(default_factory=dict)
    note: str = ""
    """What its maker's own program does besides, or what cannot be told from the ranks."""
    published: bool = False
    """Whether it can be asked for by name, since OpenAI publishes it."""

    @property
    def url(self) -> str:
        """Where OpenAI publishes the ranks: tiktoken names the file in its cache after it."""
        return f"https://openaipublic.blob.core.windows.net/encodings/{self.name}.tiktoken"


def known_encoding(sha256: str) -> KnownEncoding | None:
    """The encoding whose ranks have this hash."""
    return next((known for known in _KNOWN if known.sha256 == sha256), None)


def find_named(name: str) -> Path | None:
    """The file of the ranks of an encoding or a model of OpenAI's; None where there is no such name.

    Nothing is fetched: the folders looked in are tiktoken's own, and the file is called as tiktoken calls it
    there, or NAME.tiktoken.

    Raises:
        UserError: there is such a name, but its ranks are not on this machine.
    """
    encoding = _published(name)
    if encoding is None:
        return None
    in_cache = hashlib.sha1(encoding.url.encode(), usedforsecurity=False).hexdigest()
    folders = list(_folders())
    for folder in folders:
        for file in (folder / in_cache, folder / f"{encoding.name}.tiktoken"):
            if file.is_file() and _has_hash(file, encoding.sha256):
                return file.absolute()
    raise UserError(
        f"The ranks of {encoding.name} are not on this machine. Lay {encoding.name}.tiktoken, which OpenAI "
        f"publishes at {encoding.url}, in {folders[0]}; or give the file itself."
    )


def _has_hash(file: Path, sha256: str) -> bool:
    """A file that was cut short on the way is none."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest() == sha256


def _published(name: str) -> KnownEncoding | None:
    by_name = {known.name: known for known in _KNOWN if known.published}
    by_name["gpt2"] = by_name["r50k_base"]  # the same ranks and pattern
    if name in by_name:
        return by_name[name]
    if not name.startswith(_OF_MODELS):
        return None
    from tiktoken.model import encoding_name_for_model  # its table of OpenAI's models

    try:
        return by_name.get(encoding_name_for_model(name))
    except KeyError:
        return None


_OF_MODELS = ("gpt-", "o1", "o3", "o4", "chatgpt", "davinci", "text-", "code-", "babbage", "ft:")
"""How the names of models begin for which tiktoken is asked."""


def _folders() -> Iterator[Path]:
    """Where tiktoken keeps ranks, as it finds the place itself."""
    for variable in ("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR"):
        if os.environ.get(variable):
            yield Path(os.environ[variable]).absolute()
    yield Path(tempfile.gettempdir()) / "data-gym-cache"


def _numbered(first: int, names: Sequence[str]) -> dict[str, int]:
    return {name: first + place for place, name in enumerate(names)}


_CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_GPT2 = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"
CL100K = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
_O200K = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+" + _CONTRACTION + "?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*" + _CONTRACTION + "?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_LLAMA3 = (
    _CONTRACTION + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_QWEN = _CONTRACTION + (r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
_QWEN3_5 = _CONTRACTION + (
    r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_WHISPER = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"

_QWEN_NOTE = "Qwen's own program puts a text into the form NFC first; the ranks alone do not."

_KNOWN = (
    KnownEncoding(
        "r50k_base",
        "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930",
        _GPT2,
        {"<|endoftext|>": 50256},
        published=True,
    ),
    KnownEncoding(
        "p50k_base",
        "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069",
        _GPT2,
        {"<|endoftext|>": 50256},
        published=True,
    ),
    KnownEncoding(
        "cl100k_base",
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
        CL100K,
        {
            "<|endoftext|>": 100257,
            "<|fim_prefix|>": 100258,
            "<|fim_middle|>": 100259,
            "<|fim_suffix|>": 100260,
            "<|endofprompt|>": 100276,
        },
        published=True,
    ),
    KnownEncoding(
        "o200k_base",
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
        _O200K,
        {"<|endoftext|>": 199999, "<|endofprompt|>": 200018},
        published=True,
    ),
    KnownEncoding(
        "Llama 3",
        "82e9d31979e92ab929cd544440f129d9ecd797b69e327f80f17e1c50d5551b55",
        _LLAMA3,
        _numbered(
            128_000,
            [
                "<|begin_of_text|>",
                "<|end_of_text|>",
                *(f"<|reserved_special_token_{number}|>" for number in range(4)),
                "<|start_header_id|>",
                "<|end_header_id|>",
                "<|reserved_special_token_4|>",
                "<|eot_id|>",
                *(f"<|reserved_special_token_{number}|>" for number in range(5, 251)),
            ],
        ),
        "The special tokens are those of Llama 3; later releases name some that were reserved.",
    ),
    KnownEncoding(
        "Qwen",
        "b2b1b8dfb5cc5f024bafc373121c6aba3f66f9a5a0269e243470a1de16a33186",
        _QWEN,
        _numbered(
            151_643,
            [
                "<|endoftext|>",
                "<|im_start|>",
                "<|im_end|>",
                *(f"<|extra_{place}|>" for place in range(205)),
            ],
        ),
        f"{_QWEN_NOTE} The special tokens are those of the first Qwen; later releases name others.",
    ),
    KnownEncoding(
        "Qwen 3.5",
        "8dde380a6405e935f5de16a99eb61c824f3f814dd1ed298784c72babb7a03cdd",
        _QWEN3_5,
        _numbered(
            248_044,
            [
                *("<|endoftext|>", "<|im_start|>", "<|im_end|>"),
                *("<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>", "<|box_end|>"),
                *("<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>"),
                *("<|vision_pad|>", "<|image_pad|>", "<|video_pad|>", "<tool_call>", "</tool_call>"),
                *("<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>", "<|fim_pad|>"),
                *("<|repo_name|>", "<|file_sep|>", "<tool_response>", "</tool_response>"),
                *("<think>", "</think>", "<|audio_start|>", "<|audio_end|>", "<tts_pad>"),
                *("<tts_text_bos>", "<tts_text_eod>", "<tts_text_bos_single>", "<|audio_pad|>"),
            ],
        ),
        _QWEN_NOTE,
    ),
    KnownEncoding(
        "Whisper, multilingual",
        "b34b360dbb493e781e479794586d661700670d65564001f23024971d1f2fa126",
        _WHISPER,
        {"<|endoftext|>": 50257, "<|startoftranscript|>": 50258},
        "The special tokens for languages and times are left out: their numbers depend on the model.",
    ),
)
