"""Measures by their names, those of ir-measures and of trec_eval alike. Loads no numpy."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import fields
from functools import cache
from typing import Any

from core.retrieval.measures import kinds as _kinds
from core.retrieval.measures.measure import KINDS, Measure, Trec, trec_names

__all__ = ["OFFICIAL", "expanded", "measure"]
assert _kinds

OFFICIAL = (
    "num_q", "num_ret", "num_rel", "num_rel_ret", "map", "gm_map", "Rprec", "bpref", "recip_rank",
    "iprec_at_recall", "P",
)  # fmt: skip
"""What trec_eval prints unless told otherwise (``official``)."""
ALL_TREC = (
    *OFFICIAL, "relstring", "recall", "infAP", "gm_bpref", "Rprec_mult", "utility", "11pt_avg", "binG", "G",
    "ndcg", "ndcg_rel", "Rndcg", "ndcg_cut", "map_cut", "relative_P", "success", "set_P", "set_relative_P",
    "set_recall", "set_map", "set_F", "num_nonrel_judged_ret", "rbp", "rbp_resid", "unj",
)  # fmt: skip
"""What it prints for ``-m all_trec``."""
_SETS = {
    "official": OFFICIAL,
    "all_trec": ALL_TREC,
    "set": ("num_q", "num_ret", "num_rel", "num_rel_ret", "utility", "set_P", "set_relative_P",
            "set_recall", "set_map", "set_F"),
}  # fmt: skip
_PARAMETER = re.compile(r"""\s*(\w+)\s*=\s*('[^']*'|"[^"]*"|[^,]+)\s*(?:,|$)""")
_SPELT = re.compile(r"(?P<name>[\w-]+)(?:\((?P<inside>[^()]*)\))?(?:@(?P<cutoff>.+))?")


def measure(text: str) -> Measure:
    """The measure of that name: ``nDCG@10``, ``P(rel=2)@5``, ``ndcg_cut_10``, ``ndcg_cut.10``, ``map``.

    Raises:
        ValueError: there is none, or its parameters will not do, or the name stands for several; a sentence.
    """
    found = list(expanded([text]).values())
    if len(found) > 1:
        raise ValueError(f"{text} stands for {len(found)} measures; name one, such as {found[0].name}")
    return found[0]


def expanded(texts: Sequence[str]) -> dict[str, Measure]:
    """Measures by the names they were asked for with; a name that stands for several (``P``, ``P.5,10``,
    ``all_trec``) by trec_eval's names of each.

    Raises:
        ValueError: as for `measure`.
    """
    found: dict[str, Measure] = {}
    for text in texts:
        text = text.strip()
        if text in _SETS:
            for name in _SETS[text]:
                found.update(_of_trec(name) or {})
            continue
        several = _of_trec(text)
        if several is None:
            found[text] = _of_ir(text)
        elif len(several) == 1 and "." not in text.split("=", 1)[0]:
            found[text] = next(iter(several.values()))
        else:
            found.update(several)
    return found


@cache
def _names() -> dict[str, type[Measure]]:
    """Names in small letters, without ``_`` and ``-``."""
    found: dict[str, type[Measure]] = {}
    for cls in KINDS.values():
        for name in (cls.spelling, *cls.also):
            found[_plain(name)] = cls
    return found


def _plain(name: str) -> str:
    return re.sub(r"[_\-]", "", name).lower()


def _of_trec(text: str) -> dict[str, Measure] | None:
    """What trec_eval means by a name; None: it has no such name."""
    known = trec_names()
    if text in known:
        cls, trec = known[text]
        return _measures(cls, trec, "")
    for name in sorted(known, key=len, reverse=True):
        cls, trec = known[name]
        # P_5 as it is printed, P.5,10 as it is asked for
        if text.startswith((f"{name}_", f"{name}.")) and (trec.each or trec.whole):
            return _measures(cls, trec, text[len(name) + 1 :])
    return None


def _measures(cls: type[Measure], trec: Trec, parameters: str) -> dict[str, Measure]:
    if trec.whole:
        given = dict(trec.sets)
        if parameters:
            given[trec.whole] = parameters.removeprefix(f"{trec.whole}=")
        made = [_made(cls, trec.name, given)]
    elif trec.each:
        each = parameters.split(",") if parameters else [f"{value:{trec.form}}" for value in trec.at]
        made = [_made(cls, trec.name, {**dict(trec.sets), trec.each: value}) for value in each]
        made.sort(key=lambda found: float(getattr(found, trec.each)))
    else:
        made = [_made(cls, trec.name, dict(trec.sets))]
    return {found.trec_name or found.name: found for found in made}


def _of_ir(text: str) -> Measure:
    parts = _SPELT.fullmatch(text)
    cls = _names().get(_plain(parts["name"])) if parts else None
    if parts is None or cls is None:
        raise ValueError(_unknown(text))
    inside = parts["inside"] or ""
    if _PARAMETER.sub("", inside).strip():
        raise ValueError(f"{text}: parameters are spelt {cls.spelling}(name=value)")
    given: dict[str, Any] = {name: value.strip().strip("'\"") for name, value in _PARAMETER.findall(inside)}
    if parts["cutoff"] is not None:
        given["cutoff"] = parts["cutoff"]
    return _made(cls, text, given)


def _made(cls: type[Measure], text: str, given: dict[str, Any]) -> Measure:
    takes = {field.name: str(field.type) for field in fields(cls)}
    for name in given:
        if name not in takes:
            if name == "cutoff":
                raise ValueError(f"{text}: {cls.spelling} takes no cut-off")
            there = ", ".join(name for name in takes if name != "cutoff") or "none"
            raise ValueError(f"{text}: {name!r} is no parameter of {cls.spelling}, which takes {there}")
    try:
        made = cls(**{name: _value(takes[name], value) for name, value in given.items()})
    except TypeError:
        raise ValueError(f"{text} needs a cut-off: {cls.spelling}@10") from None
    except ValueError as error:
        raise ValueError(f"{text}: {error}") from None
    cutoff = getattr(made, "cutoff", None)
    if cutoff is not None and takes["cutoff"].startswith("int") and cutoff < 1:
        raise ValueError(f"{text}: a cut-off is 1 or more")
    return made


def _value(type_: str, value: Any) -> Any:
    if not isinstance(value, str) or type_.startswith("str"):
        return value
    try:
        if type_.startswith("int"):
            return int(float(value))  # trec_eval reads a cut-off of 23.4 as 23
        return float(value)
    except (ValueError, OverflowError):
        raise ValueError(f"{value!r} is no number") from None


def _unknown(text: str) -> str:
    there = [cls.spelling for cls in KINDS.values()]
    names = there + [name for cls in KINDS.values() for name in cls.also] + list(trec_names())
    name = re.split(r"[@(.]", text, maxsplit=1)[0]
    near = difflib.get_close_matches(name, names, 1, 0.7)
    hint = f"did you mean {near[0]}? There are" if near else "there are"
    listed = ", ".join(sorted(there, key=str.lower))
    return f"there is no measure {text!r}; {hint} {listed}, with @k where they cut"
