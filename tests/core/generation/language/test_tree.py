import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import BloomConfig, BloomForCausalLM, GPT2Config, GPT2LMHeadModel

from core.errors import Cancelled, UserError
from core.generation.language import tree
from core.generation.language.language_model import LanguageModel, State
from core.generation.language.loaded import Loaded, load
from core.generation.language.through_transformers import ModuleCache
from core.generation.language.tree import TreeModel
from core.generation.language.whole import WholeModel
from tests.tiny_models import tiny_tokenizer, write_tiny_model

TEXT = [11, 45, 3, 200, 7, 7, 120, 64, 31, 5]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    folder = write_tiny_model(tmp_path_factory.mktemp("models") / "tiny", layers=2)
    return load(folder, dtype=torch.float32, device="cpu", field="models")


@pytest.fixture
def model(loaded: Loaded) -> LanguageModel:
    return loaded.opened()


def plain(loaded: Loaded, ids: list[int]) -> torch.Tensor:
    with torch.inference_mode():
        return loaded.module(input_ids=torch.tensor([ids])).logits[0]


def test_that_a_text_read_token_by_token_foretells_what_one_pass_does(
    loaded: Loaded, model: LanguageModel
) -> None:
    state, rows = model.start(), []
    for id in TEXT:
        (state,), row, _ = model.advance([state], [[id]])
        rows.append(row)
    assert torch.allclose(torch.cat(rows), plain(loaded, TEXT), atol=1e-5)


def test_that_branches_do_not_disturb_each_other(loaded: Loaded, model: LanguageModel) -> None:
    draw = random.Random(3)
    states: list[tuple[State, list[int]]] = [(model.start(), [])]
    for _ in range(60):
        chosen = [draw.choice(states) for _ in range(draw.randint(1, 5))]
        more = [[draw.randrange(model.vocab_size) for _ in range(draw.randint(1, 4))] for _ in chosen]
        fits = [at for at, (state, _) in enumerate(chosen) if state.length + 4 <= 40]
        if not fits:
            continue
        after, logits, _ = model.advance([chosen[at][0] for at in fits], [more[at] for at in fits])
        for state, row, at in zip(after, logits, fits, strict=True):
            read = chosen[at][1] + more[at]
            assert torch.allclose(row, plain(loaded, read)[-1], atol=1e-4)
            states.append((state, read))
        draw.shuffle(states)
        del states[6:]  # dead ones among the slots


def test_that_memory_of_dead_branches_is_given_back(loaded: Loaded) -> None:
    cache = ModuleCache(loaded.module)
    model = loaded.around(cache)
    (trunk,), _, _ = model.advance([model.start()], [TEXT])
    for id in range(600):
        model.advance([trunk], [[id % model.vocab_size]])
    slots = cache._kept.get_seq_length()
    assert slots < 300
    _, row, _ = model.advance([trunk], [[9]])
    assert torch.allclose(row, plain(loaded, [*TEXT, 9])[-1:], atol=1e-5)


def test_that_every_row_and_what_the_head_reads_are_told(loaded: Loaded, model: LanguageModel) -> None:
    (one, _), law, inside = model.advance(
        [model.start(), model.start()], [TEXT[:4], TEXT[4:6]], every=True, hidden=True
    )
    assert inside is not None
    assert law.shape == (6, model.vocab_size)
    assert inside.shape == (6, 16)
    assert one.length == 4
    assert torch.allclose(law[:4], plain(loaded, TEXT[:4]), atol=1e-5)
    head = loaded.module.get_output_embeddings()  # type: ignore[operator]
    assert torch.allclose(head(inside), law, atol=1e-5)


def test_that_long_texts_are_read_in_blocks_and_can_be_stopped(
    loaded: Loaded, model: LanguageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "BLOCK", 3)
    (one, two), law, _ = model.advance([model.start(), model.start()], [TEXT, TEXT[2:]])
    assert torch.allclose(law[0], plain(loaded, TEXT)[-1], atol=1e-5)
    assert torch.allclose(law[1], plain(loaded, TEXT[2:])[-1], atol=1e-5)
    _, law, _ = model.advance([two, one], [TEXT[:5], TEXT[:1]], every=True)
    assert torch.allclose(law[:5], plain(loaded, [*TEXT[2:], *TEXT[:5]])[-5:], atol=1e-5)

    left = 2

    def check() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Cancelled

    model.check = check
    with pytest.raises(Cancelled):
        model.advance([model.start()], [TEXT])


