"""Unigram tokenizers in SentencePiece's manner, of pieces that `core.tokenizers.unigram` chooses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from core.jobs.context import Context
from core.tokenizers.train.byte_level import special
from core.tokenizers.train.texts import Texts, between
from core.tokenizers.unigram import learn_pieces

UNKNOWN, BEGIN = "<unk>", "<s>"
SPACE = "▁"

_PIECES = (
    rf"{SPACE}?[\p{{L}}\p{{M}}]+|\p{{N}}|{SPACE}?[^\s{SPACE}\p{{L}}\p{{M}}\p{{N}}]+|\s"
    rf"|{SPACE}+(?={SPACE})|{SPACE}"
)
"""What is kept apart: words with a space mark before them, single digits, signs, spaces."""

_BYTE_SCORE = -1_000.0
"""Log-probability of a byte piece: so low that a text which says "<0x0A>" is never read as that byte."""

_ASCII = [chr(code) for code in range(0x21, 0x7F)]


def learn_unigram(texts: Texts, size: int, specials: Sequence[str], ctx: Context) -> Tokenizer:
    """Learns the pieces, then puts them behind the special tokens (one is `UNKNOWN`) and the bytes."""
    tokenizer = Tokenizer(models.Unigram())
    _dress(tokenizer)
    words: Counter[str] = Counter()
    for number, text in enumerate(between(texts, specials)):
        ctx.progress(min(number, len(texts)), len(texts), "Reading for the tokenizer")
        marked = tokenizer.normalizer.normalize_str(text)
        words.update(word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(marked))
    learnt = learn_pieces(words, size - len(specials) - 256, [SPACE, *_ASCII], ctx)
    vocabulary = [
        *((name, 0.0) for name in specials),
        *((f"<0x{byte:02X}>", _BYTE_SCORE) for byte in range(256)),
        *learnt,
    ]
    tokenizer.model = models.Unigram(vocabulary, unk_id=specials.index(UNKNOWN), byte_fallback=True)
    tokenizer.add_special_tokens(special(specials))
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A",
        pair=f"{BEGIN} $A {BEGIN}:1 $B:1",
        special_tokens=[(BEGIN, specials.index(BEGIN))],
    )
    return tokenizer


def _dress(tokenizer: Tokenizer) -> None:
    """A space mark before the text and in place of each space; the decoder takes both back."""
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend(SPACE), normalizers.Replace(" ", SPACE)])
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(_PIECES), "isolated")
    tokenizer.decoder = decoders.Sequence(
        [
            decoders.Replace(SPACE, " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )
