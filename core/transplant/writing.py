"""The folder of a graft: weights, configuration, the tokenizer's files, and what else the model has."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.jobs.context import Context
from core.json_files import read_json_object
from core.models.folder import ModelFolder, open_model
from core.models.write import write_model
from core.tokenizers.canonical import Kind
from core.transplant.encoder_files import encoder_tokenizer_files, side_files
from core.transplant.graft import Graft
from core.transplant.inputs import Inputs
from core.transplant.matching import COPIED, Matching, Source
from core.transplant.surgery import Translation, with_rows


def write_graft(folder: Path, inputs: Inputs, matching: Matching, graft: Graft, ctx: Context) -> None:
    """Write it to an empty folder, and open it to see that it can be.

    Raises:
        UserError: a new row holds what is no number, or the base cannot be read any more.
        OSError: `folder` cannot be written to.
    """
    base = inputs.base
    config: dict[str, Any] = dict(base.config)
    files: dict[str, bytes | Path] = dict(inputs.files)
    if base.is_encoder:
        files |= side_files(base.path)
    files |= {path.name: path for path in base.path.iterdir() if path.name.startswith(("LICENSE", "NOTICE"))}
    generation = base.path / "generation_config.json"
    if matching.same or matching.expands:
        if generation.is_file():
            files[generation.name] = generation
        config = with_rows(config, graft.padded)
    else:
        translation = _translation(inputs, matching)
        config = translation.config(config, graft.padded)
        if generation.is_file():
            files[generation.name] = _json(translation.generation_config(read_json_object(generation)))
        if translation.lost:
            ctx.warn(
                "Settings that name tokens without a counterpart were left out: "
                f"{', '.join(dict.fromkeys(translation.lost))}."
            )
    files["tokenizer_config.json"] = _tokenizer_config(inputs)
    if base.is_encoder and not (matching.same or matching.expands):
        for_encoder = encoder_tokenizer_files(
            _tokenizer_settings(inputs) | _limit(base), config, inputs.base_tokenizer, inputs.target, matching
        )
        for sentence in for_encoder.said:
            ctx.warn(sentence)
        files |= for_encoder.files | {"tokenizer_config.json": _json(for_encoder.config)}
        config["pad_token_id"] = for_encoder.padding
    if graft.untied:
        config["tie_word_embeddings"] = False
        if isinstance(nested := config.get("text_config"), dict) and "tie_word_embeddings" in nested:
            config["text_config"] = nested | {"tie_word_embeddings": False}
    new = {**graft.matrices, **graft.biases}
    write_model(
        base,
        folder,
        replacements={name: tensor for name, tensor in new.items() if name in base.tensors},
        additions={name: tensor for name, tensor in new.items() if name not in base.tensors},
        config=config,
        files=files,
        ctx=ctx,
    )
    open_model(folder)  # or this is our fault, and nobody shall have it


def _translation(inputs: Inputs, matching: Matching) -> Translation:
    base, target = inputs.base_tokenizer.vocabulary, inputs.target.vocabulary
    counterpart: dict[int, int] = {}
    for id, source in enumerate(matching.sources):
        if source in COPIED and source is not Source.RELAXED:
            counterpart.setdefault(int(matching.base_ids[id]), id)

    def sequence(ids: Sequence[int]) -> list[int] | None:
        tokens = [base.entries[id] if 0 <= id < base.size else None for id in ids]
        if all(token and token.kind in (Kind.TEXT, Kind.BYTE) for token in tokens):
            data = b"".join(token.bytes for token in tokens if token)
            found = inputs.target.pieces(data)
            said = b"".join(target.entries[id].bytes for id in found)  # type: ignore[union-attr]
            return found if said == data else None
        single = [counterpart.get(id) for id in ids]
        return None if None in single else [id for id in single if id is not None]

    ends = dict.fromkeys([*target.roles.get("eos", ()), *target.roles.get("turn_end", ())])
    roles = {role: ids[0] for role, ids in target.roles.items()}
    return Translation(roles, list(ends), counterpart.get, sequence)


def _tokenizer_config(inputs: Inputs) -> bytes | Path:
    """The target's own file where it says what it should, else one that does."""
    file = inputs.files.get("tokenizer_config.json")
    settings = _tokenizer_settings(inputs)
    return file if file is not None and read_json_object(file) == settings else _json(settings)


def _tokenizer_settings(inputs: Inputs) -> dict[str, Any]:
    """The target's own tokenizer_config.json, or one that is made, with the base's limit of positions."""
    limit = inputs.base.context
    file = inputs.files.get("tokenizer_config.json")
    if file is not None:
        config = read_json_object(file, field="target_tokenizer")
        if limit is None or config.get("model_max_length", limit) == limit:
            return config
        return config | {"model_max_length": limit}
    vocabulary = inputs.target.vocabulary
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "clean_up_tokenization_spaces": False}
    config |= {} if limit is None else {"model_max_length": limit}
    for role in ("bos", "eos", "unk", "pad", "cls", "sep", "mask"):
        id = vocabulary.role(role)
        if id is not None:
            config[f"{role}_token"] = vocabulary.entries[id].content  # type: ignore[union-attr]
    return config


def _limit(base: ModelFolder) -> dict[str, Any]:
    return {} if base.context is None else {"model_max_length": base.context}


def _json(data: Mapping[str, Any]) -> bytes:
    return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()
