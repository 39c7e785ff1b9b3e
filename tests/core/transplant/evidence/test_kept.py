"""What an encoder keeps of itself."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from core.errors import UserError
from core.jobs.context import Context
from core.transplant.evidence.kept import kept_figures, read_trials
from core.transplant.methods.fvt import Fvt
from core.transplant.request import TransplantRequest
from core.transplant.result import SIMILARITY_KEPT
from core.transplant.run import transplant
from core.transplant.texts import Slice
from tests.core.encoders.toys import write_encoder
from tests.core.transplant.toys import ROLES, prose, trained, write_tokenizer


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two encoders, a collection whose queries are the beginnings of its documents, and a table of pairs."""
    folder = tmp_path_factory.mktemp("kept")
    write_encoder(folder / "one")
    write_encoder(folder / "other", seed=1)
    shutil.rmtree(folder / "other" / "1_Pooling")
    (folder / "other" / "modules.json").unlink()
    lines = [line for line in prose().splitlines() if len(line) > 40][:40]
    (folder / "c" / "qrels").mkdir(parents=True)
    (folder / "c" / "corpus.jsonl").write_text(
        "".join(json.dumps({"_id": f"d{i}", "text": line}) + "\n" for i, line in enumerate(lines)),
        encoding="utf-8",
    )
    (folder / "c" / "queries.jsonl").write_text(
        "".join(json.dumps({"_id": f"q{i}", "text": line[:38]}) + "\n" for i, line in enumerate(lines)),
        encoding="utf-8",
    )
    (folder / "c" / "qrels" / "test.tsv").write_text(
        "".join(f"q{i}\td{i}\t1\n" for i in range(len(lines))), encoding="utf-8"
    )
    (folder / "pairs.tsv").write_text(
        "".join(
            f"{one}\t{other}\t{i}\n" for i, (one, other) in enumerate(zip(lines, lines[5:], strict=False))
        ),
        encoding="utf-8",
    )
    return folder


def test_that_an_encoder_keeps_all_of_itself(place: Path, tmp_path: Path) -> None:
    trials = read_trials(place / "c", [place / "pairs.tsv"], [Slice("prose", (prose()[:3000],))])
    found = kept_figures(place / "one", place / "one", trials, Context(workdir=tmp_path))
    assert [(each.name, each.on) for each in found] == [
        ("nDCG@10", "c"), ("recall@100", "c"), ("Spearman", "pairs.tsv"), (SIMILARITY_KEPT, "c"),
        (SIMILARITY_KEPT, "prose"),
    ]  # fmt: skip
    for each in found:
        assert each.after == pytest.approx(each.before)
    assert found[0].before > 0.3
    assert found[1].before == 1
    assert (found[0].items, found[2].items, found[3].items) == (40, 35, 20_000)


def test_that_another_keeps_less_though_it_is_used_alike(place: Path, tmp_path: Path) -> None:
    trials = read_trials(pairs=[place / "pairs.tsv"])
    found = kept_figures(place / "one", place / "other", trials, Context(workdir=tmp_path))
    assert [each.name for each in found] == ["Spearman", SIMILARITY_KEPT]
    assert found[1].after < 0.9


def test_that_nothing_to_try_is_nothing_kept(place: Path, tmp_path: Path) -> None:
    assert kept_figures(place / "one", place / "other", read_trials(), Context(workdir=tmp_path)) == []
    few = read_trials(slices=[Slice("a", ("one line that is long enough to count\n",))])
    assert kept_figures(place / "one", place / "other", few, Context(workdir=tmp_path)) == []


def test_that_what_cannot_be_read_is_told_by_its_field(place: Path) -> None:
    with pytest.raises(UserError) as caught:
        read_trials(place)
    assert caught.value.field == "collection"
    with pytest.raises(UserError) as caught:
        read_trials(pairs=[place / "none.tsv"])
    assert caught.value.field == "pairs"


def test_that_a_transplant_tells_what_its_encoder_keeps(place: Path, tmp_path: Path) -> None:
    target = write_tokenizer(tmp_path / "target", trained("byte-level", 500), ROLES["byte-level"])
    (tmp_path / "prose.txt").write_text(prose()[:2000], encoding="utf-8")
    found = transplant(
        TransplantRequest(
            base=place / "one",
            target_tokenizer=target,
            method=Fvt(),
            collection=place / "c",
            pairs=[place / "pairs.tsv"],
            text=[tmp_path / "prose.txt"],
            out=tmp_path / "out",
        ),
        Context(workdir=tmp_path / "run"),
    )
    told = {(each.name, each.on): each for each in found.kept}
    assert told["nDCG@10", "c"].before > 0.3
    assert set(told) == {
        ("nDCG@10", "c"), ("recall@100", "c"), ("Spearman", "pairs.tsv"), (SIMILARITY_KEPT, "c"),
        (SIMILARITY_KEPT, "prose.txt"),
    }  # fmt: skip
    assert found.bits_per_byte.after == {}
    assert "nDCG@10 on c" in found.summary()
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "pipeline_tag: sentence-similarity" in card
    assert "nDCG@10 on c: " in card
    report = json.loads((tmp_path / "out" / "transplant_report.json").read_bytes())
    assert [each["name"] for each in report["kept"]] == [each.name for each in found.kept]
