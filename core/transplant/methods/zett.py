"""ZeTT: a hypernetwork that foretells a token's row from how the base's tokenizer spells it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from core.errors import UserError
from core.transplant.methods.method import Method, method

if TYPE_CHECKING:
    from collections.abc import Iterator

    import torch

    from core.hypernetwork.forms import SurfaceForms
    from core.hypernetwork.network import Hypernetwork
    from core.hypernetwork.training import Base
    from core.hypernetwork.words import Words
    from core.jobs.context import Context
    from core.transplant.rows import Rows, Task

ARTIFACT = "hypernetwork"
_MOST_TEXT = 8 * 2**20
"""Bytes of text that are learnt from."""
_AT_ONCE = 512
"""Rows that are foretold between two looks for a stop."""


class _UnlessTrained:
    """Of the class it says True, as a form asks before anything is filled in; of a setting, what holds."""

    def __get__(self, setting: Zett | None, owner: type | None = None) -> bool:
        return setting is None or (setting.hypernetwork is None and setting.text_steps > 0)


@method
class Zett(Method):
    """Trains a hypernetwork on the base and the user's text, or takes one from a folder.

    What was trained is kept in the run's folder ``hypernetwork``, and serves any other tokenizer of the same
    base. How far a folder of the authors' own layout can be relied on: see `core.hypernetwork.folder`.
    """

    title = "ZeTT, hypernetwork"
    source = "B. Minixhofer and others, arXiv 2405.07883"
    sentence = (
        "A small network, trained on the base and your text, foretells each token's row from its bytes."
    )
    random = True
    needs_corpus: ClassVar[bool] = _UnlessTrained()  # type: ignore[assignment]
    causal_only = True
    dense = True

    name: Literal["zett"] = "zett"
    hypernetwork: Path | None = Field(
        default=None,
        title="Hypernetwork",
        description="A folder with one that was trained for this base, here or by ZeTT's authors "
        "(config.json and model.safetensors, or flax_model.msgpack). By default one is trained on your text.",
        json_schema_extra={"input": "folder", "none": "trained on your text"},
    )
    language: str | None = Field(
        default=None,
        title="Language",
        description="Of a multilingual hypernetwork: the language to foretell for, as it names it (de).",
        json_schema_extra={"advanced": True},
    )
    identity_steps: int = Field(
        default=300,
        ge=0,
        le=1_000_000,
        title="Steps on the base's own tokens",
        description="How long it learns to give back the rows that the base has.",
    )
    text_steps: int = Field(
        default=300,
        ge=0,
        le=10_000_000,
        title="Steps on text",
        description="How long it then learns from text, cut by tokenizers drawn at random.",
    )
    width: int = Field(
        default=256,
        ge=16,
        le=8192,
        multiple_of=16,
        title="Width",
        description="Of the hypernetwork. Below the base's width it cannot tell all rows apart.",
        json_schema_extra={"advanced": True},
    )
    layers: int = Field(
        default=2,
        ge=1,
        le=48,
        title="Layers",
        description="Of its encoder.",
        json_schema_extra={"advanced": True},
    )
    batch: int = Field(
        default=8,
        ge=1,
        le=4096,
        title="Passages in a step",
        description="Of text, 128 tokens each.",
        json_schema_extra={"advanced": True},
    )

    def rows(self, task: Task, ctx: Context) -> Rows:
        from dataclasses import replace

        from core.transplant.rows import Rows

        key = self.model_dump_json()
        network, forms = task.shared.once(("zett network", key, task.seed), lambda: self._network(task, ctx))
        targets = tuple(task.targets.tolist())

        def foretell() -> tuple[Rows, Rows]:
            input, head, made = self._foretold(task, network, forms, ctx)
            return replace(Rows.given(input), made=made), replace(Rows.given(head), made=made)

        input, head = task.shared.once(("zett rows", key, task.seed, targets), foretell)
        return input if task.matrix == "input" else head

    def _foretold(
        self, task: Task, network: Hypernetwork, forms: SurfaceForms, ctx: Context
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Rows of the input and of the head, each (m, h), and (m,) which of them could be made."""
        import torch

        stage = "Foretelling rows"
        spelt = forms.matrix(task.target_bytes, lambda done: ctx.progress(done, len(task), stage))
        made = (spelt != network.config.padding).any(dim=1)
        input, head = _tables(task)
        source = (input if head is None else torch.cat([input, head], dim=1)).to(ctx.device)
        language = self._language(network)
        found = torch.zeros(len(task), input.shape[1])
        found_head = found if head is None else torch.zeros(len(task), input.shape[1])
        network.to(ctx.device)
        with torch.inference_mode():
            for places in made.nonzero()[:, 0].split(_AT_ONCE):
                ctx.progress(int(places[0]), len(task), stage)
                rows = network(spelt[places].to(ctx.device), source, language)
                found[places] = rows.input.cpu()
                if rows.head is not None:
                    found_head[places] = rows.head.cpu()
        return found, found_head, made

    def _network(self, task: Task, ctx: Context) -> tuple[Hypernetwork, SurfaceForms]:
        assert task.inputs is not None
        if self.hypernetwork is None:
            return self._trained(task, ctx)
        from core.hypernetwork.folder import TOKENIZER, load
        from core.hypernetwork.forms import SurfaceForms
        from core.tokenizers.open import open_tokenizer

        ctx.progress(0, 1, "Reading the hypernetwork")
        network = load(self.hypernetwork, field="method")
        self._check_fit(network, task)
        own = self.hypernetwork / TOKENIZER
        tokenizer = open_tokenizer(own, field="method") if own.is_file() else task.inputs.base_tokenizer
        trained_here = network.config.digest is not None
        return network, SurfaceForms(tokenizer, network.config, bytes_of_its_own=trained_here)

    def _check_fit(self, network: Hypernetwork, task: Task) -> None:
        assert task.inputs is not None
        config, base = network.config, task.inputs.base
        untied = not base.tied and base.head is not None
        if config.base_width != base.hidden_size:
            what = f"rows of {config.base_width:,} numbers, and the base's have {base.hidden_size:,}"
        elif config.untied != untied:
            what = "a head apart from the input" if config.untied else "one matrix for input and head"
            what += ", and the base has " + ("them apart" if untied else "one matrix for both")
        elif config.base_tokens > base.vocab_size:
            what = f"a base of {config.base_tokens:,} tokens, and this one has {base.vocab_size:,}"
        else:
            return
        raise UserError(
            f"The hypernetwork in {self.hypernetwork} does not fit {base.path.name}: it is for {what}. "
            "Choose that of this base.",
            field="method",
        )

    def _language(self, network: Hypernetwork) -> int | None:
        config = network.config
        if not config.by_language:
            return None
        if self.language in config.language_names:
            return config.language_names.index(self.language)
        known = ", ".join(config.language_names[:20]) or "none by name"
        raise UserError(
            f"The hypernetwork in {self.hypernetwork} foretells for one of several languages; name one with "
            f"language=…: {known}.",
            field="method",
        )

    # Training

    def _trained(self, task: Task, ctx: Context) -> tuple[Hypernetwork, SurfaceForms]:
        """A network trained on the base and the corpus, or the same one that an interrupted run has left."""
        from core.hypernetwork.folder import load, read_config, save
        from core.hypernetwork.forms import SurfaceForms

        assert task.inputs is not None
        words, digest = self._words(task, ctx)
        out = ctx.artifact(ARTIFACT)
        number = 1
        while (out / "config.json").is_file():
            if read_config(out).digest == digest:
                network = load(out)
                return network, SurfaceForms(task.inputs.base_tokenizer, network.config)
            number += 1
            out = ctx.artifact(f"{ARTIFACT}-{number}")
        network, forms, curve = self._train(task, words, digest, ctx)
        trained = {
            "base": task.inputs.base.path.name,
            "settings": self.model_dump(mode="json", exclude={"hypernetwork", "language"}),
            "seed": task.seed,
            "curve": [point.model_dump(mode="json") for point in curve],
        }
        save(network, out, trained=trained)
        return network, forms

    def _train(
        self, task: Task, words: Words, digest: str, ctx: Context
    ) -> tuple[Hypernetwork, SurfaceForms, list[Any]]:
        import torch

        from core.hypernetwork.config import HypernetworkConfig
        from core.hypernetwork.forms import BYTES, SurfaceForms
        from core.hypernetwork.network import Hypernetwork
        from core.hypernetwork.training import Schedule, train
        from core.transplant.loading import with_model

        assert task.inputs is not None
        base = task.inputs.base
        input, head = _tables(task)
        config = HypernetworkConfig(
            width=self.width,
            feed_forward=2 * self.width,
            layers=self.layers,
            heads=max(1, self.width // 64) if self.width % 64 == 0 else 1,
            base_width=base.hidden_size,
            base_tokens=base.vocab_size,
            extra_tokens=BYTES + 1,
            longest=8,
            padding=base.vocab_size + BYTES,  # the last of the extra tokens, which no spelling has
            untied=head is not None,
            scaled=True,
            bias=False,
            digest=digest,
        )
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(task.seed)
            network = Hypernetwork(config)
        forms = SurfaceForms(task.inputs.base_tokenizer, config)
        length = min(128, base.context or 128)
        schedule = Schedule(self.identity_steps, self.text_steps, self.batch, length, task.seed)

        def work(model: torch.nn.Module) -> list[Any]:
            place = self._base(task, model, input, head, ctx)
            network.to(ctx.device)
            return train(network, place, forms, words, schedule, ctx.checkpoint(), digest, ctx)

        with torch.random.fork_rng(devices=[]):
            curve = with_model(base.path, base.parameters, ctx, work, field="base")
        network.eval().requires_grad_(False)
        return network, forms, curve

    def _base(
        self,
        task: Task,
        model: torch.nn.Module,
        input: torch.Tensor,
        head: torch.Tensor | None,
        ctx: Context,
    ) -> Base:
        import torch

        from core.hypernetwork.training import Base
        from core.tokenizers.canonical import Kind
        from core.transplant.evaluate import prefix_of

        assert task.inputs is not None
        vocabulary = task.inputs.base_tokenizer.vocabulary
        tokens = [
            token.id
            for token in vocabulary
            if token.kind in (Kind.TEXT, Kind.BYTE) and token.id < task.inputs.base.vocab_size
        ]
        return Base(
            model=model,
            input=input.to(ctx.device),
            head=None if head is None else head.to(ctx.device),
            tokens=torch.tensor(tokens, device=ctx.device),
            prefix=prefix_of(vocabulary),
        )

    def _words(self, task: Task, ctx: Context) -> tuple[Words, str]:
        """The words of the corpus, and a digest of all that the network's weights follow from."""
        import hashlib
        import json

        from core.hypernetwork.words import read_words
        from core.jobs.machine import versions
        from core.tokenizers.corpus import blocks, find_texts

        assert task.inputs is not None
        if self.needs_corpus and not task.corpus:
            raise UserError(
                "A hypernetwork is trained on text: give some to learn from, or the folder of one that is "
                "trained already.",
                field="corpus",
            )
        digest = hashlib.sha256()

        def texts() -> Iterator[str]:
            left = _MOST_TEXT
            for text in find_texts(task.corpus, field="corpus"):
                for block in blocks(text, max_bytes=max(1, left), field="corpus"):
                    ctx.progress(_MOST_TEXT - left, _MOST_TEXT, "Reading the text to learn from")
                    data = block.encode("utf-8", errors="replace")
                    digest.update(data)
                    left -= len(data)
                    yield block
                if left <= 0:
                    most = f"{_MOST_TEXT / 2**20:.0f} MiB"
                    ctx.warn(f"The hypernetwork learns from the first {most} of the text.")
                    return

        words = read_words(texts())
        said = {
            "settings": self.model_dump(mode="json"),
            "seed": task.seed,
            "device": ctx.device,
            "versions": versions(),
            "base": [
                (str(file.path), file.size, file.path.stat().st_mtime_ns) for file in task.inputs.base.files
            ],
            "tokenizer": hashlib.sha256(task.inputs.base_tokenizer.path.read_bytes()).hexdigest(),
        }
        digest.update(json.dumps(said, sort_keys=True).encode())
        return words, digest.hexdigest()


def _tables(task: Task) -> tuple[torch.Tensor, torch.Tensor | None]:
    """The base's rows in float32: (V, h) of the input, and of the head where that is another matrix."""
    from core.models.tensors import read_tensor

    assert task.inputs is not None
    base = task.inputs.base
    input = read_tensor(base, base.input_embedding).float()
    if base.tied or base.head is None:
        return input, None
    return input, read_tensor(base, base.head).float()
