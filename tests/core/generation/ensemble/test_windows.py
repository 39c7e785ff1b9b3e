"""Windows over a text."""

from __future__ import annotations

import pytest

from core.errors import UserError
from core.generation.ensemble.windows import windows

TEXT = "Ein Wörterbuch für alle, die süß träumen: 猫猫猫 und mehr.\n" * 8


def test_that_every_byte_is_foretold_once_and_no_character_is_cut() -> None:
    data = TEXT.encode()
    found = list(windows(data, 20, 50, lambda text: True, field="stride"))
    assert [one.begin for one in found] == [0, *(one.end for one in found[:-1])]
    assert found[-1].end == len(data)
    for one in found:
        data[one.start : one.begin].decode()
        data[one.begin : one.end].decode()
        assert one.begin - one.start <= 50
        assert one.start == 0 or data[one.start - 1 : one.start] in (b" ", b"\n")


def test_that_there_is_less_context_where_a_model_takes_no_more() -> None:
    found = list(windows(TEXT.encode(), 20, 50, lambda text: len(text) <= 35, field="stride"))
    data = TEXT.encode()
    assert all(len(data[one.start : one.end].decode()) <= 35 for one in found)
    assert any(one.begin > one.start for one in found)


def test_that_a_stride_that_no_model_takes_is_refused() -> None:
    with pytest.raises(UserError, match="smaller stride"):
        list(windows(TEXT.encode(), 20, 50, lambda text: len(text) < 10, field="stride"))
