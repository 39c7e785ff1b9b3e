"""The job that tells why a document has its score."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.collections.read import open_collection
from core.encoders.encoder import TRUNCATED, Encoder, Floats, Role, TokenStates
from core.encoders.opened import open_encoder
from core.errors import UserError
from core.jobs.context import Context
from core.jobs.registry import job
from core.retrieval.search.maxsim import maxsim, token_vectors
from core.retrieval.why.evidence import Pair, additive_shares, left_out
from core.retrieval.why.gradients import integrated
from core.retrieval.why.job import WHY
from core.retrieval.why.request import WhyRequest
from core.retrieval.why.result import Match, Side, Token, WhyResult, Word

_ERROR = 0.05
"""Of the completeness of gradients, above which a note warns."""
_MOST_ALIGNED = (128, 1024)
"""Tokens of the query and the document that are aligned."""


@job(WHY)
def why(request: WhyRequest, ctx: Context) -> WhyResult:
    """Split the score of a document for a query: by the pooling, by leaving words out, by gradients, and by
    matching tokens.

    Raises:
        UserError: the collection or the encoder will not do, or there is no such query or document.
    """
    ctx.progress(0, 1, "Opening the collection")
    collection = open_collection(request.collection, ctx, split=request.split)
    query = collection.queries.text(_place(collection.queries.ids, request.query, "query"))
    document = collection.documents.text(_place(collection.documents.ids, request.document, "document"))
    encoder = open_encoder(request.encoder, ctx, field="encoder").fitted(collection.documents, ctx)
    pair = Pair(encoder.similarity)
    notes: list[str] = []
    asked = _Text(request.query, query, "query", encoder, ctx)
    found = _Text(request.document, document, "document", encoder, ctx)
    for each in (asked, found):
        if not each.vector.any():
            raise UserError(
                f"{encoder.name} has no vector for the {each.role} {each.id!r}: it knows none of its words.",
                field=each.role,
            )
    result = WhyResult(
        model=encoder.name,
        similarity=encoder.similarity,
        score=float(pair.score(found.vector[None], asked.vector)[0]),
        query=_side(asked, found, pair, request, ctx, notes),
        document=_side(found, asked, pair, request, ctx, notes),
    )
    aligned = _aligned(asked.states, found.states)
    return result.model_copy(update={**aligned, "notes": list(dict.fromkeys(notes))})


def _place(ids: Sequence[str], id: str, field: str) -> int:
    for place, other in enumerate(ids):
        if other == id:
            return place
    near = difflib.get_close_matches(id, ids, 1) if len(ids) < 100_000 else []
    hint = f"Did you mean {near[0]!r}?" if near else f"The first is {ids[0]!r}." if len(ids) else ""
    raise UserError(f"There is no {field} {id!r} in the collection. {hint}".strip(), field=field)


@dataclass(init=False, eq=False)
class _Text:
    """A text, its vector, and the states of its tokens, where the encoder has such."""

    id: str
    text: str
    role: Role
    encoder: Encoder
    vector: Floats
    cut: bool
    """Whether it is longer than the encoder reads."""
    states: TokenStates | None
    none: str = ""
    """Why there are no states."""

    def __init__(self, id: str, text: str, role: Role, encoder: Encoder, ctx: Context) -> None:
        self.id, self.text, self.role, self.encoder = id, text, role, encoder
        part = next(iter(encoder.parts([text], ctx, role=role)))
        encoder.tell_failed(part.status, ctx)
        self.vector = part.vectors[0]
        self.cut = bool(part.status[0] == TRUNCATED)
        try:
            self.states = encoder.token_states([text], ctx, role=role)[0]
        except UserError as error:
            self.states, self.none = None, error.message

    def tokens(self) -> list[Token]:
        """Without figures yet."""
        if self.states is None:
            return []
        tokenizer = getattr(self.encoder, "tokenizer", None)
        found = []
        for id, (start, end), special in zip(
            self.states.ids.tolist(), self.states.offsets.tolist(), self.states.special.tolist(), strict=True
        ):
            text = self.text[start:end]
            if start == end and tokenizer is not None:
                text = tokenizer.id_to_token(id) or ""
            found.append(Token(text=text, start=start, end=end, special=special or start == end))
        return found


def _side(one: _Text, other: _Text, pair: Pair, request: WhyRequest, ctx: Context, notes: list[str]) -> Side:
    """The evidence in one text of its score with the other."""
    falls, beyond = left_out(
        one.encoder,
        one.text,
        one.role,
        lambda vectors: pair.score(vectors, other.vector),
        request.most_words,
        ctx,
        f"Leaving out words of the {one.role}",
    )
    tokens, shares, gradients, completeness = one.tokens(), None, None, None
    if one.cut:
        notes.append(f"{one.encoder.name} reads only the beginning of the {one.role}: it is too long.")
    if one.states is None:
        notes.append(one.none)
    else:
        if pair.similarity != "euclidean":
            shares = additive_shares(one.states, one.vector, other.vector)
        if shares is None:
            notes.append(f"{one.encoder.name} has no shares of tokens: its score is no sum over them.")
        if request.gradients:
            taken = integrated(one.encoder, one.states, one.vector, other.vector, request.steps, ctx)
            if isinstance(taken, str):
                notes.append(f"{one.encoder.name} has no gradients: {taken}.")
            else:
                gradients, completeness = taken.shares, taken.completeness
                if completeness > _ERROR:
                    notes.append(
                        f"The gradients of the {one.role} miss {completeness:.0%} of what they should sum "
                        "to; take more steps."
                    )
    return Side(
        id=one.id,
        text=one.text,
        tokens=[
            token.model_copy(
                update={
                    "share": None if shares is None else float(shares[place]),
                    "gradient": None if gradients is None else float(gradients[place]),
                }
            )
            for place, token in enumerate(tokens)
        ],
        words=[Word(text=one.text[start:end], start=start, end=end, fall=fall) for start, end, fall in falls],
        cut_from=max((token.end for token in tokens), default=0) if one.cut else None,
        words_left=beyond,
        additive=shares is not None,
        completeness=completeness,
    )


def _aligned(query: TokenStates | None, document: TokenStates | None) -> dict[str, object]:
    """Fields of the result: the tokens' cosines, and the best of the document for each of the query."""
    if query is None or document is None:
        return {}
    asked, rows = token_vectors(query)
    found, columns = token_vectors(document)
    rows, columns = rows[: _MOST_ALIGNED[0]], columns[: _MOST_ALIGNED[1]]
    asked, found = asked[: len(rows)], found[: len(columns)]
    if not len(rows) or not len(columns):
        return {}
    best = maxsim(asked, found)
    return {
        "query_tokens": rows.tolist(),
        "document_tokens": columns.tolist(),
        "alignment": np.round((asked @ found.T).astype(np.float64), 3).tolist(),
        "matches": [
            Match(query=row, document=int(columns[place]), similarity=float(value))
            for row, place, value in zip(rows.tolist(), best.match.tolist(), best.best.tolist(), strict=True)
        ],
        "max_sim": best.total,
    }
