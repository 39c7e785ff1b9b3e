"""A model folder as transformers writes it, understood from its headers alone: no weight is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from core.errors import UserError
from core.json_files import read_json_object, unreadable
from core.models.headers import TensorEntry, WeightFile, read_header
from core.models.matrices import Matrices, find_matrices, untied_head

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
CONFIG = "config.json"
CONFIGS = (
    CONFIG,
    "generation_config.json",
    "tokenizer_config.json",
    "preprocessor_config.json",
    "processor_config.json",
)

TORCH_NAMES = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2",
    "F8_E4M3FNUZ": "float8_e4m3fnuz",
    "F8_E5M2FNUZ": "float8_e5m2fnuz",
}
"""Floating number types, as safetensors and as torch name them."""

_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
_LARGEST_INDEX = 64 * 2**20
_BUFFERS = (".inv_freq", ".position_ids", ".masked_bias", "position_ids")
_QUANTISED = (
    ".qweight",
    ".qzeros",
    ".g_idx",
    ".weight_packed",
    ".absmax",
    ".SCB",
    ".quant_map",
    "_scale_inv",
)
_ENCODERS = ("ForMaskedLM", "ForPreTraining", "Model")
_COUNT_FROM_PADDING = (
    "roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "mpnet", "longformer", "ibert",
)  # fmt: skip
_WITH_HEAD = ("ForCausalLM", "LMHeadModel", "ForMaskedLM", "ForPreTraining")
_CLASS_ENDINGS = (
    "ForCausalLM", "LMHeadModel", "ForConditionalGeneration", "ForMaskedLM", "ForPreTraining", "Model",
)  # fmt: skip


@dataclass(frozen=True)
class ModelFolder:
    """What the headers of a model folder say. Tensors are found by name in `tensors`."""

    path: Path
    """Absolute."""
    config: Mapping[str, Any]
    """config.json as it is."""
    files: tuple[WeightFile, ...]
    """The safetensors files: one, or the shards in the order of their names."""
    tensors: Mapping[str, TensorEntry]
    matrices: Matrices
    tied: bool
    """One matrix is input embedding and head: there is no head tensor, or it holds the same bytes."""
    tokenizer_path: Path | None
    """The tokenizer.json inside."""

    @property
    def input_embedding(self) -> str:
        """Name of the tensor (vocab_size, hidden_size)."""
        return self.matrices.input

    @property
    def head(self) -> str | None:
        """Name of the output matrix (vocab_size, hidden_size); None where the file holds none. See `tied`."""
        return self.matrices.head

    @property
    def untied_head(self) -> str | None:
        """What the head would be called if it had a tensor of its own; None where the model has no head."""
        has_head = self.architecture.endswith(_WITH_HEAD)
        return self.head or (untied_head(self.input_embedding) if has_head else None)

    @property
    def head_biases(self) -> tuple[str, ...]:
        """Names of the head's bias (vocab_size,); more than one where the file holds it twice."""
        return self.matrices.biases

    @property
    def other_vocabulary_tensors(self) -> tuple[str, ...]:
        """Further tensors that have as many rows (or columns) as the vocabulary; mostly none."""
        return self.matrices.others

    @property
    def vocab_size(self) -> int:
        """Rows of the input embedding, padding included."""
        return self.matrices.rows

    @property
    def hidden_size(self) -> int:
        """Width of the input embedding."""
        return self.matrices.width

    @property
    def text_config(self) -> Mapping[str, Any]:
        """The part of the configuration that describes the language model."""
        return text_config(self.config)

    @property
    def architecture(self) -> str:
        """The class that transformers would open: ``LlamaForCausalLM``."""
        named = self.config.get("architectures")
        if isinstance(named, list) and named and isinstance(named[0], str):
            return named[0]
        return str(self.config.get("model_type", "unknown"))

    @property
    def family(self) -> str:
        """The architecture without what it is used for: ``Llama``."""
        for ending in _CLASS_ENDINGS:
            if self.architecture.endswith(ending) and self.architecture != ending:
                return self.architecture.removesuffix(ending)
        return self.architecture

    @property
    def is_causal_lm(self) -> bool:
        return self.architecture.endswith(("ForCausalLM", "LMHeadModel"))

    @property
    def is_encoder(self) -> bool:
        """Whether it makes vectors of texts, or foretells masked tokens; no decoder is in it."""
        return (
            not self.is_causal_lm
            and not self.config.get("is_encoder_decoder")
            and self.architecture.endswith(_ENCODERS)
        )

    @property
    def counts_from_padding(self) -> bool:
        """Whether the number of its padding token is where positions begin, as in RoBERTa."""
        return self.config.get("model_type") in _COUNT_FROM_PADDING

    @property
    def layers(self) -> int | None:
        return _size(self.text_config, "num_hidden_layers", "n_layer", "n_layers", "num_layers")

    @property
    def context(self) -> int | None:
        """The most tokens that it takes at once, where it states a limit."""
        limit = _size(self.text_config, "max_position_embeddings", "n_positions", "n_ctx", "max_seq_len")
        if limit is not None and self.counts_from_padding:
            padding = self.config.get("pad_token_id", 1)
            return limit - 1 - (padding if isinstance(padding, int) else 1)
        return limit

    @cached_property
    def parameters(self) -> int:
        """Distinct ones: a tied head counts once, buffers do not count."""
        return sum(self.tensors[name].elements for name in self._parameters())

    @cached_property
    def dtype(self) -> str:
        """The number type of most parameters, as torch names it."""
        counts: Counter[str] = Counter()
        for name in self._parameters():
            counts[self.tensors[name].dtype] += self.tensors[name].elements
        return TORCH_NAMES[counts.most_common(1)[0][0]]

    @cached_property
    def memory_bytes(self) -> int:
        """What its weights take in memory, in the number types that they are stored in."""
        tied = {self.head} if self.tied else set()
        return sum(tensor.bytes for name, tensor in self.tensors.items() if name not in tied)

    @property
    def weight_bytes(self) -> int:
        """Size of the safetensors files."""
        return sum(file.size for file in self.files)

    def _parameters(self) -> Iterator[str]:
        for name, tensor in self.tensors.items():
            is_mask = name.endswith(".attn.bias") and len(tensor.shape) == 4  # GPT-2's, of older versions
            if tensor.dtype not in TORCH_NAMES or name.endswith(_BUFFERS) or is_mask:
                continue
            if not (self.tied and name == self.head):
                yield name


