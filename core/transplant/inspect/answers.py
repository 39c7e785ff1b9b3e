"""Questions about the tokens of a transplanted model, answered: a list, and one token in full."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.tokenizers.canonical import Token
from core.tokenizers.vocabulary import Vocabulary
from core.transplant.inspect.opened import Opened, opened, spelt
from core.transplant.inspect.request import AskToken, AskTokens
from core.transplant.inspect.result import (
    BuiltFrom,
    Lengths,
    ListedToken,
    ListedTokens,
    LookedUp,
    Neighbour,
)
from core.transplant.inspect.table import Floats, Table
from core.transplant.matching import COPIED, Source

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def list_tokens(question: AskTokens) -> ListedTokens:
    """Those asked for, in the order asked for; whatever has no figure to go by comes last.

    Raises:
        UserError: the folder holds no transplant, or a text cannot be read.
    """
    found = opened(question.place)
    ids = _answering(found, question)
    residuals, occurrences = found.residuals(), found.occurrences
    ids = ids[_order(found, question, ids, residuals, occurrences)]
    page = ids[question.start : question.start + question.count]
    return ListedTokens(
        tokens=tuple(_listed(found, int(id), residuals, occurrences) for id in page),
        found=len(ids),
        counts=found.counts,
        has_residuals=residuals is not None,
        has_occurrences=occurrences is not None,
        matrices=found.matrices,
        method=found.method,
        base_known=found.base_texts is not None,
    )


def look_up(question: AskToken) -> LookedUp:
    """One token: where its row comes from, and what lies near it.

    Raises:
        UserError: the folder holds no transplant, or the tokenizer no such token.
    """
    found = opened(question.place)
    if question.id >= len(found.sources):
        raise UserError(f"There is no token {question.id:,}: the highest is {len(found.sources) - 1:,}.")
    token = _listed(found, question.id, found.residuals(question.matrix), found.occurrences)
    entry = found.vocabulary.entries[question.id]
    table = found.table(question.matrix)
    row = table.row(question.id) if question.id < table.rows else None
    named = found.base_texts
    notes: list[str] = []
    near_new: list[Neighbour] = []
    if row is not None:
        allowed = found.sources != Source.PADDING
        allowed[question.id] = False
        near_new = [
            Neighbour(id, found.texts[id], cosine, str(found.sources[id]))
            for id, cosine in table.nearest(row, question.neighbours, allowed)
        ]
    atoms = found.atoms(question.id, question.matrix)
    return LookedUp(
        token=token,
        kind=entry.kind.value if entry is not None else "",
        bytes=entry.bytes if entry is not None else b"",
        base_text=_named(named, token.base_id),
        length=float(table.lengths[question.id]) if row is not None else None,
        lengths=_lengths(table, found.sources),
        atoms=tuple(BuiltFrom(id, _named(named, id), weight) for id, weight in atoms),
        in_new=tuple(near_new),
        in_donor=_in_donor(found, question, notes),
        in_base=_in_base(found, question, row, token.base_id, notes),
        notes=tuple(notes),
    )


# A list


def _answering(found: Opened, question: AskTokens) -> NDArray[np.int64]:
    ids: NDArray[np.int64] = np.arange(len(found.sources), dtype=np.int64)
    if question.sources:
        ids = ids[np.isin(found.sources, question.sources)]
    query = question.query.strip("\n")
    if query.startswith("#") and query[1:].strip().isdigit():
        kept = [id for id in ids.tolist() if id == int(query[1:])]
    else:
        wanted = query.casefold()
        kept = [id for id in ids.tolist() if wanted in found.texts[id].casefold()] if wanted else ids.tolist()
    return np.array(kept, dtype=np.int64)


def _order(
    found: Opened,
    question: AskTokens,
    ids: NDArray[np.int64],
    residuals: NDArray[np.float32] | None,
    occurrences: NDArray[np.int64] | None,
) -> NDArray[np.int64]:
    """Places in `ids`, sorted; of equals the lower id comes first."""
    sign = -1.0 if question.descending else 1.0
    if question.order == "residual" and residuals is not None:
        return np.lexsort((ids, sign * residuals[ids]))  # NaN last either way
    if question.order == "occurs" and occurrences is not None:
        return np.lexsort((ids, sign * occurrences[ids]))
    if question.order == "text":
        order = sorted(range(len(ids)), key=lambda at: found.texts[ids[at]], reverse=question.descending)
        return np.array(order, dtype=np.int64)
    in_order: NDArray[np.int64] = np.arange(len(ids), dtype=np.int64)
    return in_order[::-1] if question.descending else in_order


def _listed(
    found: Opened, id: int, residuals: NDArray[np.float32] | None, occurrences: NDArray[np.int64] | None
) -> ListedToken:
    base = int(found.copied[id])
    residual = None if residuals is None or np.isnan(residuals[id]) else float(residuals[id])
    return ListedToken(
        id=id,
        text=found.texts[id],
        source=str(found.sources[id]),
        base_id=base if base >= 0 else None,
        residual=residual,
        occurs=None if occurrences is None else int(occurrences[id]),
    )


# One token


def _in_donor(found: Opened, question: AskToken, notes: list[str]) -> tuple[Neighbour, ...]:
    """Near the donor's own row of the token."""
    token = found.vocabulary.entries[question.id]
    if found.place.donor is None or token is None:
        return ()
    try:
        table, vocabulary = found.other(found.place.donor, "donor", question.matrix)
        own = _same_token(token, vocabulary)
        if own is None or own >= table.rows:
            return ()
        allowed = np.array([entry is not None for entry in vocabulary.entries], dtype=bool)
        allowed[own] = False
        near = table.nearest(table.row(own), question.neighbours, allowed)
        texts = [spelt(entry) for id, _ in near if (entry := vocabulary.entries[id]) is not None]
    except UserError as error:
        notes.append(error.message)
        return ()
    return tuple(Neighbour(id, text, cosine) for (id, cosine), text in zip(near, texts, strict=True))


