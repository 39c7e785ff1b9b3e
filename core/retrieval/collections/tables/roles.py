"""What the columns of a table are for, guessed from their names and from what stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from core.retrieval.collections.tables.rows import Row, cell

_NAMES = {
    "id": ("_id", "id", "docid", "doc_id", "docno", "document_id", "corpus_id", "corpus-id", "pid",
           "passage_id", "qid", "query_id", "query-id", "key", "uid", "uuid",
           "identifier", "nr", "no", "number"),
    "title": ("title", "heading", "headline", "subject", "name", "term", "titel", "titre", "überschrift"),
    "text": ("text", "body", "content", "contents", "passage", "abstract", "document", "doc", "article",
             "description", "definition", "chunk", "sentence", "paragraph", "inhalt",
             "texte", "contenu"),
    "query": ("query", "question", "anchor", "search", "prompt", "sentence1", "frage", "anfrage"),
    "positive": ("positive", "pos", "answer", "positive_passages[0].text", "positive_passage", "positives",
                 "relevant", "response", "sentence2", "antwort"),
    "negative": ("negative", "neg", "hard_negative", "negative_passages[0].text", "negatives"),
    "grade": ("grade", "label", "score", "relevance", "rel", "rating", "similarity"),
}  # fmt: skip


@dataclass(frozen=True)
class Roles:
    """Columns by what they are for. With `query` and `positive`, each row is a query and what answers it;
    otherwise a document."""

    id: str | None = None
    text: list[str] = field(default_factory=list)
    title: str | None = None
    query: str | None = None
    positive: str | None = None
    negative: str | None = None
    grade: str | None = None

    @property
    def examples(self) -> bool:
        return self.query is not None and self.positive is not None


def guessed(columns: Sequence[str], rows: Sequence[Row]) -> Roles:
    """By names; where none is known as the text's, the column with the longest ones is."""
    known = {_plain(column): column for column in reversed(columns)}

    def named(role: str) -> str | None:
        return next((known[name] for name in _NAMES[role] if name in known), None)

    query, positive = named("query"), named("positive")
    text = named("text")
    grade = named("grade")
    if query is not None and positive is None and grade is not None:
        positive = text  # rows of query, document and grade
    if query is not None and positive is not None:
        return Roles(query=query, positive=positive, negative=named("negative"), grade=grade)
    id, title = named("id"), named("title")
    if text is None:
        text = _longest([column for column in columns if column not in (id, title)], rows)
    if text is None and title is not None:
        text, title = title, None
    return Roles(id=id, text=[text] if text is not None else [], title=title)


def is_usual(name: str) -> bool:
    """Whether columns go by such a name."""
    return any(_plain(name) in names for names in _NAMES.values())


def _longest(columns: Sequence[str], rows: Sequence[Row]) -> str | None:
    lengths = {column: sum(len(cell(row, column) or "") for row in rows) for column in columns}
    best = max(lengths, key=lambda column: lengths[column], default=None)
    return best if best is not None and lengths[best] else None


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "_")
