"""The transplant job: open, match, make the rows, write, measure."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.jobs.context import Context
from core.jobs.registry import job
from core.json_files import read_json_object
from core.models.folder import ModelFolder, open_model
from core.models.write import write_model
from core.output import check_output, new_folder
from core.tokenizers.canonical import Kind
from core.tokenizers.open import Tokenizer
from core.tokenizers.vocabulary import Vocabulary
from core.transplant.digits import digits_warning
from core.transplant.encoder_files import encoder_tokenizer_files, side_files
from core.transplant.evaluate import (
    Read,
    Scored,
    bytes_per_token,
    compared,
    parts,
    prefix_of,
    read,
    score,
    windows,
)
from core.transplant.figures import TokenCosts, norms, residuals, spelt, worst_and_best
from core.transplant.graft import Graft, make_graft
from core.transplant.inputs import Inputs, open_inputs
from core.transplant.job import TRANSPLANT
from core.transplant.loading import foresee, with_model
from core.transplant.matching import COPIED, Matching, Source, match
from core.transplant.report import CARD, REPORT, ROWS, write_card, write_report, write_rows
from core.transplant.request import TransplantRequest
from core.transplant.result import TransplantResult
from core.transplant.sizes import memory_to_graft, written_bytes
from core.transplant.spelt import spelt as spelt_out
from core.transplant.surgery import Translation, with_rows
from core.transplant.texts import Slice, read_slices

_FEW = 0.1
"""Share of matched tokens below which the two vocabularies hardly have anything in common."""


@dataclass(frozen=True)
class Texts:
    """The texts that both tokenizers can read, as either cuts them."""

    slices: list[Slice]
    before: Read
    after: Read


@dataclass(frozen=True)
class Measured:
    """The same texts with the bits of every token, by the base and by what was made of it."""

    before: list[list[Scored]]
    after: list[list[Scored]]


@job(TRANSPLANT)
def transplant(request: TransplantRequest, ctx: Context) -> TransplantResult:
    """Give a model another tokenizer. Called again with the same working folder, it goes on.

    Raises:
        UserError: a model, the tokenizer, a text or the output folder will not do.
    """
    out = request.out or ctx.artifact("model")
    replace = request.replace or request.out is None
    ctx.progress(0, 1, "Opening the models")
    inputs = open_inputs(request)
    needed = written_bytes(inputs.base, inputs.target.vocabulary.size, request.pad_to)
    check_output(out, replace=replace, needed=needed, sources=inputs.folders)
    slices = read_slices(request.text, request.max_bytes)
    ctx.progress(0, 1, "Matching the vocabularies")
    matching = matched(inputs, request)
    ctx.emit({"vocab_size": inputs.target.vocabulary.size, **_counted(matching.sources)})
    _warn(inputs, matching, ctx)
    texts = Texts(*read(slices, inputs.base_tokenizer, inputs.target, ctx))
    foresee(
        memory_to_graft(inputs.base, inputs.donor, inputs.target.vocabulary.size),
        "cpu",
        "Rebuilding the matrices",
        "Close other programs, or choose smaller models.",
        "base",
    )
    order = by_frequency(matching.targets, texts.after, inputs.target.vocabulary.size)
    graft = make_graft(
        inputs,
        matching,
        request.method,
        order=order,
        pad_to=request.pad_to,
        ctx=ctx,
        head=request.heads_method,
        untie=request.untie,
        norms=request.norms,
        corpus=request.corpus,
    )
    mean, histogram = residuals(graft)
    ctx.emit({"mean_residual": mean, "residuals": histogram, "norms": norms(graft)})
    with new_folder(out, replace=replace, needed=needed, sources=inputs.folders) as folder:
        _write(folder, inputs, matching, graft, ctx)
        measured = None
        if texts.slices and inputs.base.is_causal_lm:
            measured = _measure(folder, inputs, texts, ctx)
        result = _result(out, request, inputs, matching, graft, texts, measured)
        write_rows(folder / ROWS, matching, graft)
        write_report(folder / REPORT, request, inputs, graft, result, ctx.seed, ctx.warnings)
        write_card(folder / CARD, request, inputs, result, ctx.seed)
        if request.out is not None:  # so that the run can be explained when the folder is gone
            for name in (REPORT, ROWS):
                shutil.copyfile(folder / name, ctx.artifact(name))
        ctx.check()
    return result


def matched(inputs: Inputs, request: TransplantRequest) -> Matching:
    """The two vocabularies, matched as the request says."""
    return match(
        inputs.base_tokenizer.vocabulary,
        inputs.target.vocabulary,
        base_rows=inputs.base.vocab_size,
        without_space=request.without_space,
        without_case=request.without_case,
    )


def by_frequency(targets: NDArray[np.int64], texts: Read, size: int) -> NDArray[np.int64]:
    """The targets, those that occur most often in the texts first, else by their ids."""
    counts = np.zeros(size, dtype=np.int64)
    for passages in texts:
        for passage in passages:
            np.add.at(counts, passage.ids, 1)
    return targets[np.argsort(-counts[targets], kind="stable")]


def _warn(inputs: Inputs, matching: Matching, ctx: Context) -> None:
    base, target = inputs.base_tokenizer, inputs.target
    for sentence in matching.warnings:
        ctx.warn(sentence)
    if inputs.donor_ids is not None and (unknown := int((inputs.donor_ids[matching.targets] < 0).sum())):
        ctx.warn(
            f"The donor has another tokenizer, and does not know {unknown:,} of {len(matching.targets):,} "
            "new tokens; methods that need it leave these to FVT."
        )
    if matching.same:
        return
    if matching.expands:
        _warn_of_lonely(matching, target, ctx)
        return
    if cut_otherwise := digits_warning(base, target):
        ctx.warn(cut_otherwise)
    _warn_of_lonely(matching, target, ctx)
    if base.prefix and not target.prefix and inputs.base.is_causal_lm:
        own = prefix_of(target.vocabulary)
        mend = (
            "has no such token" if own is None else f"adds none: begin prompts with {_names([own], target)}"
        )
        ctx.warn(f"The base is used to texts that begin with {_names(base.prefix, base)}; the target {mend}.")
    share = matching.count(*COPIED) / max(1, target.vocabulary.count)
    if share < _FEW:
        ctx.warn(f"Only {100 * share:.1f} % of the target's tokens are known to the base.")


def _warn_of_lonely(matching: Matching, target: Tokenizer, ctx: Context) -> None:
    if matching.lonely:
        names = ", ".join(_names([id], target) for id in matching.lonely[:5])
        more = f" and {len(matching.lonely) - 5} more" if len(matching.lonely) > 5 else ""
        ctx.warn(
            f"The base has no special token for {names}{more}: their rows say nothing until they are trained."
        )


def _names(ids: Sequence[int], tokenizer: Tokenizer) -> str:
    entries = tokenizer.vocabulary.entries
    return "".join(spelt(token) for token in (entries[id] for id in ids) if token is not None)


# Writing


def _write(folder: Path, inputs: Inputs, matching: Matching, graft: Graft, ctx: Context) -> None:
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


# Measuring


def _measure(folder: Path, inputs: Inputs, texts: Texts, ctx: Context) -> Measured:
    limit = inputs.base.context
    rates = (bytes_per_token(texts.before), bytes_per_token(texts.after))
    contexts = windows((limit, limit), rates)

    def measured(
        when: Literal["before", "after"], place: Path, tokens: Vocabulary, cut: Read, context: int
    ) -> list[list[Scored]]:
        measure = partial(
            score,
            slices=texts.slices,
            read=cut,
            prefix=prefix_of(tokens),
            context=context,
            when=when,
            ctx=ctx,
        )
        return with_model(place, open_model(place).parameters, ctx, measure, field="base")

    base, target = inputs.base_tokenizer.vocabulary, inputs.target.vocabulary
    return Measured(
        measured("before", inputs.base.path, base, texts.before, contexts[0]),
        measured("after", folder, target, texts.after, contexts[1]),
    )


def _counted(sources: Sequence[Source], padded: int = 0) -> dict[str, Any]:
    """`sources`, `matched` and `approximated` of a result; rows beyond the vocabulary are padding."""
    counts = {source.value: sources.count(source) for source in Source}
    counts[Source.PADDING.value] += max(0, padded - len(sources))
    return {
        "sources": counts,
        "matched": sum(counts[source.value] for source in COPIED),
        "approximated": counts[Source.METHOD.value] + counts[Source.FALLBACK.value],
    }


def _result(
    out: Path,
    request: TransplantRequest,
    inputs: Inputs,
    matching: Matching,
    graft: Graft,
    texts: Texts,
    measured: Measured | None,
) -> TransplantResult:
    head = request.heads_method
    mean, histogram = residuals(graft)
    vocabulary = inputs.target.vocabulary
    approximated = np.array([source in (Source.METHOD, Source.FALLBACK) for source in graft.sources])
    told: dict[str, Any] = {}
    costs = None
    if measured is not None:
        rates, tokens, size = compared(texts.slices, measured.before, measured.after)
        told = {
            "bits_per_byte": rates,
            "tokens": tokens,
            "bytes": size,
            "parts": parts(texts.slices, measured.before, measured.after, approximated),
        }
        costs = TokenCosts(texts.slices, measured.before, measured.after, vocabulary.size)
    worst, best = worst_and_best(graft, inputs.base_tokenizer.vocabulary, vocabulary, costs)
    return TransplantResult(
        out=str(Path(out).absolute()),
        base=str(inputs.base.path),
        target=str(inputs.target.path),
        donor=str(inputs.donor.path) if inputs.donor else None,
        method=request.method.name,
        method_title=request.method.title,
        parameters=request.parameters(),
        vocab_size=vocabulary.size,
        padded_vocab_size=graft.padded,
        mode="same" if matching.same else "expansion" if matching.expands else "replacement",
        head_method=None if head is None else spelt_out(head),
        **_counted(graft.sources, graft.padded),
        anchors=graft.anchors["input"].kept if graft.anchors and inputs.donor else None,
        mean_residual=mean,
        residuals=histogram,
        norms=norms(graft),
        worst=worst,
        best=best,
        **told,
    )
