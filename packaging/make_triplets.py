"""Make resources/starter/tests/triplets.jsonl of the help pages, their questions and judgements.

    python packaging/make_triplets.py

Run it after the help pages were changed.
"""

from __future__ import annotations

import csv
import gzip
import json
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from core.jobs.context import Context  # noqa: E402
from core.retrieval.evaluate.request import RetrievalRequest  # noqa: E402
from core.retrieval.evaluate.run import evaluate  # noqa: E402

STARTER = ROOT / "resources" / "starter"
HELP, TRIPLETS = STARTER / "help", STARTER / "tests" / "triplets.jsonl"


def main() -> int:
    pages = {page["_id"]: f"{page['title']} {page['text']}" for page in _lines(HELP / "corpus.jsonl")}
    judged = _judged()
    ranked = _ranked_by_words()
    triplets = []
    for query in _lines(HELP / "queries.jsonl"):
        grades = judged[query["_id"]]
        near = max(grades, key=lambda page: grades[page])  # of equal ones the first
        # a query that shares no word with any other page gets the first of all
        far = next(page for page in [*ranked.get(query["_id"], []), *pages] if page not in grades)
        triplets.append({"anchor": query["text"], "positive": pages[near], "negative": pages[far]})
    written = "".join(json.dumps(triplet, ensure_ascii=False) + "\n" for triplet in triplets)
    TRIPLETS.write_text(written, encoding="utf-8", newline="\n")
    print(f"{len(triplets)} triplets in {TRIPLETS}")
    return 0


def _lines(file: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _judged() -> dict[str, dict[str, int]]:
    """Query → page → grade."""
    found: dict[str, dict[str, int]] = {}
    with (HELP / "qrels" / "test.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            found.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
    return found


def _ranked_by_words() -> dict[str, list[str]]:
    """Query → pages, those first that share most with it in words, by BM25."""
    found: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as work:
        request = RetrievalRequest.model_validate(
            {"collection": HELP, "systems": ["bm25 label=words"], "cache": False, "out": Path(work) / "out"}
        )
        evaluate(request, Context(workdir=Path(work)))
        run = gzip.decompress((Path(work) / "out" / "words.run.gz").read_bytes()).decode("utf-8")
    for line in run.splitlines():
        query, _, page, *_ = line.split()
        found.setdefault(query, []).append(page)
    return found


if __name__ == "__main__":
    sys.exit(main())
