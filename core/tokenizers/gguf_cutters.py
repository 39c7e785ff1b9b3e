"""How texts are cut for the byte-level vocabularies of GGUF files, which only name the way.

From ggml-org/llama.cpp (src/llama-vocab.cpp), whose way with a GGUF is the one that counts. Where it uses
another expression than a tokenizer.json, since its engine lacks a feature, the latter stands here.
"""

from __future__ import annotations

from typing import NamedTuple


class Cutter(NamedTuple):
    patterns: tuple[str, ...]
    """Applied one after the other; what none of them matches is a piece by itself."""
    whole_words: bool = False
    """Whether a piece that is in the vocabulary is taken whole, whatever the merges would make of it."""
    begins: bool = False
    """Whether the beginning-of-text token is put before a text where the file does not say it."""


def cutter(name: str) -> Cutter | None:
    """The way of this name (``tokenizer.ggml.pre``); None: no such name is known."""
    return _CUTTERS.get(name)


DEFAULT = "default"

_CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_REST = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)"
_LLAMA3 = _CONTRACTION + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|" + _REST
_QWEN2 = _CONTRACTION + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|" + _REST
_QWEN35 = (
    _CONTRACTION + r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_UPPER, _LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_SLASHED_REST = r" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_TEKKEN = (
    rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+|[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*"
    rf"|\p{{N}}|{_SLASHED_REST}"
)
_GPT4O = (
    rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+{_CONTRACTION}?|[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*"
    rf"{_CONTRACTION}?|\p{{N}}{{1,3}}|{_SLASHED_REST}"
)
_DEEPSEEK_WORDS = (
    r"[!\x22#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"
    r"| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_CASED = (
    "41-5A 61-7A B5 C0-D6 D8-F6 F8-1BA 1BC-1BF 1C4-293 295-2AF 370-373 376 377 37B-37D 37F 386 388-38A "
    "38C 38E-3A1 3A3-3F5 3F7-481 48A-52F 531-556 10A0-10C5 13A0-13F5 13F8-13FD 1C90-1CBA 1CBD-1CBF "
    "1D00-1D2B 1D6B-1D77 1D79-1D9A 1E00-1F15 1F18-1F1D 1F20-1F45 1F48-1F4D 1F50-1F57 1F59 1F5B 1F5D "
    "1F5F-1F7D 1F80-1FB4 1FB6-1FBC 1FBE 1FC2-1FC4 1FC6-1FCC 1FD0-1FD3 1FD6-1FDB 1FE0-1FEC 1FF2-1FF4 "
    "1FF6-1FFC 2102 2107 210A-2113 2115 2119-211D 2124 2126 2128 212A-212D 212F-2134 2139 213C-213F "
    "2145-2149 214E 2183 2184 2C00-2C7B 2C7E-2CE4 2CEB-2CEE 2CF2 2CF3 A640-A66D A680-A69B A722-A76F "
    "A771-A787 A78B-A78E AB70-ABBF FB00-FB06 FB13-FB17 FF21-FF3A FF41-FF5A 10400-1044F 104B0-104D3 "
    "104D8-104FB 10C80-10CB2 10CC0-10CF2 118A0-118DF 1E900-1E943"
)
"""DeepSeek's letters that have upper and lower case."""


def _ranges(code_points: str) -> str:
    """What stands in the brackets of an expression."""
    return "".join("-".join(chr(int(end, 16)) for end in range_.split("-")) for range_ in code_points.split())


_CJK = _ranges("4E00-9FA5 800-4E00 AC00-D7FF")
_MARKS = _ranges("21-2F 3A-7E FF01-FF0F FF1A-FF5E 2018-201F 3000-3002")
_DEEPSEEK_LLM = (
    r"[\r\n]",
    rf"\s?[{_ranges(_CASED)}]+",
    rf"\s?[{_MARKS}]+",
    r"\s+$",
    f"[{_CJK}]+",
    r"\p{N}+",
)
_DEEPSEEK_CODER = (r"[\r\n]", r"\s?\p{L}+", r"\s?\p{P}+", f"[{_CJK}]+", r"\p{N}")
_DEEPSEEK_V3 = (r"\p{N}{1,3}", f"[{_ranges('4E00-9FA5 3040-309F 30A0-30FF')}]+", _DEEPSEEK_WORDS)
_KIMI = (
    r"[\p{Han}]+"
    rf"|[^\r\n\p{{L}}\p{{N}}]?[{_UPPER}&&[^\p{{Han}}]]*[{_LOWER}&&[^\p{{Han}}]]+{_CONTRACTION}?"
    rf"|[^\r\n\p{{L}}\p{{N}}]?[{_UPPER}&&[^\p{{Han}}]]+[{_LOWER}&&[^\p{{Han}}]]*{_CONTRACTION}?"
    r"|\p{N}{1,3}|" + _REST
)
_SENTENCE_MARKS = r" ?[^(\s|.,!?…。，、।۔،)]+"
_BAILING = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]"
    r"|\s+(?!\S)|\s+"
)
_SEED = _CONTRACTION + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+"
_EXAONE_MOE = (
    _CONTRACTION + r"|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]?"
    r"|\s*[\r\n]|\s+(?!\S)|\s+"
)

