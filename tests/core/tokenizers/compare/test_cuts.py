"""That a text may be cut where the engine cuts it: every pattern on every short string of some signs."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
import regex

from core.tokenizers.compare import cuts
from core.tokenizers.compare.cuts import UNITS, cut_into_units, cuts_of, parts_at_signs, pieces_at_signs
from core.tokenizers.compare.encoder import Keys, Numbering
from core.tokenizers.compare.units import marked
from tests.core.tokenizers.compare.measured import byte_level, sentencepiece_like, word_piece

SIGNS = " \n\ta1./'é\u3000"
LENGTH = 4
WHITE_STRINGS = ["".join(signs) for signs in product(" \n\ta\u3000", repeat=5)]
REGULAR = sorted(pattern for pattern in cuts._PATTERNS if pattern != ("ByteLevel",))


def matches(text: str, patterns: tuple[str, ...]) -> list[str]:
    """The pieces of a text, each pattern parting what the ones before left."""
    parts = [text]
    for pattern in patterns:
        parts = [piece for part in parts for piece in isolated(part, pattern)]
    return parts


def isolated(text: str, pattern: str) -> list[str]:
    found, at = [], 0
    for match in regex.finditer(pattern, text):
        found += [text[at : match.start()], match[0]]
        at = match.end()
    return [piece for piece in [*found, text[at:]] if piece]


def without_marks(key: bytes) -> str:
    return key.strip(b"\xfe\xfd").decode()


@pytest.mark.parametrize("patterns", REGULAR, ids=lambda patterns: str(REGULAR.index(patterns)))
def test_that_a_pattern_matches_each_unit_alike_in_a_text_and_between_signs(
    patterns: tuple[str, ...],
) -> None:
    strings = ["".join(signs) for signs in product(SIGNS, repeat=LENGTH)]
    strings += [f"{string}a" for string in WHITE_STRINGS]
    keys = cut_into_units(marked(strings), UNITS)
    pieces, counts = pieces_at_signs(keys)
    ends = np.cumsum(counts)
    at = 0
    for string in strings:
        together: list[str] = []
        while True:
            key = keys[at]
            for piece in pieces[ends[at] - counts[at] : ends[at]]:
                together += in_midst(piece, patterns)
            at += 1
            if key.endswith(b"\xfd"):
                break
        assert together == matches(string, patterns), repr(string)


def in_midst(piece: bytes, patterns: tuple[str, ...]) -> list[str]:
    """What a piece of a unit is matched as, with what the encoder puts around it."""
    text = without_marks(piece)
    begins, ends = piece.startswith(b"\xfe"), piece.endswith(b"\xfd")
    white = text[-1:].isspace() and text[-1] != "\u3000"
    head = "" if begins else "a" if text[0] in " \t" else "a\n"
    tail = "" if ends or not white else "a" if text[-1] == "\n" else " a"
    found = matches(head + text + tail, patterns)
    before, behind = matches(head, patterns), [tail] if tail else []
    assert found[: len(before)] == before
    assert found[len(found) - len(behind) :] == behind
    return found[len(before) : len(found) - len(behind)]


def test_that_a_text_is_cut_before_spaces_and_behind_line_ends() -> None:
    found = cut_into_units(marked(["To  be,\n  or\nnot.\n/x", "Ü\u3000 b "]), UNITS)
    assert [without_marks(key) for key in found] == ["To", "  be,\n  or\n", "not.\n/x", "Ü\u3000 b", " "]
    assert [key[:1] == b"\xfe" for key in found] == [True, False, False, True, False]
    assert [key[-1:] == b"\xfd" for key in found] == [False, False, True, False, True]


def test_that_units_of_code_are_cut_further_at_signs_and_digits() -> None:
    pieces, counts = pieces_at_signs([b" self.x1(", b"don't"])
    assert pieces == [b" self", b".x", b"1", b"(", b"don't"]
    assert counts.tolist() == [4, 1]


def test_that_tokens_over_a_cut_forbid_it(tmp_path: Path) -> None:
    plain = sentencepiece_like(tmp_path / "plain", "a b")
    rules = cuts_of(plain)
    assert rules is not None
    assert (rules == UNITS).all()
    signs = cuts_of(sentencepiece_like(tmp_path / "signs", "> ▁", ">▁ <"))
    assert signs is not None
    assert (signs != UNITS).sum() >= 1
    cut = [without_marks(key) for key in cut_into_units(marked(["a> <b c"]), signs)]
    assert cut == ["a> <b", " c"]
    assert cuts_of(sentencepiece_like(tmp_path / "words", "e ▁", "e▁ t")) is None


def test_that_only_known_byte_level_patterns_are_cut_at_signs(tmp_path: Path) -> None:
    assert parts_at_signs(byte_level(tmp_path, "a b"))
    assert not parts_at_signs(sentencepiece_like(tmp_path, "a b"))
    words = word_piece(tmp_path, "a", "##b")
    assert not parts_at_signs(words)
    assert cuts_of(words) is not None


def test_that_numbers_are_given_in_the_order_of_meeting() -> None:
    numbering = Numbering()
    numbers, new = numbering.numbers([b"a", b"b", b"a"])
    assert (numbers.tolist(), new) == ([0, 1, 0], [b"a", b"b"])
    numbers, new = numbering.numbers([b"c", b"b"])
    assert (numbers.tolist(), new) == ([2, 1], [b"c"])


def test_that_keys_tell_their_first_and_last_bytes_without_the_marks() -> None:
    keys = Keys([b"\xfea\xfd", b" b", b"\xfec\n", b" \xfd"])
    assert keys.bare == [b"a", b" b", b"c\n", b" "]
    assert bytes(keys.first) == b"a c "
    assert bytes(keys.last) == b"ab\n "
    assert keys.begins.tolist() == [True, False, True, False]
    assert keys.ends.tolist() == [True, False, False, True]
