from __future__ import annotations

from typing import Any

from app.panels.transplant.graft.so_far import SoFar

REQUEST: dict[str, Any] = {"base": "/m/a", "target_tokenizer": "/m/b", "method": {"name": "omp", "k": 8}}


def test_that_pieces_are_put_together_in_the_order_in_which_they_come() -> None:
    so_far = SoFar(3)
    so_far.hear({"vocab_size": 12, "sources": {"exact": 10, "method": 2}})
    so_far.hear({"bits_per_byte": {"before": {"a.txt": 1.0}}})
    so_far.hear({"bits_per_byte": {"before": {"b.txt": 2.0}}})
    so_far.hear({"bits_per_byte": {"after": {"a.txt": 3.0}}})
    known = so_far.result(REQUEST)
    assert known is not None
    assert (known.vocab_size, known.sources["exact"]) == (12, 10)
    assert known.bits_per_byte.before == {"a.txt": 1.0, "b.txt": 2.0}
    assert known.bits_per_byte.after == {"a.txt": 3.0}
    assert known.method_title.startswith("OMP")


def test_that_what_cannot_be_read_is_left() -> None:
    so_far = SoFar(3)
    so_far.hear({"sources": "many"})
    assert so_far.result(REQUEST) is None