def test_that_a_text_past_the_context_is_refused_with_both_lengths(model: LanguageModel) -> None:
    (state,), _, _ = model.advance([model.start()], [[1] * 60])
    with pytest.raises(UserError, match="takes 64 tokens at once, and this would be 65"):
        model.advance([state], [[1] * 5])


def test_that_nan_is_a_sentence(loaded: Loaded) -> None:
    model = loaded.around(_Broken(loaded.module))
    with pytest.raises(UserError, match="gives no numbers"):
        model.advance([model.start()], [[1]])


class _Broken(ModuleCache):
    def read(self, *args: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:  # type: ignore[override]
        logits, inside = super().read(*args)
        return logits * torch.nan, inside


def test_that_rows_without_a_token_never_win(tmp_path: Path) -> None:
    folder = write_tiny_model(tmp_path / "tiny", vocab_size=320)
    content = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    last = max(content["model"]["vocab"], key=content["model"]["vocab"].get)
    rows = content["model"]["vocab"].pop(last)
    content["model"]["merges"].pop()
    (folder / "tokenizer.json").write_text(json.dumps(content), encoding="utf-8")
    found = load(folder, dtype=torch.float32, device="cpu", field="models")
    model = found.opened()
    _, law, _ = model.advance([model.start()], [[5, 6]])
    had = plain(found, [5, 6])[-1].softmax(-1)[rows]
    assert model.padding_mass == pytest.approx(float(had), rel=1e-4)
    assert model.vocab_size == rows + 1
    assert law[0, rows] == -torch.inf
    assert model.pieces[rows] is None


def test_that_models_that_cannot_branch_are_read_anew(tmp_path: Path) -> None:
    folder = write_tiny_model(tmp_path / "tiny")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config |= {"architectures": ["MistralForCausalLM"], "model_type": "mistral", "sliding_window": 4}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    loaded = load(folder, dtype=torch.float32, device="cpu", field="models")
    model = loaded.opened()
    assert isinstance(model, WholeModel)
    (one,), _, _ = model.advance([model.start()], [TEXT[:7]])
    _, law, inside = model.advance([one, one], [TEXT[7:], [1]], hidden=True)
    expected = torch.stack([plain(loaded, TEXT)[-1], plain(loaded, [*TEXT[:7], 1])[-1]])
    assert torch.allclose(law, expected, atol=1e-5)
    assert inside is not None
    assert inside.shape == (2, 16)


@pytest.mark.parametrize(
    ("module", "branches"),
    [
        (lambda: GPT2LMHeadModel(GPT2Config(vocab_size=320, n_embd=32, n_layer=2, n_head=2)), True),
        (lambda: BloomForCausalLM(BloomConfig(vocab_size=320, hidden_size=32, n_layer=2, n_head=2)), False),
    ],
    ids=["learned positions", "ALiBi"],
)
def test_that_models_of_other_shapes_foretell_what_one_pass_does(
    module: Callable[[], Any], branches: bool, tmp_path: Path
) -> None:
    torch.manual_seed(1)
    module().save_pretrained(tmp_path)
    tiny_tokenizer("bpe", 320).save(str(tmp_path / "tokenizer.json"))
    loaded = load(tmp_path, dtype=torch.float32, device="cpu", field="models")
    model = loaded.opened()
    assert loaded.lean is None
    assert isinstance(model, TreeModel) is branches
    (trunk,), _, _ = model.advance([model.start()], [TEXT[:6]])
    _, law, _ = model.advance([trunk, trunk], [TEXT[6:], [1]])
    expected = torch.stack([plain(loaded, TEXT)[-1], plain(loaded, [*TEXT[:6], 1])[-1]])
    assert torch.allclose(law, expected, atol=1e-4)


def test_that_branches_are_tried_before_they_are_trusted(loaded: Loaded) -> None:
    assert isinstance(loaded.opened(), TreeModel)