def open_model(path: Path, *, field: str | None = None) -> ModelFolder:
    """Open a model folder: config.json and one or more safetensors files.

    Args:
        path: the folder.
        field: the request's field that named it, for the error.

    Raises:
        UserError: a sentence that names the file and the mend, whatever is wrong with the folder: no config,
            code of its own, pickled or quantised weights, a missing shard, a file cut short, sizes that
            disagree…
    """
    path = Path(path).absolute()
    names = _listing(path, field)
    config = _config(path, names, field)
    files = tuple(read_header(path / name, field=field) for name in _weight_files(path, names, field))
    tensors = _all_tensors(files, field)
    _refuse_quantised(path, config, tensors, field)
    matrices = find_matrices(tensors, text_config(config))
    if matrices is None:
        raise UserError(
            f"{path} has no word embeddings under any name that Lexigraft knows: it seems to be no language "
            "model.",
            field=field,
        )
    _check_matrices(path, config, tensors, matrices, field)
    tokenizer = path / "tokenizer.json"
    return ModelFolder(
        path=path,
        config=config,
        files=files,
        tensors=tensors,
        matrices=matrices,
        tied=_tied(path, config, tensors, matrices, field),
        tokenizer_path=tokenizer if tokenizer.name in names else None,
    )


def is_model_folder(path: Path) -> bool:
    """Whether `path` looks like a model folder at all: it holds a config.json and weights in safetensors."""
    return (path / CONFIG).is_file() and ((path / WEIGHTS).is_file() or (path / INDEX).is_file())