_GROUPS: tuple[tuple[str, Cutter], ...] = (
    (
        DEFAULT,
        Cutter((r"[\p{P}\$\+<=>\^~\|]+", _GPT2, r"\p{N}+", "[0-9][0-9][0-9]")),
    ),
    (
        "gpt-2 phi-2 jina-es jina-de jina-v2-es jina-v2-de gigachat a.x-4.0 mellum modern-bert exaone4 "
        "jina-v1-en jina-v2-code roberta-bpe mpt olmo jais trillion granite-docling",
        Cutter((_GPT2,)),
    ),
    (
        "llama3 llama-v3 llama-bpe falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano",
        Cutter((_LLAMA3,), whole_words=True, begins=True),
    ),
    ("dbrx smaug-bpe glm4 chatglm-bpe", Cutter((_LLAMA3,))),
    (
        "qwen2 deepseek-r1-qwen kormo f2llmv2 megrez stablelm2 hunyuan solar-open grok-2",
        Cutter((_QWEN2,)),
    ),
    ("qwen35", Cutter((_QWEN35,))),
    ("tekken", Cutter((_TEKKEN,), whole_words=True, begins=True)),
    ("gpt-4o llama4 kanana2 talkie minimax-m2", Cutter((_GPT4O,))),
    ("granite-embed-multi-97m", Cutter((_GPT4O,), whole_words=True)),
    ("deepseek-llm", Cutter(_DEEPSEEK_LLM)),
    ("deepseek-coder", Cutter(_DEEPSEEK_CODER)),
    ("deepseek-v3 hunyuan-dense joyai-llm hy_v4", Cutter(_DEEPSEEK_V3)),
    ("kimi-k2", Cutter((_KIMI,))),
    (
        "starcoder refact command-r smollm codeshell exaone minerva-7b mellum2",
        Cutter((r"\p{N}", _GPT2)),
    ),
    ("falcon", Cutter((r"[\p{P}\$\+<=>\^~\|`]+", _GPT2, "[0-9][0-9][0-9]"))),
    ("poro-chat bloom gpt3-finnish", Cutter((_SENTENCE_MARKS,))),
    ("viking", Cutter((_SENTENCE_MARKS, r"\p{N}"))),
    ("bailingmoe bailingmoe2 llada-moe", Cutter((_BAILING,))),
    ("seed-coder", Cutter((_SEED,))),
    ("exaone-moe", Cutter((_EXAONE_MOE,))),
    ("minicpm5", Cutter((r"\p{N}{1,3}", _CONTRACTION + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}+|" + _REST), True)),
    ("superbpe", Cutter((r"\p{N}+", r"(?=(\d{3})+(?!\d))"))),
)
_CUTTERS = {name: cutter for names, cutter in _GROUPS for name in names.split()}
