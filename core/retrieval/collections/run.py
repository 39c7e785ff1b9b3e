"""The making of a collection: documents, queries, judgements, and what was left out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from core.collections.collection import Collection
from core.collections.line_texts import LineTexts, read_texts
from core.collections.read import MADE, open_collection
from core.collections.source import Source
from core.collections.tally import Tally
from core.collections.trec import read_qrels
from core.collections.write import write_judgements, write_meta, write_texts
from core.errors import UserError
from core.jobs.context import Context
from core.jobs.registry import job
from core.output import new_folder
from core.retrieval.collections.builders import Made
from core.retrieval.collections.corpus_file import write_corpus
from core.retrieval.collections.cut import cutter, token_spans
from core.retrieval.collections.documents import (
    Examples,
    Incoming,
    in_passages,
    of_collection,
    of_folder,
    of_table,
)
from core.retrieval.collections.head import FORMATS, LOOKED_AT, kind_of, listed, opened, roles_of
from core.retrieval.collections.job import COLLECTION
from core.retrieval.collections.queries import read_queries
from core.retrieval.collections.request import CollectionRequest
from core.retrieval.collections.result import CollectionResult, Example
from core.retrieval.result_parts import Skipped

_EXAMPLES = 5
_BEGINNING = 400
"""Characters of a document that an example shows."""


def is_collection(folder: Path) -> bool:
    return (folder / "corpus.jsonl").is_file()


@job(COLLECTION)
def collect(request: CollectionRequest, ctx: Context) -> CollectionResult:
    """Write a collection in BEIR's layout.

    Raises:
        UserError: the source will not do: which file, which line, and the mend; or the output folder.
    """
    out = request.out if request.out is not None else ctx.artifact(MADE)
    sources = [path for path in (request.source, request.queries, request.judgements) if path is not None]
    with new_folder(
        out, replace=request.replace, sources=sources, holds=is_collection, what="collection"
    ) as folder:
        making = _Making(request, ctx, folder)
        made = making.make()
        collection = open_collection(folder, ctx, field="source")
        _check_judged(request, collection)
        return CollectionResult(
            out=str(out),
            name=request.source.name if out.name == MADE else out.name,
            format=making.format,
            columns=making.columns,
            documents=len(collection.documents),
            queries=len(collection.queries),
            judgements=sum(map(len, collection.judgements.values())),
            made=made,
            skipped=_once(making.tally, collection),
            examples=_examples(collection),
        )


def _check_judged(request: CollectionRequest, collection: Collection) -> None:
    """
    Raises:
        UserError: no document is there that is judged: the ids are others.
    """
    judged = {id for grades in collection.judgements.values() for id in grades}
    if not judged or any(id in collection.places for id in judged):
        return
    where = request.judgements or request.source
    if request.passage is not None:
        raise UserError(
            f"{where} judges whole documents, by which passages cannot be measured: leave the documents "
            "whole, or leave the judgements out and have queries made.",
            field="passage",
        )
    raise UserError(
        f"{where} judges none of the documents: its ids, such as {min(judged)!r}, are others than those of "
        f"the documents, such as {collection.documents.ids[0]!r}. Choose another column for the ids.",
        field="id_column",
    )


class _Making:
    """`format` and `columns` say of what the collection was made, once it is."""

    def __init__(self, request: CollectionRequest, ctx: Context, folder: Path) -> None:
        self._request, self._ctx, self._folder = request, ctx, folder
        self.tally = Tally()
        self.format = ""
        self.columns: dict[str, str] = {}
        self._queries: dict[str, str] = {}
        self._judgements: dict[str, dict[str, int]] = {}

    def make(self) -> dict[str, int]:
        """Write all files; returns how many queries each builder made."""
        request = self._request
        corpus = self._folder / "corpus.jsonl"
        count = write_corpus(corpus, self._documents(), self.tally, twice=request.twice, field="id_column")
        if not count:
            raise UserError(f"{request.source} holds no documents.", field="source")
        if request.queries is not None:
            self._add_queries(
                read_queries(request.queries, self._ctx, self.tally, part=request.topic), "queries"
            )
        self._add_queries(
            {f"typed-{n}": text for n, text in enumerate(request.typed, 1) if text.strip()}, "typed"
        )
        made = self._build(corpus)
        if request.judgements is not None:
            self._read_judgements(request.judgements)
        self._write_queries()
        write_meta(self._folder, self._meta(made))
        return made

    # Documents

    def _documents(self) -> Iterator[Incoming]:
        request = self._request
        found = self._sourced()
        if request.limit is not None:
            found = islice(found, request.limit)
        if request.passage is None:
            return found
        units = (
            {} if request.tokenizer is None else {"units": token_spans(request.tokenizer, field="tokenizer")}
        )
        return in_passages(found, cutter(request.passage, request.overlap, **units))

    def _sourced(self) -> Iterator[Incoming]:
        source = self._request.source.expanduser()
        kind = kind_of(source)
        if kind == "folder":
            self.format = FORMATS[kind]
            return of_folder(source, self.tally, self._ctx, field="source")
        if kind == "collection":
            self.format = FORMATS[kind]
            return self._of_collection(source)
        rows = opened(self._request, self._ctx, self.tally)
        roles = roles_of(self._request, rows.columns(), rows.first(LOOKED_AT))
        self.format = rows.format
        self.columns = {role: ", ".join(columns) for role, columns in listed(roles).items()}
        if not roles.examples:
            return of_table(rows, roles, self.tally)
        examples = Examples(self._queries, self._judgements)
        return examples.documents(rows, roles, self.tally, field="source")

    def _of_collection(self, folder: Path) -> Iterator[Incoming]:
        """Its documents; and its own queries, unless others are asked for."""
        request = self._request
        collection = open_collection(folder, self._ctx, field="source")
        for found in collection.skipped:
            self.tally.add(found)
        if not request.make and request.queries is None:
            ids = list(collection.queries.ids)
            texts = collection.queries.texts(0, len(ids))
            self._add_queries(dict(zip(ids, texts, strict=True)), "source")
            if request.judgements is None:
                self._judgements.update(
                    {query: dict(found) for query, found in collection.judgements.items()}
                )
        assert isinstance(collection.documents, LineTexts)
        return of_collection(collection.documents)

    # Queries and judgements

    def _add_queries(self, queries: dict[str, str], field: str) -> None:
        for id, text in queries.items():
            if self._queries.setdefault(id, text) != text:
                raise UserError(
                    f"The query id {id!r} is there twice, with another text. Give each its own.", field=field
                )

    def _build(self, corpus: Path) -> dict[str, int]:
        """Have queries made, and the documents changed by a builder that takes its queries out of them."""
        request = self._request
        if not request.make:
            return {}
        documents = read_texts(
            Source(corpus, self._ctx, field="source"), Tally(), "documents", field="source"
        )
        counts = {}
        for builder in request.builders:
            made = builder.build(documents, request.count, self._ctx.seed, self._ctx)
            if not made.queries:
                raise UserError(
                    f"No queries could be made by {builder.title!r}: no document is long enough, or has what "
                    "it takes.",
                    field="make",
                )
            if len(made.queries) < request.count:
                self._ctx.warn(
                    f"{builder.title}: {len(made.queries):,} queries instead of {request.count:,}, as the "
                    "documents give no more."
                )
            self._take(made)
            counts[builder.line] = len(made.queries)
            if builder.alters:
                self._alter(corpus, documents, builder.altered)
        return counts

    def _take(self, made: Made) -> None:
        self._add_queries(made.queries, "make")
        self._judgements.update(made.judgements)

    def _alter(self, corpus: Path, documents: LineTexts, altered: Any) -> None:
        part = corpus.with_suffix(".part")
        write_texts(
            part, ((found.id, *altered(found.title, found.text)) for found in of_collection(documents))
        )
        part.replace(corpus)

    def _read_judgements(self, path: Path) -> None:
        found = read_qrels(path, "judgements", ctx=self._ctx, tally=self.tally)
        if not self._queries:
            raise UserError(
                f"There are judgements, but no queries: give the queries that {path} judges.", field="queries"
            )
        if not found.keys() & self._queries.keys():
            raise UserError(
                f"{path} judges none of the queries: its ids, such as {next(iter(found))!r}, are others than "
                f"those of the queries, such as {next(iter(self._queries))!r}.",
                field="judgements",
            )
        for query, grades in found.items():
            self._judgements.setdefault(query, {}).update(grades)

    def _write_queries(self) -> None:
        if self._queries:
            write_texts(
                self._folder / "queries.jsonl", ((id, "", text) for id, text in self._queries.items())
            )
        if self._judgements:
            try:
                write_judgements(self._folder / "qrels" / "test.tsv", self._judgements)
            except ValueError as error:
                raise UserError(f"{error}. Choose another column for the ids.", field="id_column") from None

    def _meta(self, made: dict[str, int]) -> dict[str, Any]:
        request = self._request
        return {
            "name": request.source.name,
            "source": str(request.source),
            "format": self.format,
            "columns": self.columns,
            "queries": str(request.queries) if request.queries else None,
            "judgements": str(request.judgements) if request.judgements else None,
            "made": made,
            "seed": self._ctx.seed,
            "passage": request.passage,
            "overlap": request.overlap if request.passage else None,
            "tokenizer": str(request.tokenizer) if request.tokenizer else None,
        }


def _once(tally: Tally, collection: Collection) -> list[Skipped]:
    """What was noted at the source, and what the finished collection shows besides."""
    found = {each.what: each for each in collection.skipped}
    return list({**found, **{each.what: each for each in tally.skipped()}}.values())


def _examples(collection: Collection) -> list[Example]:
    """The first queries with a document that answers them; without any, the first documents."""
    documents = collection.documents
    shown = partial(_shown, collection)
    found = []
    for place, query in enumerate(islice(collection.queries.ids, 50)):
        answers = [
            collection.places[id]
            for id, grade in collection.judgements.get(query, {}).items()
            if grade > 0 and id in collection.places
        ]
        if answers:
            found.append(shown(answers[0], collection.queries.text(place)))
        if len(found) == _EXAMPLES:
            break
    return found or [shown(place) for place in range(min(_EXAMPLES, len(documents)))]


def _shown(collection: Collection, place: int, query: str = "") -> Example:
    documents = collection.documents
    return Example(
        query=query,
        document=documents.ids[place],
        title=documents.title(place),
        text=documents.body(place)[:_BEGINNING],
    )
