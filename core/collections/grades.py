"""Tables of judgements: ``qrels/test.tsv``, with or without a header, and ``qrels.jsonl``."""

from __future__ import annotations

from core.collections.record_line import NOT_UTF8, fit, read_object
from core.collections.source import Source
from core.collections.tally import Faults, Tally

Judgements = dict[str, dict[str, int]]
"""Query → document → grade."""

_KEYS = ("query-id", "corpus-id", "score")
_OTHER_KEYS = ("query_id", "corpus_id", "score")


def read_table(source: Source, tally: Tally, *, field: str | None) -> Judgements:
    """Rows of query, document and grade with tabs between; or objects with ``query-id``, ``corpus-id`` and
    ``score``.

    A first row whose third field is no number is a header. Rows of four fields are those of TREC.

    Raises:
        UserError: rows that are none, grades that are no whole numbers, a pair with two grades.
    """
    found: Judgements = {}
    faults = Faults(str(source.path), field)
    as_objects = source.path.name.removesuffix(".gz").endswith(".jsonl")
    first = True
    for number, _, line in source.lines():
        if line is not None and not line.strip():
            continue
        place = f"{source.name}, line {number:,}"
        try:
            if line is None:
                raise ValueError("is too long for a judgement")
            fields = _of_object(line, tally, place) if as_objects else _of_row(line, tally, place)
            try:
                grade = whole(fields[2], tally, place)
            except ValueError:
                if first and not as_objects and not _is_number(fields[2]):
                    continue  # a header
                raise
            add_grade(found, fields[0], fields[1], grade, tally, place)
        except ValueError as error:
            faults.add(number, str(error))
        finally:
            first = False
    faults.check()
    return found


def add_grade(found: Judgements, query: str, document: str, grade: int, tally: Tally, place: str) -> None:
    """Keep a judgement; one that was there before is counted.

    Raises:
        ValueError: the pair has another grade.
    """
    grades = found.setdefault(query, {})
    before = grades.get(document)
    if before is None:
        grades[document] = grade
    elif before == grade:
        tally.note("judgements given twice (left out)", place)
    else:
        raise ValueError(
            f"gives query {query!r} and document {document!r} the grade {grade}, an earlier one {before}"
        )


def whole(text: str, tally: Tally, place: str) -> int:
    """The grade that `text` says.

    Raises:
        ValueError: it is no whole number.
    """
    try:
        return int(text)
    except ValueError:
        pass
    try:
        value = float(text)
        grade = int(value)
    except (ValueError, OverflowError):
        raise ValueError(f"has the grade {text!r}, which is no whole number") from None
    if grade != value:
        raise ValueError(
            f"has the grade {text}, and grades are whole numbers (multiply all of them by the same)"
        )
    tally.note("grades with a decimal point (1.0 is read as 1)", place)
    return grade


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _of_row(line: bytes, tally: Tally, place: str) -> list[str]:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        text = line.decode("utf-8", "replace")
        tally.note(NOT_UTF8, place)
    fields = fit(text).strip("\r\n").split("\t")
    if len(fields) == 1:
        fields = fields[0].split()
    if len(fields) == 4:
        fields = [fields[0], fields[2], fields[3]]
    if len(fields) != 3:
        raise ValueError("is not a query, a document and a grade with tabs between them")
    return fields


def _of_object(line: bytes, tally: Tally, place: str) -> list[str]:
    data, mended = read_object(line)
    for mend in mended:
        tally.note(mend, place)
    for keys in (_KEYS, _OTHER_KEYS):
        if all(key in data for key in keys):
            return [str(data[key]) for key in keys]
    raise ValueError(f"has not the keys {', '.join(_KEYS)}")
