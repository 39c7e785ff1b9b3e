"""The job: read the domain, choose tokens, write the tokenizer, open it again and measure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from core.errors import UserError
from core.jobs.context import Context
from core.jobs.registry import job
from core.output import check_output, holds_tokenizer, new_folder
from core.tokenizers.canonical import Family, Kind
from core.tokenizers.corpus import find_texts
from core.tokenizers.editing import fill_up, keep_numbers, with_added_tokens, write_edited
from core.tokenizers.extend.checks import check_how
from core.tokenizers.extend.choosing import (
    Addition,
    Additions,
    Reading,
    as_added_tokens,
    as_pieces,
    learnt,
    reached_by_merges,
)
from core.tokenizers.extend.measuring import Reader, measured
from core.tokenizers.extend.request import ExtendTokenizerRequest
from core.tokenizers.extend.result import ExtendTokenizerResult, NewToken, TermFigures
from core.tokenizers.extend.terms import read_terms
from core.tokenizers.extend.words import Cutter
from core.tokenizers.files import TOKENIZER, find_tokenizer, read_tokenizer_json
from core.tokenizers.job import EXTEND
from core.tokenizers.merges import Merges, as_written
from core.tokenizers.open import open_tokenizer
from core.tokenizers.passages import passages
from core.tokenizers.tokenizer import Tokenizer
from core.tokenizers.vocabulary import Vocabulary

_SHOWN_TERMS = 3
_LONGEST = 50_000
"""Characters that are cut into words at once."""


@job(EXTEND)
def extend(request: ExtendTokenizerRequest, ctx: Context) -> ExtendTokenizerResult:
    """Add a domain's tokens to a tokenizer.

    Raises:
        UserError: the tokenizer, a text or the output folder will not do, or there is nothing to add.
    """
    file = find_tokenizer(request.tokenizer, field="tokenizer")
    out = (request.out or ctx.artifact("tokenizer")).absolute()
    check_output(out, replace=request.replace, holds=holds_tokenizer, what="tokenizer")
    old = open_tokenizer(file, field="tokenizer")
    check_how(request, old.vocabulary.model)
    terms = read_terms(request.terms) if request.terms else []
    domain = find_texts(request.text)
    general = find_texts(request.general, field="general") if request.general else []
    reader = Reader(domain, general, request.held_out_share, ctx)
    cutter = Cutter(file, old.vocabulary)
    reading = Reading(cutter, terms)
    for document in reader.learnt("Reading the domain text"):
        for passage in passages(document, _LONGEST):
            ctx.check()
            reading.add(passage)
    ctx.progress(0, 1, "Reading the merges")
    data = read_tokenizer_json(file, field="tokenizer", merges=True)
    merges = Merges(data["model"])
    additions = _chosen(request, reading, cutter, old.vocabulary, merges, ctx)
    if not additions.tokens:
        raise UserError(_nothing(request), field="terms" if request.terms else "text")
    _add(data, additions, old.vocabulary, added=request.how == "added")
    beside = {}
    if request.how == "added" and file.name == TOKENIZER:
        beside = with_added_tokens(file.parent, data["added_tokens"][-len(additions.tokens) :])
    sources = [file.parent, *(text.path for text in (*domain, *general))]
    with new_folder(
        out, replace=request.replace, sources=sources, holds=holds_tokenizer, what="tokenizer"
    ) as folder:
        ctx.progress(0, 1, "Writing the tokenizer")
        left_out = write_edited(data, file, folder, instead=beside)
        new = open_tokenizer(folder)
        _check_old_ids(old.vocabulary, new.vocabulary, [token.content for token in additions.tokens])
        _check_names(old, new)
        texts, used, met = measured(reader, old, new)
        merges = Merges(data["model"])
        added = _rows(additions, old.vocabulary.size, new, merges, used, met)
        result = ExtendTokenizerResult(
            out=str(out),
            old_size=old.vocabulary.size,
            new_size=new.vocabulary.size,
            added=added,
            texts=texts,
            terms=_term_figures(terms, reading, cutter, old, new, ctx),
            unreachable=sum(not token.reachable for token in added),
        )
        ctx.check()
    if left_out:
        ctx.warn(f"{', '.join(left_out)} beside the tokenizer.json stayed behind: without the new tokens.")
    return result


def _chosen(
    request: ExtendTokenizerRequest,
    reading: Reading,
    cutter: Cutter,
    vocabulary: Vocabulary,
    merges: Merges,
    ctx: Context,
) -> Additions:
    if request.how == "merges" and not request.terms:
        return learnt(reading, cutter, vocabulary, merges, request.add, request.min_count, ctx)
    ask = reading.candidates if request.terms else reading.all_words
    candidates = ask(request.min_count, ctx)
    if request.how == "added":
        return as_added_tokens(candidates, cutter, vocabulary, request.add)
    cut = dict.fromkeys(
        "".join(map(cutter.text, candidate.words)).strip()
        for candidate in candidates
        if len(candidate.words) > 1
    )
    if cut:
        some = ", ".join(list(cut)[:_SHOWN_TERMS])
        ctx.warn(
            f"{len(cut):,} terms ({some}…) stay as they are: the tokenizer cuts them before it looks up "
            "tokens, so that no merge can make one of them. Added tokens could."
        )
    if vocabulary.model == "Unigram":
        return as_pieces(candidates, vocabulary, request.add)
    return reached_by_merges(candidates, cutter, vocabulary, merges, request.add, ctx)


def _nothing(request: ExtendTokenizerRequest) -> str:
    if request.terms:
        return (
            f"No term of the glossary occurs {request.min_count:,} times in the text and takes more than one "
            "token now: there is nothing to add."
        )
    return (
        f"Nothing in the text that occurs {request.min_count:,} times takes more than one token now: there "
        "is nothing to add."
    )


def _add(data: dict[str, Any], additions: Additions, vocabulary: Vocabulary, *, added: bool) -> None:
    """Put the new tokens into a tokenizer.json, with numbers from the old size on."""
    model, first = data["model"], vocabulary.size
    if added:
        words = vocabulary.family is Family.WORDPIECE
        data["added_tokens"] = [
            *(data.get("added_tokens") or []),
            *(
                {
                    "id": first + number,
                    "content": token.content,
                    "single_word": words,
                    "lstrip": False,
                    "rstrip": False,
                    "normalized": words,
                    "special": False,
                }
                for number, token in enumerate(additions.tokens)
            ),
        ]
    elif isinstance(model["vocab"], list):
        listed = {entry["id"]: entry["content"] for entry in data.get("added_tokens") or []}
        fill_up(model["vocab"], listed, first)
        model["vocab"] += [[token.content, token.score] for token in additions.tokens]
    else:
        model["vocab"] |= {token.content: first + i for i, token in enumerate(additions.tokens)}
        model["merges"] = [*model["merges"], *as_written(additions.merges, model)]
    keep_numbers(data)


def _check_old_ids(old: Vocabulary, new: Vocabulary, added: Sequence[str]) -> None:
    """Every old id has the token that it had, and every new one follows: compared one by one."""
    for id, (before, after) in enumerate(zip(old.entries, new.entries, strict=False)):
        if before is not None and (after is None or before[:5] != after[:5]):
            raise UserError(
                f"{old.path} cannot be extended in this way: token {id:,}, {before.content!r}, would not "
                "stay what it is. Try added tokens, not tokens of the model.",
                field="how",
            )
    behind = [token.content if token is not None else None for token in new.entries[old.size :]]
    if behind != list(added):
        raise RuntimeError(f"{new.path} does not number the new tokens from {old.size:,} on")


def _check_names(old: Tokenizer, new: Tokenizer) -> None:
    """The name of a special token in a text is text, as it was."""
    names = [token.content for token in old.vocabulary if token.kind is not Kind.TEXT]
    for name, before, after in zip(names, old.ids(names), new.ids(names), strict=True):
        if before != after and old.decode(before) != new.decode(after):
            raise UserError(
                f"{old.path} cannot be extended in this way: {name!r} in a text would become that special "
                "token. Try added tokens, not tokens of the model.",
                field="how",
            )


def _rows(
    additions: Additions,
    first: int,
    tokenizer: Tokenizer,
    merges: Merges,
    used: Counter[int],
    met: set[int],
) -> list[NewToken]:
    rows = []
    for id, addition in enumerate(additions.tokens, first):
        token = tokenizer.vocabulary.entries[id]
        data = token.bytes if token is not None else b""
        rows.append(
            NewToken(
                id=id,
                token=data.decode(errors="replace"),
                count=used[id],
                before=addition.parts,
                saved=used[id] * (addition.parts - 1),
                reachable=id in met or tokenizer.pieces(data) == [id] or _within_a_word(addition, merges),
                step=addition.step,
            )
        )
    return sorted(rows, key=lambda row: (-row.saved, row.id))


def _within_a_word(addition: Addition, merges: Merges) -> bool:
    """Whether merges lead to it in the midst of a word, where no text of its own can show it."""
    if not merges.marks_words:
        return False
    row, _ = merges.merge(merges.letters(addition.content))
    return row == [addition.content]


def _term_figures(
    terms: Sequence[str], reading: Reading, cutter: Cutter, old: Tokenizer, new: Tokenizer, ctx: Context
) -> TermFigures | None:
    """Each term as the text mostly has it, or as the glossary does where the text has it not."""
    if not terms:
        return None
    in_text = before = after = single_before = single_after = 0
    for number, term in enumerate(terms):
        ctx.progress(number, len(terms), "Measuring the terms")
        forms = reading.forms.get(reading.key_of(term))
        if forms:
            in_text += 1
            words, _ = min(forms.items(), key=lambda form: (-form[1], form[0]))
            term = "".join(map(cutter.text, words)).strip()
        data = f" {term}".encode()
        tokens_before, tokens_after = len(old.pieces(data)), len(new.pieces(data))
        before += tokens_before
        after += tokens_after
        single_before += tokens_before == 1
        single_after += tokens_after == 1
    return TermFigures(
        terms=len(terms),
        in_text=in_text,
        tokens_before=before / len(terms),
        tokens_after=after / len(terms),
        single_before=single_before / len(terms),
        single_after=single_after / len(terms),
    )
