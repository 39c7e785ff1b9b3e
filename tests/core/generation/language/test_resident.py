import gc
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from core.errors import UserError
from core.generation.language import resident
from core.generation.language.opened import open_language_model
from core.generation.language.preview import foreseen
from core.generation.language.resident import residents, unload
from core.jobs.context import Context
from core.jobs.memory import free_memory
from tests.tiny_models import write_tiny_model


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    yield
    unload([Path(model.path) for model in residents().models])


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    return Context(device="cpu", workdir=tmp_path)


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    return [write_tiny_model(tmp_path / name) for name in ("one", "two", "three")]


def names() -> list[str]:
    gc.collect()
    return [model.name for model in residents().models]


def test_that_weights_are_read_once(
    folders: list[Path], ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_language_model(folders[0], ctx)
    monkeypatch.setattr(resident, "load", None)
    second = open_language_model(folders[0], ctx)
    assert first is not second
    (state,), law, _ = first.advance([first.start()], [[1, 2, 3]])
    _, again, _ = second.advance([second.start()], [[1, 2, 3]])
    assert torch.equal(law, again)
    assert (first.calls, second.calls) == (1, 1)
    assert state.length == 3


def test_that_a_changed_folder_is_read_anew(folders: list[Path], ctx: Context) -> None:
    def law() -> torch.Tensor:
        model = open_language_model(folders[0], ctx)
        return model.advance([model.start()], [[1, 2, 3]]).logits

    before = law()
    other = write_tiny_model(folders[0].parent / "other", seed=1)
    (other / "model.safetensors").replace(folders[0] / "model.safetensors")
    assert not torch.allclose(before, law())
    assert names() == ["one"]


def test_that_the_least_recently_used_goes_first(
    folders: list[Path], ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, three = folders
    size = _bytes_of(one, ctx)
    monkeypatch.setattr(resident, "_budget", lambda device: 2 * size)
    for folder in (one, two, one, three):
        open_language_model(folder, ctx)
    assert names() == ["one", "three"]


def test_that_what_a_job_uses_stays(
    folders: list[Path], ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resident, "_budget", lambda device: 0)
    used = [open_language_model(folder, ctx) for folder in folders]
    assert names() == ["one", "two", "three"]
    del used[1]
    gc.collect()
    used.append(open_language_model(folders[0], ctx))
    assert names() == ["three", "one"]


def test_that_kept_models_go_first_when_another_job_needs_memory(folders: list[Path], ctx: Context) -> None:
    used = open_language_model(folders[0], ctx)
    open_language_model(folders[1], ctx)
    assert names() == ["one", "two"]
    free_memory(wanted=0)
    assert names() == ["one", "two"]
    free_memory(wanted=10**15)
    assert names() == ["one"]
    assert used.advance([used.start()], [[1]]).logits.isfinite().all()


def test_that_too_large_a_model_is_refused_before_it_is_read(
    folders: list[Path], ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resident, "free_memory", lambda device, wanted=0: 100_000)
    with pytest.raises(
        UserError, match=r"one takes .* for 64 tokens of text, and 100.0 kB are free"
    ) as refused:
        open_language_model(folders[0], ctx, field="model")
    assert refused.value.field == "model"
    assert "16 bits" in refused.value.message


def test_that_number_types_are_told_apart(folders: list[Path], ctx: Context) -> None:
    full = open_language_model(folders[0], ctx)
    half = open_language_model(folders[0], ctx, dtype="bfloat16")
    assert {model.dtype for model in residents().models} == {"float32", "bfloat16"}
    small, large = sorted(model.bytes for model in residents().models)
    assert small < 0.6 * large
    laws = [model.advance([model.start()], [[1, 2, 3]]).logits for model in (full, half)]
    assert laws[1].dtype == torch.float32
    assert torch.allclose(*(law.softmax(-1) for law in laws), atol=0.02)
    with pytest.raises(UserError, match="float16 is for graphics cards"):
        open_language_model(folders[0], ctx, dtype="float16")


def test_that_memory_is_foreseen_without_torch(folders: list[Path]) -> None:
    code = (
        "import sys; from pathlib import Path; from core.generation.language.preview import foreseen\n"
        f"print(foreseen(Path({str(folders[0])!r}), 'float32', 64), 'torch' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found, loaded = said.stdout.split()
    assert loaded == "False"
    assert int(found) == foreseen(folders[0], "float32", 64)
    assert foreseen(folders[0], "bfloat16", 64) < int(found)


def test_that_weights_cache_and_logits_are_foreseen(folders: list[Path]) -> None:
    rows, width, inner, tokens = 320, 16, 32, 64
    weights = rows * width + 4 * width * width + 3 * width * inner + 3 * width
    cache = 2 * width * tokens
    step = tokens * (12 * width + 2 * inner + tokens + rows)
    assert foreseen(folders[0], "float32", tokens) == 4 * (weights + cache + step)


def _bytes_of(folder: Path, ctx: Context) -> int:
    open_language_model(folder, ctx)
    return residents().models[0].bytes
