"""One encoder's vectors of one collection, searched exactly and in any code."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import faiss  # noqa: F401 - loaded before anything is timed
import numpy as np
import scipy.sparse  # noqa: F401
from numpy.typing import NDArray

from core.collections.collection import Collection
from core.encoders.encoder import OK, TRUNCATED, Encoder
from core.encoders.stored import stored_vectors
from core.errors import UserError
from core.jobs.context import Context
from core.retrieval.compress.checkpoint import Trial
from core.retrieval.compress.codecs import Codec
from core.retrieval.compress.compressed import Compressed, squared_error
from core.retrieval.search.exact import Exact

EXACT = "float32"
_SECONDS = 2.0
"""How long queries are asked one at a time, at most."""
_ONE_BY_ONE = 100
Places = NDArray[np.int64]
Search = Callable[[NDArray[np.float32]], Places]


class Space:
    """Only documents with a vector are in an index; only queries with one find anything.

    Raises:
        UserError: no document or no query has a vector.
    """

    def __init__(
        self, encoder: Encoder, collection: Collection, k: int, ctx: Context, *, cache: Path | None
    ) -> None:
        documents = stored_vectors(
            encoder, collection.documents, ctx, role="document", cache=cache, stage="Encoding documents"
        )
        queries = stored_vectors(
            encoder, collection.queries, ctx, role="query", cache=cache, stage="Encoding queries"
        )
        self._rows = np.flatnonzero(np.isin(documents.status, (OK, TRUNCATED)))
        self._asking = np.flatnonzero(np.any(queries.vectors, axis=1))
        if not len(self._rows) or not len(self._asking):
            raise UserError(
                f"{encoder.name} gives no vector for any text of {collection.name}.", field="encoder"
            )
        whole = len(self._rows) == len(documents.vectors)
        self._vectors = documents.vectors if whole else documents.vectors[self._rows]
        self._queries = np.ascontiguousarray(queries.vectors[self._asking])
        self._all_queries = len(queries.vectors)
        self._ranks = collection.tie_ranks[self._rows]
        self._similarity, self._k, self._ctx = encoder.similarity, k, ctx
        self.count, self.width = self._vectors.shape

    def exactly(self) -> Trial:
        """Every query with every document in float32."""
        index = Exact(self._vectors, self._ranks, similarity=self._similarity)
        places, figures = self._timed(lambda asked: index.search(asked, self._k, self._ctx)[0])
        size = float(self._vectors.nbytes)
        return Trial(
            places, {"bytes": size, "shared": 0.0, "fit": 0.0, "encode": 0.0, "error": 0.0, **figures}, {}
        )

    def tried(self, codec: Codec) -> Trial:
        """In a code: what is learned, the codes, the file that they are saved in, the search.

        Raises:
            UserError: the vectors cannot be put into it.
        """
        began = time.perf_counter()
        learned = codec.fit(self._vectors, self._ctx)
        fitted = time.perf_counter()
        codes = codec.encode(self._vectors, learned, self._ctx)
        coded = time.perf_counter()
        index = codec.opened({**learned, **codes})
        places, figures = self._timed(lambda asked: self._search(index, asked))
        return Trial(
            places,
            {
                "bytes": float(self._size(index)),
                "shared": float(sum(part.nbytes for part in learned.values())),
                "fit": fitted - began,
                "encode": coded - fitted,
                "error": squared_error(index, self._vectors, self._ctx),
                **figures,
            },
            index.diagnostics(),
        )

    def _search(self, index: Compressed, asked: NDArray[np.float32]) -> Places:
        far = self._similarity == "euclidean"
        return index.search(asked, self._k, self._ctx, ranks=self._ranks, euclidean=far)[0]

    def _size(self, index: Compressed) -> int:
        """Of the file, written and looked at."""
        file = self._ctx.artifact("index.npz")
        try:
            index.save(file)
            return file.stat().st_size
        finally:
            file.unlink(missing_ok=True)

    def _timed(self, search: Search) -> tuple[Places, dict[str, float]]:
        """What all queries find, as places in the collection; queries a second, one at a time and at once."""
        search(self._queries[:1])
        began = time.perf_counter()
        number = 0
        while number < min(_ONE_BY_ONE, len(self._queries)) and time.perf_counter() - began < _SECONDS:
            search(self._queries[number : number + 1])
            number += 1
        one = number / (time.perf_counter() - began)
        began = time.perf_counter()
        found = search(self._queries)
        at_once = len(self._queries) / (time.perf_counter() - began)
        places = np.full((self._all_queries, self._k), -1, np.int64)
        places[self._asking] = np.where(found >= 0, self._rows[np.maximum(found, 0)], -1)
        return places, {"one": one, "all": at_once}
