"""The job, through its doors; and that nothing changes where nothing is merged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from core.errors import Cancelled, UserError
from core.generation.generate.run import generate
from core.generation.language import resident
from core.generation.language.loaded import load
from core.generation.language.opened import open_language_model
from core.hypernetwork.config import HypernetworkConfig
from core.hypernetwork.folder import save
from core.hypernetwork.forms import BYTES
from core.hypernetwork.network import Hypernetwork
from core.jobs.context import Context, Control
from core.jobs.events import Partial
from core.merged.choosing import Choosing
from core.merged.embedded import EmbeddedModel
from core.merged.made_rows import MadeRows, MergedToken
from core.merged.preview import preview
from core.merged.reading import read_both_ways
from core.merged.request import MergedRequest
from core.merged.result import NOTE_TRAINED, MergedResult
from core.merged.run import merged
from core.merged.writing import write
from core.models.bits_per_byte import token_losses
from core.models.folder import open_model
from core.transplant.methods.fvt import Fvt
from core.transplant.methods.random_normal import RandomNormal
from core.transplant.rows import Shared
from tests.tiny_models import write_text, write_tiny_model


@pytest.fixture(scope="module", params=["bpe", "unigram"])
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("models") / request.param, request.param, tied=False)


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_text(tmp_path_factory.mktemp("texts") / "text.txt", 3_000)


def asked(tiny: Path, text: Path, **values: Any) -> MergedRequest:
    given = {
        "prompt": "The lantern",
        "read_bytes": 1_000,
        "size": 300,
        "max_bytes": 30,
        "reach": "phrases",
    }
    return MergedRequest(model=tiny, text=[text], **(given | values))


def test_that_it_reads_and_writes_both_ways(tiny: Path, text: Path) -> None:
    found: MergedResult = merged(asked(tiny, text))
    reading, large = found.reading, found.vocabulary
    assert reading.merged_tokens < reading.tokens
    assert reading.points[-1].tokens == reading.merged_tokens
    assert [point.merges for point in reading.points] == sorted(point.merges for point in reading.points)
    assert large.size == 300
    assert large.rows_bytes == 300 * 16 * 2
    assert large.recall_1 > 0.9
    assert 0 <= large.missing_mass < 1
    for way in (found.plain, found.merged):
        assert [piece.start for piece in way.pieces[1:]] == [piece.end for piece in way.pieces[:-1]]
        assert way.pieces[-1].end == way.bytes
        assert way.bits_per_byte > 0
    assert not any(piece.merged for piece in found.plain.pieces)
    assert "hypernetwork" in found.note
    assert found.summary()
    assert [table.rows for table in found.tables()]


def test_that_plain_reading_is_that_of_bits_per_byte(tiny: Path, tmp_path: Path) -> None:
    loaded = load(tiny, dtype=torch.float32, device="cpu", field="model")
    model, language, ctx = EmbeddedModel(loaded), loaded.opened(), Context(workdir=tmp_path)
    ids = language.tokenizer.encode("The lantern is nine, and the clock was out in the rain.").ids
    rows = MadeRows(
        Fvt(), "input", model.input, loaded.folder, loaded.tokenizer, scaled=False, shared=Shared(), seed=0
    )
    reading, pieces = read_both_ways(
        model, [ids], list(language.pieces), rows, begin=language.begin, merges=4, boundary="words", ctx=ctx
    )
    losses = token_losses(loaded.module, ids, prefix=language.begin[0], context=64, ctx=ctx).double()
    size = sum(len(language.pieces[id] or b"") for id in ids)
    assert reading.plain_bits_per_byte == pytest.approx(float(losses.sum()) / 0.6931472 / size, rel=1e-4)
    assert sum(piece.pieces for piece in pieces) == len(ids)
    assert reading.points[0].merges == 1


def test_that_a_merged_token_of_one_piece_changes_nothing(tiny: Path, tmp_path: Path) -> None:
    """The mean of one row is that row: so the model reads what it would have read."""
    loaded = load(tiny, dtype=torch.float32, device="cpu", field="model")
    model, ctx = EmbeddedModel(loaded), Context(workdir=tmp_path)
    rows = MadeRows(
        Fvt(), "input", model.input, loaded.folder, loaded.tokenizer, scaled=False, shared=Shared(), seed=0
    )
    made = rows.make([MergedToken(b"x", [9]), MergedToken(b"xy", [9, 11])], ctx)
    assert torch.equal(made[0], model.input[9])
    assert torch.allclose(made[1], (model.input[9] + model.input[11]) / 2)
    scaled = MadeRows(
        Fvt(), "head", model.head, loaded.folder, loaded.tokenizer, scaled=True, shared=Shared(), seed=0
    )
    lengths = torch.linalg.vector_norm(scaled.make([MergedToken(b"xy", [9, 11])], ctx), dim=1)
    assert float(lengths[0]) == pytest.approx(
        float(torch.linalg.vector_norm(model.head, dim=1).median()), rel=1e-2
    )


def test_that_random_rows_depend_on_the_seed_alone(tiny: Path, tmp_path: Path) -> None:
    loaded = load(tiny, dtype=torch.float32, device="cpu", field="model")
    model, ctx = EmbeddedModel(loaded), Context(workdir=tmp_path)
    tokens = [MergedToken(b"xy", [9, 11]), MergedToken(b"yx", [11, 9])]

    def made(seed: int) -> torch.Tensor:
        rows = MadeRows(
            RandomNormal(),
            "head",
            model.head,
            loaded.folder,
            loaded.tokenizer,
            scaled=False,
            shared=Shared(),
            seed=seed,
        )
        return torch.cat([rows.make(tokens[:1], ctx), rows.make(tokens[1:], ctx, first=1)])

    assert torch.equal(made(1), made(1))
    assert not torch.equal(made(1), made(2))


def test_that_a_hypernetwork_makes_the_rows(tiny: Path, text: Path, tmp_path: Path) -> None:
    folder = open_model(tiny)
    config = HypernetworkConfig(
        width=16,
        feed_forward=32,
        layers=1,
        heads=1,
        base_width=folder.hidden_size,
        base_tokens=folder.vocab_size,
        extra_tokens=BYTES + 1,
        longest=8,
        padding=folder.vocab_size + BYTES,
        untied=True,
        scaled=True,
        bias=False,
        digest="untrained",
    )
    torch.manual_seed(0)
    save(Hypernetwork(config), tmp_path / "network", trained={})
    zett = {"name": "zett", "hypernetwork": tmp_path / "network"}
    found = merged(asked(tiny, text, method=zett, lengths="as made"))
    assert found.note == NOTE_TRAINED
    assert found.method.startswith("zett hypernetwork=")
    assert found.vocabulary.size == 300
    plain = merged(asked(tiny, text, lengths="as made"))
    assert found.reading.bits_merged != plain.reading.bits_merged
    assert found.reading.bits_plain == plain.reading.bits_plain


def test_that_plain_writing_is_greedy(tiny: Path, tmp_path: Path) -> None:
    loaded = load(tiny, dtype=torch.float32, device="cpu", field="model")
    language, ctx = loaded.opened(), Context(workdir=tmp_path)
    prompt = language.encode("The lantern")
    written = write(
        EmbeddedModel(loaded), prompt, language.pieces, None, Choosing(prompt, ends=language.ends),
        most=40, leading=False, tell=lambda pieces: None, ctx=ctx,
    )  # fmt: skip
    out = loaded.module.generate(  # type: ignore[operator]
        torch.tensor([prompt]), max_new_tokens=len(written.pieces), do_sample=False, pad_token_id=0
    )
    greedy = out[0, len(prompt) :].tolist()
    assert written.data == b"".join(language.pieces[id] or b"" for id in greedy)


def test_that_sampling_plainly_is_that_of_the_generation_lab(tiny: Path, text: Path) -> None:
    line = "temperature t=1.5"
    found = merged(asked(tiny, text, decoding="sample", samplers=[line]), seed=5)
    other = generate(
        models=[tiny],
        prompt="The lantern",
        strategy={"kind": "sample"},
        samplers=[line],
        max_bytes=30,
        boundary="plain",
        seed=5,
    )
    length = min(len(found.plain.text), len(other.transcripts[0].text), 25)
    assert found.plain.text[:length] == other.transcripts[0].text[:length], length
    assert found.decoding == f"sample, {line}"


def test_that_the_seed_decides_what_is_sampled(tiny: Path, text: Path) -> None:
    def written(seed: int) -> str:
        return merged(asked(tiny, text, decoding="sample"), seed=seed).merged.text

    assert written(1) == written(1) != written(2)


def test_that_the_model_in_memory_is_used_and_left_as_it_was(
    tiny: Path, text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    language = open_language_model(tiny, Context(workdir=tmp_path), dtype="float32")
    before = language.advance([language.start()], [[1, 2, 3]]).logits
    monkeypatch.setattr(resident, "load", None)
    merged(asked(tiny, text))
    assert torch.equal(before, language.advance([language.start()], [[1, 2, 3]]).logits)


def test_that_the_vocabulary_is_kept_and_the_same(tiny: Path, text: Path) -> None:
    first, again, other = (merged(asked(tiny, text, size=size)) for size in (200, 200, 100))
    assert (first.vocabulary.was_kept, again.vocabulary.was_kept, other.vocabulary.was_kept) == (
        False,
        True,
        False,
    )
    assert again.merged.text == first.merged.text
    assert again.vocabulary.recall_10 == first.vocabulary.recall_10


def test_that_too_few_tokens_are_said(tiny: Path, text: Path) -> None:
    found = merged(asked(tiny, text, size=100_000, reach="words", cache=False))
    assert found.vocabulary.size < 100_000
    assert "different merged tokens" in found.warnings[0]


@pytest.mark.parametrize(
    ("values", "sentence", "field"),
    [
        ({"method": {"name": "omp"}}, "takes another model's embeddings", "method"),
        ({"method": {"name": "zett"}}, "hypernetwork=FOLDER", "method"),
        ({"head_method": "omp"}, "takes another model's embeddings", "head_method"),
        ({"head_method": "nonsense"}, "There is no method called", "head_method"),
        ({"head_method": "subword weights=sum,mean"}, "Name one method", "head_method"),
        ({"prompt": "word " * 200}, "shorten it", "prompt"),
    ],
)
def test_that_what_cannot_be_is_said_in_a_sentence(
    tiny: Path, text: Path, values: dict[str, Any], sentence: str, field: str
) -> None:
    with pytest.raises(UserError, match=sentence) as refused:
        merged(asked(tiny, text, cache=False, **values))
    assert refused.value.field == field


def test_that_memory_is_foreseen(tiny: Path, text: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.transplant.loading.free_memory", lambda device, wanted=0: 10_000_000)
    with pytest.raises(UserError, match="A vocabulary of 300 further tokens takes about") as refused:
        merged(asked(tiny, text))
    assert refused.value.field == "size"


def test_that_partial_results_tell_the_reading_and_all_pieces(tiny: Path, text: Path, tmp_path: Path) -> None:
    told: list[dict[str, Any]] = []
    ctx = Context(
        workdir=tmp_path, send=lambda event: told.append(event.data) if isinstance(event, Partial) else None
    )
    found = merged(asked(tiny, text), ctx)
    assert told[0]["part"] == "reading"
    assert told[0]["reading"] == found.reading.model_dump()
    for way, writing in (("plain", found.plain), ("merged", found.merged)):
        pieces = [piece for data in told if data.get("way") == way for piece in data["pieces"]]
        assert pieces == [piece.model_dump() for piece in writing.pieces]


def test_that_a_stop_is_heard(tiny: Path, text: Path, tmp_path: Path) -> None:
    control = Control()
    ctx = Context(
        workdir=tmp_path,
        control=control,
        send=lambda event: control.cancel() if isinstance(event, Partial) else None,
    )
    with pytest.raises(Cancelled):
        merged(asked(tiny, text), ctx)


def test_that_the_preview_finds_faults_first(tiny: Path, text: Path, tmp_path: Path) -> None:
    good = preview(asked(tiny, text))
    assert not good.problems
    assert good.seconds is not None
    bad = preview(asked(tmp_path / "none", tmp_path / "none.txt", method={"name": "omp"}))
    assert [problem.field for problem in bad.problems] == ["model", "text", "method"]
