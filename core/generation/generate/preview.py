"""What can be said of a generation before it runs, without torch: prompts that do not fit, memory, time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import UserError
from core.generation.generate.prompts import read_prompts
from core.generation.generate.request import GenerateRequest
from core.generation.language.footprint import job_memory, number_bytes, records_bytes
from core.generation.language.preview import USUAL_TOKENS, causal_folder, memory_of, models_words
from core.jobs.memory import free_memory
from core.jobs.preview import Preview, Problem
from core.sizes import bytes_in_words
from core.tokenizers.files import find_tokenizer
from core.tokenizers.live.chat import chat_templates
from core.tokenizers.open import open_tokenizer

if TYPE_CHECKING:
    from core.models.folder import ModelFolder
    from core.tokenizers.tokenizer import Tokenizer

_START = 2.0
"""Seconds, with the libraries loaded."""
_BYTES_A_TOKEN = 4
_WEIGHTS_A_SECOND = 5e9
"""That a step reads, on one core."""
_STEP = 0.001
"""Seconds of a step besides."""
_MOST = 0.9
"""Of free memory."""
_AT_ONCE = _MANY = 16
"""Texts that a model writes together, and up to how many keep their alternatives."""
_LOOKED_AT = 1_000
"""Prompts whose length is looked at."""


def preview(request: GenerateRequest) -> Preview:
    """Never raises. Reads headers and tokenizers."""
    problems: list[Problem] = []
    notes: dict[str, str] = {}
    prompts = [request.prompt]
    try:
        if request.prompts is not None:
            prompts = read_prompts(request.prompts)
            notes["prompts"] = f"{len(prompts):,} prompts" if len(prompts) != 1 else "1 prompt"
    except UserError as error:
        problems.append(_problem(error))
    seconds = _START
    folders: list[ModelFolder] = []
    for path in request.models:
        try:
            folder = causal_folder(path, field="models")
            _check_room(folder, request)
            folders.append(folder)
            seconds += _seconds(folder, request, len(prompts))
            _check_prompts(path, folder, request, prompts[:_LOOKED_AT])
        except UserError as error:
            problems.append(_problem(error))
    if folders:
        notes["models"] = models_words(folders)
    if request.strategy.kind == "greedy" and any(one.by_law for one in request.samplers):
        idle = ", ".join(dict.fromkeys(one.kind for one in request.samplers if one.by_law))
        notes["samplers"] = f"The likeliest token stays so, whatever {idle} does: choose Sampling to draw."
    return Preview(
        problems=problems,
        notes=notes,
        seconds=None if problems else seconds,
        memory_bytes=_memory(folders, request, prompts) if folders else None,
    )


def _problem(error: UserError) -> Problem:
    return Problem(field=error.field, message=error.message)


def _check_room(folder: ModelFolder, request: GenerateRequest) -> None:
    tokens = min(folder.context or USUAL_TOKENS, USUAL_TOKENS)
    needed = memory_of(folder, number_bytes(request.dtype), tokens)
    free = free_memory()
    if needed > _MOST * free:
        raise UserError(
            f"{folder.path.name} takes {bytes_in_words(needed)} of memory, and {bytes_in_words(free)} are "
            "free. Choose a smaller model, 16 bits a number, or close other programs.",
            field="models",
        )


def _memory(folders: Sequence[ModelFolder], request: GenerateRequest, prompts: Sequence[str]) -> int:
    texts = len(prompts) * request.samples
    at_once = max(1, min(texts, _AT_ONCE // request.strategy.width)) * request.strategy.width
    written = (request.max_bytes or 1_000) / _BYTES_A_TOKEN
    longest = max(len(prompt.encode()) for prompt in prompts) / _BYTES_A_TOKEN
    told = len(request.models) * texts * min(request.max_tokens or written, written)
    return job_memory(
        folders,
        dtype=request.dtype,
        tokens=round(longest + at_once * min(request.max_tokens or written, written)),
        rows=at_once,
        spelt=request.boundary == "exact" and not request.chat,
        beside=records_bytes(told, request.alternatives if len(request.models) * texts <= _MANY else 0),
    )


def _seconds(folder: ModelFolder, request: GenerateRequest, prompts: int) -> float:
    tokens = (request.max_bytes or 1_000) / _BYTES_A_TOKEN
    tokens = min(tokens, request.max_tokens or tokens, folder.context or tokens)
    # A step of a few texts takes hardly longer than one of a single text.
    steps = tokens * max(1, prompts * request.samples * request.strategy.width / 8)
    return steps * (_STEP + folder.parameters / _WEIGHTS_A_SECOND)


def _check_prompts(path: Path, folder: ModelFolder, request: GenerateRequest, prompts: Sequence[str]) -> None:
    file = find_tokenizer(path, field="models")
    stat = file.stat()
    tokenizer = _opened(file, stat.st_size, stat.st_mtime_ns)
    if request.chat:
        if not chat_templates(path, file):
            raise UserError(
                f"{path.name} has no chat template: nothing says how a chat is laid out for it. Turn “As a "
                "chat” off.",
                field="chat",
            )
        return
    field = "prompt" if request.prompts is None else "prompts"
    roles = tokenizer.vocabulary.roles
    begins = bool(roles.get("bos") or roles.get("eos"))
    for prompt, ids in zip(prompts, tokenizer.ids(prompts), strict=True):
        count = begins + len(ids)
        if not count:
            raise UserError(
                f"{path.name} has no token that begins a text, so it needs a prompt to go on from.",
                field=field,
            )
        if folder.context is not None and count > folder.context:
            raise UserError(
                f"The prompt “{prompt[:30]}…” is {count:,} tokens long for {path.name}, which reads "
                f"{folder.context:,} at most. Shorten it.",
                field=field,
            )


@lru_cache(maxsize=4)
def _opened(file: Path, size: int, changed: int) -> Tokenizer:
    """As long as the file is the same."""
    return open_tokenizer(file, field="models")
