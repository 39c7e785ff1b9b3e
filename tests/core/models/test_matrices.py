"""Which tensors belong to the vocabulary."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.models.headers import TensorEntry
from core.models.matrices import Matrices, find_matrices


def shapes(**shapes: tuple[int, ...]) -> dict[str, TensorEntry]:
    """Tensors by name (two underscores for a dot) and shape."""
    return {
        name.replace("__", "."): TensorEntry(Path("model.safetensors"), "F32", shape, 0, 0)
        for name, shape in shapes.items()
    }


def test_that_no_word_embeddings_are_no_matrices() -> None:
    assert find_matrices(shapes(vision__patch__weight=(3, 3)), {}) is None
    assert find_matrices(shapes(model__embed_tokens__weight=(9,)), {}) is None


def test_that_of_several_embeddings_the_one_of_the_vocabularys_size_is_taken() -> None:
    tensors = shapes(audio__embed_tokens__weight=(5, 4), text__embed_tokens__weight=(9, 4))
    found = find_matrices(tensors, {"vocab_size": 9})
    assert found == Matrices("text.embed_tokens.weight", None, (), (), 9, 4)


def test_that_a_usual_name_goes_before_an_ending() -> None:
    tensors = shapes(side__wte__weight=(9, 4), model__embed_tokens__weight=(9, 4))
    found = find_matrices(tensors, {})
    assert found is not None
    assert found.input == "model.embed_tokens.weight"
    assert found.others == ("side.wte.weight",)


def test_that_a_head_behind_a_projection_is_the_head() -> None:
    tensors = shapes(model__embed_tokens__weight=(9, 4), lm_head__weight=(9, 6))
    found = find_matrices(tensors, {"vocab_size": 9, "hidden_size": 6})
    assert found is not None
    assert (found.head, found.others, found.misshapen) == ("lm_head.weight", (), None)


@pytest.mark.parametrize("shape", [(8, 4), (9, 7), (9,), (4, 9)])
def test_that_a_head_of_another_shape_is_none(shape: tuple[int, ...]) -> None:
    tensors = shapes(model__embed_tokens__weight=(9, 4), lm_head__weight=shape)
    found = find_matrices(tensors, {"vocab_size": 9, "hidden_size": 4})
    assert found is not None
    assert (found.head, found.misshapen) == (None, "lm_head.weight")


def test_that_a_bias_held_twice_is_known_twice() -> None:
    tensors = shapes(
        bert__embeddings__word_embeddings__weight=(9, 4),
        cls__predictions__bias=(9,),
        cls__predictions__decoder__bias=(9,),
    )
    found = find_matrices(tensors, {"vocab_size": 9})
    assert found is not None
    assert found.biases == ("cls.predictions.bias", "cls.predictions.decoder.bias")


def test_that_copies_of_the_embedding_are_others() -> None:
    tensors = shapes(shared__weight=(9, 4), encoder__embed_tokens__weight=(9, 4), decoder__norm__weight=(4,))
    found = find_matrices(tensors, {"vocab_size": 9})
    assert found is not None
    assert (found.input, found.others) == ("shared.weight", ("encoder.embed_tokens.weight",))


@pytest.mark.parametrize("key", ["n_positions", "intermediate_size", "hidden_size"])
def test_that_positions_as_many_as_words_are_no_others(key: str) -> None:
    tensors = shapes(transformer__wte__weight=(9, 4), transformer__embed_positions__weight=(9, 4))
    found = find_matrices(tensors, {"vocab_size": 9, key: 9})
    assert found is not None
    assert found.others == ()
