"""The job: count what a corpus uses, take out the rest, open what is left again and measure it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, islice

import numpy as np

from core.jobs.context import Context
from core.jobs.registry import job
from core.output import check_output, holds_tokenizer, new_folder
from core.tokenizers.canonical import Kind
from core.tokenizers.corpus import Replaced, Text, documents, find_texts
from core.tokenizers.counting import Counted, count_tokens
from core.tokenizers.editing import write_edited
from core.tokenizers.files import TOKENIZER, find_tokenizer, read_tokenizer_json
from core.tokenizers.job import PRUNE
from core.tokenizers.open import open_tokenizer
from core.tokenizers.passages import passages
from core.tokenizers.prune.checks import check_prunable
from core.tokenizers.prune.keeping import keep
from core.tokenizers.prune.renumbering import MAP, map_file, renumbered_files, take_out
from core.tokenizers.prune.request import PruneTokenizerRequest
from core.tokenizers.prune.result import PrunedText, PruneTokenizerResult
from core.tokenizers.shown import shown
from core.tokenizers.tokenizer import Tokenizer

_SHOWN = 1_000
_PROBED = 200
"""Documents of each text that must come back as well as before."""


@job(PRUNE)
def prune(request: PruneTokenizerRequest, ctx: Context) -> PruneTokenizerResult:
    """Take out the tokens that a corpus does not need.

    Raises:
        UserError: the tokenizer, a text or the output folder will not do, or too few tokens would stay.
    """
    file = find_tokenizer(request.tokenizer, field="tokenizer")
    out = (request.out or ctx.artifact("tokenizer")).absolute()
    check_output(out, replace=request.replace, holds=holds_tokenizer, what="tokenizer")
    old = open_tokenizer(file, field="tokenizer")
    check_prunable(file, old.vocabulary.model)
    texts = find_texts(request.text)
    before = list(count_tokens(old, texts, ctx, "Counting the tokens"))
    counts = np.sum([row.counts for row in before], axis=0)
    data = read_tokenizer_json(file, field="tokenizer", merges=True)
    kept = keep(
        data,
        old.vocabulary,
        counts,
        most=request.keep,
        least=request.min_count,
        characters=request.keep_characters,
        ctx=ctx,
    )
    numbers = take_out(data, kept.ids)
    beside = renumbered_files(file.parent, numbers) if file.name == TOKENIZER else {}
    sources = [file.parent, *(text.path for text in texts)]
    with new_folder(
        out, replace=request.replace, sources=sources, holds=holds_tokenizer, what="tokenizer"
    ) as folder:
        ctx.progress(0, 1, "Writing the tokenizer")
        left_out = write_edited(data, file, folder, instead=beside)
        (folder / MAP).write_bytes(map_file(numbers, old.vocabulary.size))
        new = open_tokenizer(folder)
        _check_tokens(old, new, sorted(kept.ids))
        _check_round_trips(old, new, texts, ctx)
        after = list(count_tokens(new, texts, ctx, "Measuring"))
        ctx.check()
    if left_out:
        ctx.warn(f"{', '.join(left_out)} beside the tokenizer.json stayed behind, with the old vocabulary.")
    gone = [token for token in old.vocabulary if token.id not in kept.ids]
    return PruneTokenizerResult(
        out=str(out),
        map=str(out / MAP),
        old_size=old.vocabulary.count,
        new_size=new.vocabulary.count,
        unused=sum(token.kind is Kind.TEXT and not counts[token.id] for token in old.vocabulary),
        kept_for_merges=len(kept.for_merges),
        texts=[_row(one, other) for one, other in zip(before, after, strict=True)],
        removed=[shown(token.bytes) for token in gone[:_SHOWN]],
    )


def _row(before: Counted, after: Counted) -> PrunedText:
    return PrunedText(
        text=before.text.name, bytes=before.bytes, tokens_before=before.tokens, tokens_after=after.tokens
    )


def _check_tokens(old: Tokenizer, new: Tokenizer, old_ids: Sequence[int]) -> None:
    """Every new id has the token of the old id that the map gives it: compared one by one."""
    for id, was in zip(new.vocabulary.entries, map(old.vocabulary.entries.__getitem__, old_ids), strict=True):
        if id is None or was is None or id[1:5] != was[1:5]:
            raise RuntimeError(f"{new.path} does not hold {was!r} where the map says so, but {id!r}")


def _check_round_trips(old: Tokenizer, new: Tokenizer, texts: Sequence[Text], ctx: Context) -> None:
    for text in texts:
        probed = islice(documents(text, replaced=Replaced()), _PROBED)
        for document in chain.from_iterable(map(passages, probed)):
            ctx.check()
            comes_back = new.decode(new.encode(document).ids) == document
            if not comes_back and old.decode(old.encode(document).ids) == document:
                raise RuntimeError(f"{new.path} would no longer give back {text.path}")
