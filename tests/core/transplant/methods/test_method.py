"""Methods register themselves and describe themselves."""

from __future__ import annotations

import subprocess
import sys
from typing import Literal

import pytest

from core.flags import RequestFlags
from core.transplant.methods import METHODS, Method, method
from core.transplant.request import TransplantRequest


def test_that_the_methods_are_there_and_say_what_they_are() -> None:
    assert set(METHODS) >= {
        "convex-hull", "cw2v", "focus", "fvt", "glyph", "interpolation", "mean", "multivariate-normal", "omp",
        "procrustes", "random", "retok", "ridge", "token-adapt", "tool-tokens", "trans-tokenizers", "wechsel",
        "zero", "zett",
    }  # fmt: skip
    assert list(METHODS) == sorted(METHODS)
    for name, cls in METHODS.items():
        assert cls().name == name
        assert cls.title
        assert cls.source
        assert cls.sentence.endswith(".")
        assert len(cls.sentence) < 110
    assert {name for name, cls in METHODS.items() if cls.needs_donor} == {
        "convex-hull", "interpolation", "omp", "procrustes", "ridge", "rope-pursuit", "sparse-basis",
    }  # fmt: skip


def test_that_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match="registered twice"):

        @method
        class Again(Method):
            title, sentence = "Mean", "Each new token as before."
            name: Literal["mean"] = "mean"


def test_that_the_command_line_knows_their_parameters() -> None:
    flags = RequestFlags(TransplantRequest)
    names = {flag.name for flag in flags.flags.values()}
    assert {"base", "target-tokenizer", "donor", "method", "k", "normalise", "text", "out", "pad-to"} <= names
    given = flags.validated({"base": "a", "target_tokenizer": "b", "method": {"name": "omp", "k": 16}})
    assert isinstance(given, TransplantRequest)
    assert given.parameters()["k"] == 16


def test_that_a_method_in_a_new_file_is_found() -> None:
    code = (
        "import pathlib, core.transplant.methods as m; "
        "found = {p.stem for p in pathlib.Path(m.__file__).parent.glob('*.py')} - {'__init__', 'method'}; "
        "owners = {cls.__module__.rpartition('.')[2] for cls in m.METHODS.values()}; "
        "assert found == owners, (found, owners); "
        "import sys; assert not {'torch', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
