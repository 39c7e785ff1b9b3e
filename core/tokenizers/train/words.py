"""WordPiece tokenizers, their pieces chosen as BPE chooses.

The library's own trainer for them numbers pieces in an order that changes from run to run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from core.jobs.context import Context
from core.tokenizers.train.byte_level import special
from core.tokenizers.train.symbols import SEPARATOR, character, learn_merges, symbol
from core.tokenizers.train.texts import Texts, between

UNKNOWN, CLASS, END = "[UNK]", "[CLS]", "[SEP]"
CONTINUED = "##"
LONGEST_WORD = 100
"""Characters; a longer word is unknown, as in BERT."""

_FED = 1_000
"""Words in a row, so that the library gets no long text at once."""


def learn_word_pieces(
    texts: Texts,
    size: int,
    specials: Sequence[str],
    ctx: Context,
    *,
    lowercase: bool,
    min_frequency: int,
) -> Tokenizer:
    """Special tokens (`UNKNOWN`, `CLASS`, `END` among them), characters, then pieces in the order of merges.

    Characters take at most half of the vocabulary, the commonest first.
    """
    tokenizer = Tokenizer(models.WordPiece({}, unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase, strip_accents=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    words = _counted(tokenizer, texts, specials, ctx)
    names = _characters(words, (size - len(specials)) // 2)
    number = {name: index for index, name in enumerate(names)}
    sequences = {
        "".join(character(number[one]) for one in _spelt(word)): count
        for word, count in words.items()
        if all(one in number for one in _spelt(word))
    }
    merges = learn_merges(
        _repeated(sequences),
        len(names),
        max(0, size - len(specials) - len(names)),
        ctx,
        min_frequency=min_frequency,
        expected=sum(1 + count // _FED for count in sequences.values()),
    )
    pieces = [*names, *(_joined(names, left + right) for left, right in merges)]
    vocabulary = {piece: id for id, piece in enumerate(dict.fromkeys([*specials, *pieces]))}
    tokenizer.model = models.WordPiece(
        vocabulary,
        unk_token=UNKNOWN,
        continuing_subword_prefix=CONTINUED,
        max_input_chars_per_word=LONGEST_WORD,
    )
    tokenizer.add_special_tokens(special(specials))
    tokenizer.decoder = decoders.WordPiece(prefix=CONTINUED, cleanup=False)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{CLASS} $A {END}",
        pair=f"{CLASS} $A {END} $B:1 {END}:1",
        special_tokens=[(name, vocabulary[name]) for name in (CLASS, END)],
    )
    return tokenizer


def _counted(tokenizer: Tokenizer, texts: Texts, specials: Sequence[str], ctx: Context) -> Counter[str]:
    words: Counter[str] = Counter()
    for number, text in enumerate(between(texts, specials)):
        ctx.progress(min(number, len(texts)), len(texts), "Reading for the tokenizer")
        plain = tokenizer.normalizer.normalize_str(text)
        words.update(word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(plain))
    return Counter({word: count for word, count in words.items() if len(word) <= LONGEST_WORD})


def _spelt(word: str) -> list[str]:
    """A word's characters as pieces: ``h ##i``."""
    return [word[0], *(CONTINUED + one for one in word[1:])]


def _characters(words: Mapping[str, int], most: int) -> list[str]:
    seen: Counter[str] = Counter()
    for word, count in words.items():
        for one in _spelt(word):
            seen[one] += count
    return sorted(sorted(seen, key=lambda one: (-seen[one], one))[:most])


def _repeated(sequences: Mapping[str, int]) -> Iterator[str]:
    """Each as often as it was seen: the library takes no counts."""
    for sequence, count in sequences.items():
        whole = SEPARATOR.join([sequence] * min(count, _FED))
        for _ in range(count // _FED):
            yield whole
        if count % _FED:
            yield SEPARATOR.join([sequence] * (count % _FED))


def _joined(names: Sequence[str], characters: str) -> str:
    first, *rest = (names[symbol(one)] for one in characters)
    return first + "".join(piece.removeprefix(CONTINUED) for piece in rest)
