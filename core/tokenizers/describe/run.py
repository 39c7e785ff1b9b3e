"""What a tokenizer is, and what it does to text."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from core.errors import UserError
from core.jobs.content_hash import content_hash
from core.jobs.context import Context
from core.jobs.registry import job
from core.tokenizers.canonical import Kind
from core.tokenizers.compare.names import tokenizer_names
from core.tokenizers.describe.request import DescribeTokenizerRequest
from core.tokenizers.describe.result import DescribeTokenizerResult
from core.tokenizers.fingerprint import fingerprint
from core.tokenizers.job import DESCRIBE
from core.tokenizers.live.chat import chat_templates
from core.tokenizers.open import open_tokenizer
from core.tokenizers.probes import digits_in_words, lossy, probes, unreachable
from core.tokenizers.shown import shown
from core.tokenizers.vocabulary import Vocabulary

_LONGEST, _WIDEST = 20, 80


@job(DESCRIBE)
def describe_tokenizer(request: DescribeTokenizerRequest, ctx: Context) -> DescribeTokenizerResult:
    """Open a tokenizer, try it on short texts, and tell what was found.

    Raises:
        UserError: there is no tokenizer there, or it is damaged.
    """
    ctx.progress(0, 0, "opening the tokenizer")
    tokenizer = open_tokenizer(request.tokenizer, field="tokenizer")
    vocabulary = tokenizer.vocabulary
    contents = [token.content if token else "" for token in vocabulary.entries]
    ctx.progress(0, 0, "trying it")
    tried = probes(tokenizer)
    badges = lossy(tokenizer)
    never = None
    if request.reachable:
        never = unreachable(
            tokenizer, report=lambda done, total: ctx.progress(done, total, "encoding every token")
        )
    notes = list(tokenizer.notes)
    try:
        templates = bool(chat_templates(request.tokenizer, tokenizer.path))
    except UserError as error:
        templates = False
        notes.append(error.message)
    return DescribeTokenizerResult(
        path=str(tokenizer.path),
        name=tokenizer_names([request.tokenizer])[0],
        format=tokenizer.format,
        family=vocabulary.family,
        model=vocabulary.model,
        size=vocabulary.size,
        count=vocabulary.count,
        kinds={kind: number for kind, number in _kinds(vocabulary).items() if number},
        roles={role: [contents[id] for id in ids] for role, ids in vocabulary.roles.items()},
        prefix=[contents[id] for id in tokenizer.prefix],
        lossy=badges,
        digits=digits_in_words(tokenizer),
        notes=notes,
        probes=tried,
        chat_template=templates,
        longest=_longest(vocabulary),
        unreachable=never,
        sha256=_file_hash(tokenizer.path, ctx),
        fingerprint=fingerprint(tokenizer),
    )


def _kinds(vocabulary: Vocabulary) -> dict[str, int]:
    counts = Counter(token.kind for token in vocabulary)
    return {kind: counts[kind] for kind in Kind}


def _longest(vocabulary: Vocabulary) -> list[str]:
    texts = [token.bytes for token in vocabulary if token.kind is Kind.TEXT]
    return [_shortened(data) for data in sorted(texts, key=lambda data: (-len(data), data))[:_LONGEST]]


def _shortened(data: bytes) -> str:
    text = shown(data)
    return text if len(text) <= _WIDEST else f"{text[:_WIDEST]}… ({len(data):,} bytes)"


def _file_hash(file: Path, ctx: Context) -> str:
    def report(done: int, total: int) -> None:
        ctx.progress(done, total, "hashing the file")

    return content_hash(file, "tokenizer", report)
