from __future__ import annotations

import pytest

from app.panels.tokenizers.compare.languages import text_name


@pytest.mark.parametrize(
    ("stem", "short"),
    [
        ("deu", "Deutsch"),
        ("eng", "English"),
        ("fra", "français"),
        ("spa", "español"),
        ("hin", "हिन्दी"),
        ("cmn_hans", "简体中文"),
        ("arb", "العربية"),
        ("tur", "Türkçe"),
        ("por_PT", "português europeu"),
        ("prose", "prose"),
        ("french", "french"),
        ("qqq", "qqq"),
        ("2024-report", "2024-report"),
    ],
)
def test_that_languages_have_their_own_names_and_other_texts_keep_theirs(stem: str, short: str) -> None:
    assert text_name(stem).short == short


def test_that_the_long_name_says_the_language_in_english_and_the_file() -> None:
    assert text_name("deu").long == "German (deu)"
    assert text_name("prose").long == "prose"
