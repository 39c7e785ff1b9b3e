from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
)

from core.generation.language.lean_weights import lean_weights
from core.generation.language.loaded import Loaded, load
from core.generation.language.through_transformers import ModuleCache
from core.generation.language.tree import TreeModel
from tests.core.generation.greedy import ours, theirs, ties
from tests.core.generation.stories260k import write_stories260k
from tests.tiny_models import tiny_tokenizer

STARTERS = Path(__file__).parents[4] / "resources" / "starter"
SIZES: dict[str, Any] = {
    "vocab_size": 320,
    "hidden_size": 48,
    "intermediate_size": 80,
    "num_hidden_layers": 3,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
    "max_position_embeddings": 700,
}
SCALED = {
    "rope_type": "llama3", "rope_theta": 1e4, "factor": 4.0, "low_freq_factor": 1.0,
    "high_freq_factor": 4.0, "original_max_position_embeddings": 64,
}  # fmt: skip
MODELS = {
    "llama": lambda: LlamaForCausalLM(LlamaConfig(**SIZES)),
    "llama with biases": lambda: LlamaForCausalLM(LlamaConfig(**SIZES, attention_bias=True, mlp_bias=True)),
    "llama 3, tied": lambda: LlamaForCausalLM(
        LlamaConfig(**SIZES, rope_parameters=SCALED, tie_word_embeddings=True)
    ),
    "mistral": lambda: MistralForCausalLM(MistralConfig(**SIZES, sliding_window=None, head_dim=16)),
    "qwen 2": lambda: Qwen2ForCausalLM(Qwen2Config(**SIZES)),
    "qwen 3": lambda: Qwen3ForCausalLM(Qwen3Config(**SIZES, head_dim=16)),
}
PROMPTS = (
    "It was the best of tim", "The ferryman took", "In the year 1921 a", "She said", "When the rain",
    "My dear Watson, ", "A house without", "Of all the", "There is no bridge", "Then",
    "He looked at the sea, and", "“I do not", "On Monday the", "Nobody knew why", "The old clock on the wall",
    "Money", "I", "They had walked for", "If you", "The king and",
)  # fmt: skip


@pytest.fixture(scope="module", params=MODELS)
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    torch.manual_seed(5)
    module = MODELS[request.param]()
    with torch.no_grad():
        for parameter in module.parameters():  # biases and norms, too
            parameter.add_(torch.randn(parameter.shape) * 0.15)
    folder = tmp_path_factory.mktemp("models") / "model"
    module.save_pretrained(folder)
    tiny_tokenizer("bpe", 320).save(str(folder / "tokenizer.json"))
    return load(folder, dtype=torch.float32, device="cpu", field="models")


def plain(loaded: Loaded, ids: list[int]) -> torch.Tensor:
    with torch.inference_mode():
        return torch.log_softmax(loaded.module(input_ids=torch.tensor([ids])).logits[0], -1)


def random_ids(count: int, seed: int = 0) -> list[int]:
    return torch.randint(300, (count,), generator=torch.Generator().manual_seed(seed)).tolist()


def test_that_it_foretells_what_transformers_does(loaded: Loaded) -> None:
    assert loaded.lean is not None
    text = random_ids(600)  # more than one block, and more than the first buffer holds
    model = loaded.opened()
    (state,), law, inside = model.advance([model.start()], [text], every=True, hidden=True)
    expected = plain(loaded, [*text, 5, 6, 7])
    assert torch.allclose(law.log_softmax(-1), expected[:600], atol=1e-4)
    for at, id in enumerate((5, 6, 7)):
        (state,), law, _ = model.advance([state], [[id]])
        assert torch.allclose(law.log_softmax(-1)[0], expected[600 + at], atol=1e-4)
    assert inside is not None
    head: Any = loaded.module.get_output_embeddings()  # type: ignore[operator]
    assert torch.allclose(head(inside).log_softmax(-1), expected[:600], atol=1e-4)


def test_that_a_state_does_not_depend_on_its_companions(loaded: Loaded) -> None:
    texts = [random_ids(length, seed=length) for length in (3, 40, 17, 9, 25, 1, 30, 12)]
    more = [random_ids(length, seed=length) for length in (1, 2, 1, 5, 1, 1, 3, 1)]
    model = loaded.opened()
    states, _, _ = model.advance([model.start()] * 8, texts)
    _, law, _ = model.advance(states, more)
    for text, rest, row in zip(texts, more, law.log_softmax(-1), strict=True):
        alone = loaded.opened()
        (state,), _, _ = alone.advance([alone.start()], [text])
        _, own, _ = alone.advance([state], [rest])
        assert torch.allclose(row, own.log_softmax(-1)[0], atol=1e-5)


def test_that_weights_are_held_once(loaded: Loaded) -> None:
    weights = lean_weights(loaded.module)
    assert weights is not None
    block: Any = loaded.module.model.layers[0]  # type: ignore[union-attr, index]
    assert block.self_attn.k_proj.weight.untyped_storage().data_ptr() == (
        weights.layers[0].qkv.weight.untyped_storage().data_ptr()
    )
    assert loaded.module(input_ids=torch.tensor([[1, 2]])).logits.isfinite().all()


@pytest.mark.parametrize("name", ["prose-bpe", "prose-unigram", "stories260K"])
def test_that_greedy_texts_are_those_of_transformers(name: str, shared_data: Path, tmp_path: Path) -> None:
    folder = STARTERS / name
    if name == "stories260K":
        folder = write_stories260k(shared_data, tmp_path / name)
    loaded = load(folder, dtype=torch.float32, device="cpu", field="models")
    lean = loaded.opened()
    assert loaded.lean is not None
    prompts = [lean.encode(text) for text in PROMPTS]
    eights = [prompts[start : start + 8] for start in range(0, len(prompts), 8)]
    expected = [ids for some in eights for ids in theirs(loaded.module, some, 64)]
    together = [ids for some in eights for ids in ours(loaded.opened(), some, 64)]
    alone = [ours(loaded.opened(), [prompt], 64)[0] for prompt in prompts]
    for prompt, other, one, two in zip(prompts, expected, together, alone, strict=True):
        assert ties(loaded.module, prompt, other, one)
        assert ties(loaded.module, prompt, other, two)
    through = loaded.around(ModuleCache(loaded.module))
    assert isinstance(through, TreeModel)
    assert ours(through, prompts[:3], 20) == ours(lean, prompts[:3], 20)
