"""Texts in memory."""

from __future__ import annotations

import pytest

from core.collections.memory import MemoryTexts


def test_that_titles_go_before_bodies() -> None:
    texts = MemoryTexts(["a", "b"], ["one", "two"], ["", "T"])
    assert texts.texts(0, 5) == ["one", "T two"]
    assert [(record.id, record.title, record.body) for record in texts.records(1, 5)] == [("b", "T", "two")]
    assert len(MemoryTexts([], [])) == 0


def test_that_ids_without_texts_and_twice_are_refused() -> None:
    with pytest.raises(ValueError, match="equally many"):
        MemoryTexts(["a"], [])
    with pytest.raises(ValueError, match="equally many"):
        MemoryTexts(["a"], ["x"], [])
    with pytest.raises(ValueError, match="twice"):
        MemoryTexts(["a", "a"], ["x", "y"])
