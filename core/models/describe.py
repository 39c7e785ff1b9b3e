"""Describe a model folder, without torch."""

from __future__ import annotations

from core.errors import UserError
from core.jobs.content_hash import content_hash
from core.jobs.context import Context
from core.jobs.registry import job
from core.json_files import unreadable
from core.models.folder import ModelFolder, open_model
from core.models.job import DESCRIBE
from core.models.request import DescribeModelRequest
from core.models.result import DescribeModelResult, ModelFile
from core.tokenizers.preview import tokenizer_note


@job(DESCRIBE)
def describe_model(request: DescribeModelRequest, ctx: Context) -> DescribeModelResult:
    """Raises `UserError` where the folder is no model that can be worked with."""
    folder = open_model(request.model, field="model")
    return DescribeModelResult(
        path=str(folder.path),
        architecture=folder.architecture,
        family=folder.family,
        causal=folder.is_causal_lm,
        parameters=folder.parameters,
        hidden_size=folder.hidden_size,
        vocab_size=folder.vocab_size,
        tied=folder.tied,
        dtype=folder.dtype,
        memory_bytes=folder.memory_bytes,
        layers=folder.layers,
        context=folder.context,
        input_embedding=folder.input_embedding,
        head=folder.head,
        other_vocabulary_tensors=list(folder.other_vocabulary_tensors),
        tokenizer=_tokenizer(folder, ctx),
        files=[ModelFile(name=file.path.name, bytes=file.size) for file in folder.files],
        bytes=folder.weight_bytes,
        sha256=_hash(folder, ctx) if request.content_hash else None,
    )


def _tokenizer(folder: ModelFolder, ctx: Context) -> str | None:
    """A tokenizer that cannot be read does not keep the model from being described."""
    if folder.tokenizer_path is None:
        return None
    try:
        return tokenizer_note(folder.tokenizer_path)
    except UserError as error:
        ctx.warn(error.message)
        return None


def _hash(folder: ModelFolder, ctx: Context) -> str:
    try:
        return content_hash(
            folder.path, "model", lambda done, total: ctx.progress(done, total, "Reading the files")
        )
    except OSError as error:
        raise unreadable(folder.path, error, field="model") from None
