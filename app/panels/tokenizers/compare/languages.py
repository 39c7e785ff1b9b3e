"""What a text is called: the language's own name where its file is named by a code of ISO 639."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from PySide6.QtCore import QLocale

_CODE = re.compile(r"([a-z]{2,3})(?:[_-]([A-Za-z]{2,12}|\d+))*")
_WHOLE = {
    "als": "sqi", "arb": "ara", "azj": "aze", "cmn": "zho", "ekk": "est", "gaz": "orm", "khk": "mon",
    "kmr": "kur", "lvs": "lav", "npi": "nep", "ory": "ori", "pbu": "pus", "pes": "fas", "plt": "mlg",
    "quz": "que", "swh": "swa", "uzn": "uzb", "ydd": "yid", "zsm": "msa",
}  # fmt: skip
"""Single languages of ISO 639-3 by the one that goes by their name."""
_SCRIPTS = {
    "hans": QLocale.Script.SimplifiedHanScript,
    "hant": QLocale.Script.TraditionalHanScript,
    "latn": QLocale.Script.LatinScript,
    "cyrl": QLocale.Script.CyrillicScript,
    "arab": QLocale.Script.ArabicScript,
    "deva": QLocale.Script.DevanagariScript,
}


_PLAIN = {
    QLocale.Language.English: "English",
    QLocale.Language.Spanish: "español",
    QLocale.Language.Portuguese: "português",
}
"""Where no country is named, and Qt would name one."""


class TextName(NamedTuple):
    """`short` for a heading; `long` says the language in English, and the file's name."""

    short: str
    long: str


@cache
def text_name(stem: str) -> TextName:
    """``Deutsch`` and ``German (deu)`` of ``deu``; any other name as it is."""
    match = _CODE.fullmatch(stem)
    if match is None:
        return TextName(stem, stem)
    parts = re.split("[_-]", stem)
    code = _WHOLE.get(parts[0], parts[0])
    kind = QLocale.LanguageCodeType.AnyLanguageCode
    language = QLocale.codeToLanguage(code, kind)
    if language in (QLocale.Language.AnyLanguage, QLocale.Language.C):
        return TextName(stem, stem)
    script = next((_SCRIPTS[part.lower()] for part in parts[1:] if part.lower() in _SCRIPTS), None)
    territory = next(
        (QLocale.codeToTerritory(part) for part in parts[1:] if len(part) == 2 and part.isupper()),
        QLocale.Country.AnyCountry,
    )
    locale = QLocale(language, script or QLocale.Script.AnyScript, territory)
    name = locale.nativeLanguageName() if locale.language() is language else ""
    if territory is QLocale.Country.AnyCountry:
        name = _PLAIN.get(language, name)
    english = QLocale.languageToString(language)
    return TextName(name or english, f"{english} ({stem})")
