"""Things spelt in a line, and back."""

from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from core.flags import RequestFlags
from core.jobs.request import input_paths
from core.retrieval.evaluate.request import RetrievalRequest
from core.retrieval.systems import AnySystem
from core.retrieval.systems.bm25 import Bm25
from core.retrieval.systems.dense import Dense

READ = TypeAdapter(AnySystem).validate_python


def test_that_a_line_gives_a_system_with_its_parameters() -> None:
    found = READ("bm25 k1=0.9 b=0.4")
    assert isinstance(found, Bm25)
    assert (found.k1, found.b) == (0.9, 0.4)


def test_that_a_path_alone_is_a_dense_system() -> None:
    found = READ("'My models/minilm' pooling=cls dimensions=null")
    assert isinstance(found, Dense)
    assert (found.model, found.pooling, found.dimensions) == (Path("My models/minilm"), "cls", None)


@pytest.mark.parametrize(
    "line",
    [
        "bm25",
        "bm25 'label=Two words' k1=0.9",
        "dense 'model=/a b/c' pooling=cls dimensions=64",
        """hybrid 'of=["BM25 · k1 1.2, b 0.75", "x"]' fusion=isr""",
        "hybrid of=a,b",
    ],
)
def test_that_a_line_comes_back_as_it_was(line: str) -> None:
    assert READ(line).line == line
    assert READ(READ(line).model_dump(mode="json")).line == line


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("bm25 k2=1", "'k2=1' is no parameter of bm25, which takes label, "),
        ("bm25 k1", "'k1' is no parameter"),
        ("hybrid of=[1", "'of=[1' is no list"),
        ("bm25 'k1=1", "a quotation mark is open"),
        ("", "there is no ''; there are bm25, "),
    ],
)
def test_that_a_bad_line_says_what_there_is(line: str, said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        READ(line)
    assert said in str(caught.value)


def test_that_the_command_of_a_request_says_its_systems_in_lines(tmp_path: Path) -> None:
    request = RetrievalRequest(
        collection=tmp_path, systems=["bm25 k1=0.9", f"{tmp_path} pooling=cls"], measures=["AP"]
    )
    words = RequestFlags(RetrievalRequest).words(request)
    assert words[2:6] == ["--systems", "bm25 k1=0.9", "--systems", f"dense model={tmp_path} pooling=cls"]
    assert ("systems.model", "encoder", tmp_path) in input_paths(request)
