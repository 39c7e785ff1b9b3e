"""The texts that the starter embedder is trained on, as files of titled blocks (core/training/blocks.py).

A title is what its text is about: a dictionary's words and their meaning, a function's name and what it does.
"""

from __future__ import annotations

import ast
import gzip
import json
import re
import sysconfig
from collections.abc import Iterator
from pathlib import Path

PROSE = ("great-expectations", "middlemarch", "moby-dick", "sherlock-holmes", "tale-of-two-cities")
ADDRESSES = "state-of-the-union-1945-2006"
PACKAGES = ("numpy", "scipy", "sklearn", "torch", "transformers", "sentence_transformers", "networkx")
"""Whose docstrings are read: BSD-3-Clause, the transformers' Apache-2.0."""

_PARTS = ("noun", "verb", "adj", "adv")
_HEADS = (
    "Args|Arguments|Returns|Raises|Examples?|Parameters|Attributes|Yields|Example|Shape|Note|Usage|"
    "Keyword Arguments"
)
_SECTION = re.compile(rf"\n[ \t]*(?:[A-Z][A-Za-z ]+\n[ \t]*[-=~^]{{3,}}|(?:{_HEADS})s?:[ \t]*\n)")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def write_texts(data: Path, wordnet: Path, folder: Path) -> list[Path]:
    """All files, in the order in which they are trained on.

    Args:
        data: the folder with prose, glossary and numbers.
        wordnet: WordNet's folder, with data.noun and its sisters.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = {
        "wordnet": _titled(_wordnet(wordnet)),
        "docstrings": _titled(_docstrings()),
        "python-topics": _python_topics(),
        "foldoc": _titled(_foldoc(data / "glossary" / "foldoc-telecom.jsonl.gz")),
        "vera": _titled(_acronyms(data / "glossary" / "vera-acronyms.tsv.gz")),
        "mathematics": _latex(_unpacked(data / "numbers" / "introduction-to-mathematics.tex.gz")),
        **{name: _unpacked(data / "prose" / f"{name}.txt.gz") for name in PROSE},
        ADDRESSES: _lines_apart(_unpacked(data / "prose" / f"{ADDRESSES}.txt.gz")),
    }
    for name, text in made.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8", newline="\n")
    return [folder / f"{name}.txt" for name in made]


def _unpacked(file: Path) -> str:
    return gzip.decompress(file.read_bytes()).decode("utf-8")


def _titled(pairs: Iterator[tuple[str, str]]) -> str:
    return "\n\n".join(
        f"{title}\n\n{body}." if body[-1] not in ".!?" else f"{title}\n\n{body}" for title, body in pairs
    )


def _wordnet(folder: Path) -> Iterator[tuple[str, str]]:
    """Each meaning: its words, and the gloss with its examples."""
    for part in _PARTS:
        for line in (folder / f"data.{part}").read_text(encoding="utf-8").splitlines():
            if line.startswith("  "):
                continue
            facts, _, gloss = line.partition(" | ")
            fields = facts.split(" ")
            words = [
                re.sub(r"\(.*\)$", "", fields[4 + 2 * n]).replace("_", " ") for n in range(int(fields[3], 16))
            ]
            said = gloss.strip().replace('"', "")
            if said:
                yield (
                    " or ".join(words[:3]),
                    ". ".join(part.strip() for part in said.split(";") if part.strip()),
                )


def _docstrings() -> Iterator[tuple[str, str]]:
    """Of public classes and functions: the name in words, and what is said before the list of parameters."""
    root = Path(sysconfig.get_paths()["purelib"])
    seen: set[str] = set()
    for package in PACKAGES:
        for file in sorted((root / package).rglob("*.py")):
            if "test" in file.relative_to(root).as_posix():
                continue
            try:
                tree = ast.parse(file.read_bytes())
            except SyntaxError:
                continue
            for node in ast.walk(tree):
                if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
                    continue
                text = ast.get_docstring(node) or ""
                body = " ".join(_SECTION.split("\n" + text)[0].split())
                body = re.sub(r":\w+:`~?([^`<]*)(?:<[^`]*)?`|`+|\*\*|\.\. \w+::", r"\1", body)
                if len(body) > 60 and body not in seen:
                    seen.add(body)
                    yield " ".join(_CAMEL.sub(" ", node.name).replace("_", " ").split()), body


def _python_topics() -> str:
    from pydoc_data.topics import topics

    return "\n\n".join(re.sub(r"[*=\"`]{2,}|(?<=\n)[=~*^-]+\n", "", text) for text in topics.values())


def _foldoc(file: Path) -> Iterator[tuple[str, str]]:
    for line in _unpacked(file).splitlines():
        entry = json.loads(line)
        title, _, rest = entry["definition"].partition("\n\n")
        body = re.sub(r"<[^>]*>|[{}]|\(\d{4}-\d\d-\d\d\)", "", rest)
        body = " ".join(body.split())
        if body:
            yield " ".join(title.splitlines()[0].split()), body


def _acronyms(file: Path) -> Iterator[tuple[str, str]]:
    for line in _unpacked(file).splitlines():
        _, _, said = line.partition("\t")
        short, _, meaning = said.partition(" ")
        if meaning.strip():
            yield short, meaning.strip()


def _latex(text: str) -> str:
    text = re.sub(r"\\(index|PageSep|label)\{[^}]*\}%?|%\n", "", text)
    text = re.sub(r"\\(?:emph|textit|textbf|First|Chapter)\*?\{([^}]*)\}", r"\1", text)
    return re.sub(r"[\\${}~^_]", " ", text)


def _lines_apart(text: str) -> str:
    """One paragraph a line becomes one paragraph between blank lines."""
    return "\n\n".join(line for line in text.splitlines() if line.strip())
