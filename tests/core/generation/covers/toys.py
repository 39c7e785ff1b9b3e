"""Toy models that are read byte by byte, and what enumeration says of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from core.tokenizers.open import Tokenizer
from tests.core.generation.table_model import END, TableModel

Law = Callable[[tuple[str, ...]], Mapping[str, float]]
"""The tokens so far → the probability of each next token; "" is the end."""


def model_of(tokenizer: Tokenizer, law: Law) -> TableModel:
    """A model whose texts begin with its end token, as GPT-2's do."""
    names = [token.content for token in tokenizer.vocabulary]
    end = names.index(END)
    ids = {name: id for id, name in enumerate(names)} | {"": end}

    def by_id(read: tuple[int, ...]) -> dict[int, float]:
        return {ids[name]: p for name, p in law(tuple(names[id] for id in read[1:])).items()}

    model = TableModel(tokenizer, by_id, ends=frozenset({end}))
    model.begin = (end,)
    return model


def sequences(law: Law, length: int, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], float]]:
    """All token strings that spell at least `length` characters and did not before their last token, and all
    shorter texts that end (their last token is ""), with their probabilities."""
    for token, probability in law(before).items():
        if not probability:
            continue
        read = (*before, token)
        if not token or len("".join(read)) >= length:
            yield read, probability
        else:
            for more, rest in sequences(law, length, read):
                yield more, probability * rest


def begun(law: Law, text: str, valid: Callable[[tuple[str, ...]], bool] = lambda tokens: True) -> float:
    """The probability that a text begins so, by enumeration; only token strings that are `valid` count."""
    return sum(
        p
        for tokens, p in sequences(law, len(text))
        if "".join(tokens).startswith(text) and tokens[-1:] != ("",) and valid(tokens)
    )


def is_canonical(tokenizer: Tokenizer) -> Callable[[tuple[str, ...]], bool]:
    names = [token.content for token in tokenizer.vocabulary]
    known: dict[tuple[str, ...], bool] = {}

    def valid(tokens: tuple[str, ...]) -> bool:
        if tokens not in known:
            known[tokens] = tuple(names[i] for i in tokenizer.encode("".join(tokens)).ids) == tokens
        return known[tokens]

    return valid