def _same_token(token: Token, vocabulary: Vocabulary) -> int | None:
    """Its id in another vocabulary: mostly the same, since donors have the target's tokenizer."""

    def same(other: Token | None) -> bool:
        return other is not None and other[2:5] == token[2:5]

    if token.id < vocabulary.size and same(vocabulary.entries[token.id]):
        return token.id
    return next((other.id for other in vocabulary if same(other)), None)


def _in_base(
    found: Opened, question: AskToken, row: Floats | None, copied: int | None, notes: list[str]
) -> tuple[Neighbour, ...]:
    """Near the row among the base's, in whose space it lies; the token it was copied from is left out."""
    if found.place.base is None or row is None:
        return ()
    try:
        table, vocabulary = found.other(found.place.base, "base", question.matrix)
    except UserError as error:
        notes.append(error.message)
        return ()
    if table.width != len(row):
        notes.append(f"{found.place.base} is not the base of this model: its rows are of another width.")
        return ()
    allowed = np.array([token is not None for token in vocabulary.entries], dtype=bool)
    if copied is not None and copied < len(allowed):
        allowed[copied] = False
    near = table.nearest(row, question.neighbours, allowed)
    texts = [spelt(entry) for id, _ in near if (entry := vocabulary.entries[id]) is not None]
    return tuple(Neighbour(id, text, cosine) for (id, cosine), text in zip(near, texts, strict=True))


def _lengths(table: Table, sources: NDArray[np.str_]) -> Lengths:
    lengths = table.lengths[: len(sources)]
    sources = sources[: len(lengths)]

    def quantiles(wanted: NDArray[np.bool_]) -> tuple[float, ...] | None:
        return tuple(map(float, np.quantile(lengths[wanted], _QUANTILES))) if wanted.any() else None

    copied = np.isin(sources, [source.value for source in COPIED])
    return Lengths(copied=quantiles(copied), made=quantiles(sources == Source.METHOD))


def _named(texts: list[str] | None, id: int | None) -> str | None:
    return texts[id] if texts is not None and id is not None and id < len(texts) else None
