"""The tokenizer jobs, declared."""

from __future__ import annotations

from core.jobs.registry import JobKind, declare
from core.tokenizers.compare.request import CompareTokenizersRequest
from core.tokenizers.compare.result import CompareTokenizersResult
from core.tokenizers.describe.request import DescribeTokenizerRequest
from core.tokenizers.describe.result import DescribeTokenizerResult
from core.tokenizers.dynamic.request import DynamicRequest
from core.tokenizers.dynamic.result import DynamicResult
from core.tokenizers.encode.request import EncodeRequest
from core.tokenizers.encode.result import EncodeResult
from core.tokenizers.extend.request import ExtendTokenizerRequest
from core.tokenizers.extend.result import ExtendTokenizerResult
from core.tokenizers.prune.request import PruneTokenizerRequest
from core.tokenizers.prune.result import PruneTokenizerResult
from core.tokenizers.train.request import TrainTokenizerRequest
from core.tokenizers.train.result import TrainTokenizerResult

DESCRIBE = declare(
    JobKind(
        kind="describe-tokenizer",
        title="Describe a tokenizer",
        summary="Describe a tokenizer of any format: what it is, and what it does to text.",
        request=DescribeTokenizerRequest,
        result=DescribeTokenizerResult,
        run="core.tokenizers.describe.run:describe_tokenizer",
        command=("tokenizers", "describe"),
        recorded=False,
    )
)
COMPARE = declare(
    JobKind(
        kind="compare-tokenizers",
        title="Compare tokenizers",
        summary="Measure tokenizers on your text, side by side.",
        request=CompareTokenizersRequest,
        result=CompareTokenizersResult,
        run="core.tokenizers.compare.run:compare_tokenizers",
        preview="core.tokenizers.compare.preview:preview",
        command=("tokenizers", "compare"),
        panel="tokenizers",
    )
)
ENCODE = declare(
    JobKind(
        kind="encode",
        title="Encode",
        summary="Cut a text into tokens: ids, byte offsets, tokens.",
        request=EncodeRequest,
        result=EncodeResult,
        run="core.tokenizers.encode.run:encode",
        command=("tokenizers", "encode"),
        recorded=False,
    )
)
TRAIN = declare(
    JobKind(
        kind="train-tokenizer",
        title="Train a tokenizer",
        summary="Train a tokenizer on your text.",
        request=TrainTokenizerRequest,
        result=TrainTokenizerResult,
        run="core.tokenizers.train.run:train",
        preview="core.tokenizers.train.preview:preview",
        command=("tokenizers", "train"),
        panel="tokenizers",
    )
)
EXTEND = declare(
    JobKind(
        kind="extend-tokenizer",
        title="Extend a tokenizer",
        summary="Add a domain's tokens to a tokenizer; every old id stays.",
        request=ExtendTokenizerRequest,
        result=ExtendTokenizerResult,
        run="core.tokenizers.extend.run:extend",
        preview="core.tokenizers.extend.preview:preview",
        command=("tokenizers", "extend"),
        panel="tokenizers",
    )
)
PRUNE = declare(
    JobKind(
        kind="prune-tokenizer",
        title="Prune a tokenizer",
        summary="Take out the tokens that a corpus does not need.",
        request=PruneTokenizerRequest,
        result=PruneTokenizerResult,
        run="core.tokenizers.prune.run:prune",
        preview="core.tokenizers.prune.preview:preview",
        command=("tokenizers", "prune"),
        panel="tokenizers",
    )
)
DYNAMIC = declare(
    JobKind(
        kind="dynamic-tokenization",
        title="Dynamic tokenization",
        summary="Measure how much shorter text gets when each batch merges its own commonest pairs.",
        request=DynamicRequest,
        result=DynamicResult,
        run="core.tokenizers.dynamic.run:dynamic",
        preview="core.tokenizers.dynamic.preview:preview",
        command=("tokenizers", "dynamic"),
        panel="tokenizers",
    )
)
