"""The job: read, train, write, try, measure."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from core.jobs.context import Context
from core.jobs.registry import job
from core.output import check_output, holds_tokenizer, new_folder
from core.tokenizers.job import TRAIN
from core.tokenizers.open import open_tokenizer
from core.tokenizers.tokenizer import Tokenizer
from core.tokenizers.train.algorithms import Algorithm
from core.tokenizers.train.algorithms.bpe import Bpe
from core.tokenizers.train.checks import check_trained
from core.tokenizers.train.folder import write_files
from core.tokenizers.train.held_out import longest_tokens, measure
from core.tokenizers.train.request import TrainTokenizerRequest
from core.tokenizers.train.result import HeldOut, TrainTokenizerResult
from core.tokenizers.train.texts import Portion, read_portions

BYTES_A_TOKEN = 100
"""On the disk, in a tokenizer.json with merges, and some more."""


@job(TRAIN)
def train(request: TrainTokenizerRequest, ctx: Context) -> TrainTokenizerResult:
    """Train a tokenizer; its folder appears once it has been opened again, tried and measured.

    Raises:
        UserError: a text or the output folder will not do, or the text yields too few tokens.
    """
    out = (request.out or ctx.artifact("tokenizer")).absolute()
    replace = request.replace or request.out is None
    needed = BYTES_A_TOKEN * request.vocab_size
    check_output(
        out,
        replace=replace,
        needed=needed,
        sources=request.text,
        holds=holds_tokenizer,
        what="tokenizer",
    )
    algorithm = request.algorithm
    algorithm.check(request.vocab_size, request.special_tokens)
    training, held_out = read_portions(request.text, request.held_out_share, ctx)
    with new_folder(
        out,
        replace=replace,
        needed=needed,
        sources=request.text,
        holds=holds_tokenizer,
        what="tokenizer",
    ) as folder:
        tokenizer, seconds = _trained(algorithm, request, training, folder, ctx)
        rows: list[HeldOut] = []
        if held_out.bytes:
            rows.append(measure(tokenizer, algorithm.title, held_out, seconds, ctx))
            ctx.emit({"held_out": rows})
            if request.beside_bpe and not isinstance(algorithm, Bpe):
                rows.append(_plain_bpe(request, training, held_out, ctx))
                ctx.emit({"held_out": rows})
        result = TrainTokenizerResult(
            out=str(out),
            algorithm=algorithm.name,
            algorithm_title=algorithm.title,
            settings=algorithm.model_dump(mode="json", exclude={"name"}),
            vocab_size=tokenizer.vocabulary.count,
            text_bytes=training.bytes,
            held_out_bytes=held_out.bytes,
            held_out=rows,
            longest=longest_tokens(tokenizer),
        )
        ctx.check()
    return result


def _plain_bpe(request: TrainTokenizerRequest, training: Portion, held_out: Portion, ctx: Context) -> HeldOut:
    """Byte-level BPE of the same size on the same text, measured; it is not kept."""
    folder = ctx.checkpoint() / "plain-bpe"
    folder.mkdir(exist_ok=True)
    tokenizer, seconds = _trained(Bpe(), request, training, folder, ctx)
    return measure(tokenizer, Bpe.title, held_out, seconds, ctx)


def _trained(
    algorithm: Algorithm,
    request: TrainTokenizerRequest,
    texts: Portion,
    folder: Path,
    ctx: Context,
) -> tuple[Tokenizer, float]:
    """The tokenizer, written to the folder, opened from there and tried; and how long the training took."""
    more: Sequence[str] = request.special_tokens
    began = time.monotonic()
    trained = algorithm.train(texts, request.vocab_size, more, ctx)
    seconds = time.monotonic() - began
    write_files(trained, algorithm.roles, folder)
    opened = open_tokenizer(folder)
    check_trained(opened, request.vocab_size, lossless=algorithm.lossless)
    return opened, seconds