def text_config(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """The language model's part of a configuration: its own, or the one nested in a multimodal model's."""
    nested = config.get("text_config")
    return nested if isinstance(nested, dict) and "vocab_size" not in config else config


# The configuration


def _listing(path: Path, field: str | None) -> frozenset[str]:
    try:
        return frozenset(entry.name for entry in path.iterdir())
    except NotADirectoryError:
        raise UserError(
            f"{path} is a file; choose the model's folder, the one that holds its config.json.", field=field
        ) from None
    except FileNotFoundError:
        raise UserError(f"There is no folder {path}.", field=field) from None
    except OSError as error:
        raise unreadable(path, error, field=field) from None


def _config(path: Path, names: frozenset[str], field: str | None) -> dict[str, Any]:
    if CONFIG not in names:
        hint = ""
        if "adapter_config.json" in names:
            hint = " It holds an adapter: merge that into its model first, and save the whole."
        elif any(name.endswith(".gguf") for name in names):
            hint = " A .gguf file cannot be taken apart: use the original weights in safetensors."
        raise UserError(f"{path} is no model folder: it has no {CONFIG}.{hint}", field=field)
    config: dict[str, Any] = {}
    for name in CONFIGS:
        if name in names:
            found = read_json_object(path / name, field=field)
            _refuse_code(path / name, found, field)
            config = found if name == CONFIG else config
    return config


def _refuse_code(path: Path, config: dict[str, Any], field: str | None) -> None:
    pending: list[Any] = [config]
    while pending:
        node = pending.pop()
        if isinstance(node, list):
            pending += node
        elif isinstance(node, dict):
            if node.get("auto_map"):
                raise UserError(
                    f"{path} asks for code of its own ({_code_named(node['auto_map'])}, under auto_map); "
                    "Lexigraft runs no code that comes with a model. Use a version that transformers knows "
                    "without it.",
                    field=field,
                )
            pending += node.values()


def _code_named(auto_map: object) -> str:
    """The first class that an ``auto_map`` names."""
    while isinstance(auto_map, dict | list) and auto_map:
        auto_map = next(iter(auto_map.values() if isinstance(auto_map, dict) else auto_map))
    return str(auto_map)[:100]


# The weights


def _weight_files(path: Path, names: frozenset[str], field: str | None) -> list[str]:
    if WEIGHTS in names:
        return [WEIGHTS]
    if INDEX in names:
        return _shards(path, names, field)
    pickles = sorted(name for name in names if name.endswith(_PICKLES) and name != "training_args.bin")
    others = sorted(name for name in names if name.endswith(".safetensors"))
    if others:
        raise UserError(
            f"{path} has {_some(others)}, but transformers looks for {WEIGHTS}: rename it, if that is it.",
            field=field,
        )
    if pickles:
        raise UserError(
            f"{path} has its weights only in {_some(pickles)}, a pickle, which may run any code when it is "
            "opened. Use a version in safetensors: load the model with transformers where you trust it, and "
            "save it again with save_pretrained.",
            field=field,
        )
    raise UserError(f"{path} has no weights: there is no {WEIGHTS} in it.", field=field)


def _shards(path: Path, names: frozenset[str], field: str | None) -> list[str]:
    index = read_json_object(path / INDEX, field=field, most_bytes=_LARGEST_INDEX)
    weight_map = index.get("weight_map")
    if not isinstance(weight_map, dict) or not weight_map:
        raise UserError(f"{path / INDEX} names no weights: it has no weight_map.", field=field)
    shards = sorted({str(name) for name in weight_map.values()})
    for shard in shards:
        if Path(shard).name != shard or not shard.endswith(".safetensors"):
            raise UserError(
                f"{path / INDEX} names {shard!r}, which is no safetensors file beside it.", field=field
            )
    missing = [shard for shard in shards if shard not in names]
    if missing:
        raise UserError(
            f"{path} is incomplete: of its {len(shards)} weight files, {_some(missing)} is missing. "
            "Download it again.",
            field=field,
        )
    return shards


def _all_tensors(files: tuple[WeightFile, ...], field: str | None) -> dict[str, TensorEntry]:
    tensors: dict[str, TensorEntry] = {}
    for file in files:
        for name, tensor in file.tensors.items():
            if name in tensors:
                raise UserError(
                    f"{file.path} holds the tensor {name!r}, and so does {tensors[name].file.name}: "
                    "the folder mixes the files of two models.",
                    field=field,
                )
            tensors[name] = tensor
    if len(files) > 1:
        _check_index(files[0].path.with_name(INDEX), tensors, field)
    return tensors


def _check_index(index: Path, tensors: Mapping[str, TensorEntry], field: str | None) -> None:
    weight_map = read_json_object(index, field=field, most_bytes=_LARGEST_INDEX)["weight_map"]
    for name, shard in weight_map.items():
        if name not in tensors or tensors[name].file.name != shard:
            raise UserError(
                f"{index} says that {shard} holds the tensor {name!r}, but it does not: "
                "the folder mixes the files of two models.",
                field=field,
            )


def _refuse_quantised(
    path: Path, config: Mapping[str, Any], tensors: Mapping[str, TensorEntry], field: str | None
) -> None:
    method = config.get("quantization_config") or config.get("compression_config")
    packed = next((name for name in tensors if name.endswith(_QUANTISED)), None)
    if not method and packed is None:
        return
    kind = method.get("quant_method") or method.get("format") if isinstance(method, dict) else None
    how = f" ({kind})" if isinstance(kind, str) else f" (the tensor {packed!r})" if packed else ""
    raise UserError(
        f"{path} holds quantised weights{how}, which cannot be rebuilt row by row. Use the model's original, "
        "16-bit version.",
        field=field,
    )


# What fits together


def _check_matrices(
    path: Path,
    config: Mapping[str, Any],
    tensors: Mapping[str, TensorEntry],
    matrices: Matrices,
    field: str | None,
) -> None:
    stated = text_config(config).get("vocab_size")
    if isinstance(stated, int) and stated != matrices.rows:
        raise UserError(
            f"{path / CONFIG} speaks of a vocabulary of {stated:,}, but the embedding ({matrices.input}) has "
            f"{matrices.rows:,} rows: one of the two files belongs to another model.",
            field=field,
        )
    if matrices.rows == 0 or matrices.width == 0:
        raise UserError(f"{path} has an empty embedding ({matrices.input}).", field=field)
    if matrices.misshapen:
        raise UserError(
            f"{path} has an output matrix ({matrices.misshapen}) of shape "
            f"{list(tensors[matrices.misshapen].shape)}, which does not fit its embedding of "
            f"{matrices.rows:,} rows: they belong to two models.",
            field=field,
        )
    for name in filter(None, (matrices.input, matrices.head)):
        if tensors[name].dtype not in TORCH_NAMES:
            raise UserError(
                f"{path} stores {name} as {tensors[name].dtype}, which is no number type to compute "
                "with. Use the model's original, 16-bit version.",
                field=field,
            )
    if (
        matrices.head is None
        and config.get("tie_word_embeddings") is False
        and _class_named(config).endswith("ForCausalLM")
    ):
        raise UserError(
            f"{path} has no output matrix (lm_head.weight), though {CONFIG} says that it is not tied to the "
            "input: the weights are incomplete.",
            field=field,
        )


def _class_named(config: Mapping[str, Any]) -> str:
    named = config.get("architectures")
    return named[0] if isinstance(named, list) and named and isinstance(named[0], str) else ""


def _tied(
    path: Path,
    config: Mapping[str, Any],
    tensors: Mapping[str, TensorEntry],
    matrices: Matrices,
    field: str | None,
) -> bool:
    """Whether input and head are one. Two matrices that differ are not, whatever the config says."""
    if matrices.head is None:
        return True
    first, second = tensors[matrices.input], tensors[matrices.head]
    if (first.dtype, first.shape) != (second.dtype, second.shape):
        return False
    try:
        if not _equal_samples(first, second):
            return False
        return config.get("tie_word_embeddings") is True or _equal_bytes(first, second)
    except OSError as error:
        raise unreadable(path, error, field=field) from None


_BLOCK = 4096
_SAMPLES = 16


def _equal_samples(first: TensorEntry, second: TensorEntry) -> bool:
    """Whether a few blocks, spread over both, are equal: this tells most pairs apart without reading them."""
    step = max(_BLOCK, first.bytes // _SAMPLES)
    with first.file.open("rb") as one, second.file.open("rb") as other:
        for at in range(0, first.bytes, step):
            length = min(_BLOCK, first.bytes - at)
            one.seek(first.begin + at)
            other.seek(second.begin + at)
            if one.read(length) != other.read(length):
                return False
    return True


def _equal_bytes(first: TensorEntry, second: TensorEntry) -> bool:
    left, block = first.bytes, 2**22
    with first.file.open("rb") as one, second.file.open("rb") as other:
        one.seek(first.begin)
        other.seek(second.begin)
        while left:
            length = min(block, left)
            if one.read(length) != other.read(length):
                return False
            left -= length
    return True


def _size(config: Mapping[str, Any], *keys: str) -> int | None:
    return next((config[key] for key in keys if isinstance(config.get(key), int)), None)


def _some(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
