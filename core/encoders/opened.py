"""Opening an encoder of any kind, told by what lies there."""

from __future__ import annotations

from pathlib import Path

from core.encoders.changed import changed
from core.encoders.encoder import Encoder
from core.encoders.frozen import is_frozen, open_frozen
from core.encoders.headed import is_headed, open_headed
from core.encoders.recipe import read_modules, read_recipe
from core.encoders.request import EncoderFields
from core.encoders.static_tokens import is_model2vec, open_model2vec, open_static_embedding
from core.encoders.truncated import TruncatedEncoder
from core.encoders.words import open_words
from core.errors import UserError
from core.jobs.context import Context
from core.json_files import read_json_object

_OF_STATES = ("pooling", "attention", "layer", "precision")
"""Fields that only a model with tokens' states has a use for."""
_OF_MODELS = (*_OF_STATES, "most_tokens", "query_prompt", "document_prompt")


def open_encoder(fields: EncoderFields, ctx: Context, *, field: str = "system") -> Encoder:
    """In this order: a folder of model2vec, of sentence-transformers, of transformers; ready vectors; word
    vectors.

    Raises:
        UserError: there is nothing of the kind, it is damaged, or a setting does not fit it.
    """
    path = Path(fields.model).expanduser().absolute()
    if not path.exists():
        raise UserError(f"There is no {path}.", field=field)
    encoder = _opened(path, fields, ctx, field)
    if fields.dimensions is not None and fields.dimensions != encoder.width:
        return TruncatedEncoder(encoder, fields.dimensions, field=field)
    return encoder


def _opened(path: Path, fields: EncoderFields, ctx: Context, field: str) -> Encoder:
    modules = path / "modules.json"
    if is_model2vec(path):
        _refuse(fields, (*_OF_STATES, "words"), path, field)
        return open_model2vec(path, fields, ctx, field=field)
    if modules.is_file() and read_modules(modules, field=field)[0][0] == "StaticEmbedding":
        _refuse(fields, (*_OF_STATES, "words"), path, field)
        return open_static_embedding(path, fields, ctx, field=field)
    if is_headed(path):
        _refuse(fields, (*_OF_STATES, "words", "query_prompt", "document_prompt"), path, field)
        return open_headed(path, fields, ctx, field=field)
    if (path / "config.json").is_file() or modules.is_file():
        _refuse(fields, ("words",), path, field)
        return _transformer(path, fields, ctx, field)
    _refuse(fields, _OF_MODELS, path, field)
    if is_frozen(path):
        _refuse(fields, ("words",), path, field)
        return open_frozen(path, fields, ctx, field=field)
    if path.is_dir() and not any(file.suffix in (".npy", ".safetensors") for file in path.iterdir()):
        raise UserError(
            f"{path} is no model: there is no modules.json, config.json or array of vectors in it.",
            field=field,
        )
    return open_words(path, fields, ctx, field=field)


def _transformer(path: Path, fields: EncoderFields, ctx: Context, field: str) -> Encoder:
    from core.encoders.transformer import open_transformer

    recipe = changed(read_recipe(path, field=field), fields)
    if not (path / "modules.json").is_file() and _judges_pairs(path, field):
        ctx.warn(
            f"{path.name} was made to judge two texts together (a cross-encoder), not to make a vector of "
            "one; expect little of its vectors."
        )
    if recipe.attention == "bidirectional":
        ctx.warn(
            f"{path.name}: attention is made bidirectional; a model that was trained to look back only "
            "usually gets worse by that alone."
        )
    encoder = open_transformer(path, ctx, recipe=recipe, field=field)
    if fields.precision == "fast":
        from core.encoders.fast import made_fast

        return made_fast(encoder, ctx)
    return encoder


def _judges_pairs(path: Path, field: str) -> bool:
    made_for = read_json_object(path / "config.json", field=field).get("architectures") or ()
    return any(str(name).endswith("ForSequenceClassification") for name in made_for)


def _refuse(fields: EncoderFields, names: tuple[str, ...], path: Path, field: str) -> None:
    """Settings that would do nothing."""
    for name in names:
        info = EncoderFields.model_fields[name]
        if getattr(fields, name) != info.default:
            title = info.title
            raise UserError(f"{path} is no model for which {title} can be chosen; leave it out.", field=field)
