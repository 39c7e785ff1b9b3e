"""Token distillation: a new row trained so that the base goes on from it as from the token's pieces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from core.errors import UserError
from core.transplant.methods.method import Method, method

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import torch

    from core.jobs.context import Context
    from core.transplant.rows import Rows, Task

_SIDE = 24
"""Base tokens that are read on either side of the new one."""
_BATCH = 16
_STEP = 0.01
"""Learning rate, as a share of the root mean square of the base's numbers (Adam moves each about so far)."""
_MOST_TEXT = 8 * 2**20


@dataclass(frozen=True)
class _Snippet:
    """A place of the text: base ids before, of the token's pieces, and after; `row` of the new token."""

    row: int
    before: list[int]
    pieces: list[int]
    after: list[int]


@method
class TokenDistillation(Method):
    """The input rows of the first tokens, which are those that occur most often in the measured text.

    Each begins as FVT's. Snippets of the text to learn from that have the token are read by the base twice,
    with its pieces and with its row in their place; the row learns to make the hidden states after it the
    same (mean squared error). All other rows, and the head's, are FVT's: the paper leaves the head to others.
    """

    title = "Token distillation"
    source = "K. Dobler and others, arXiv 2505.20133"
    sentence = "A few rows, trained to act in the base as the token's pieces do in your text."
    needs_corpus = True
    random = True
    causal_only = True
    apart = True

    name: Literal["token-distillation"] = "token-distillation"
    most: int = Field(
        default=100,
        ge=1,
        le=200,
        title="Tokens to train",
        description="The others are the mean of their pieces.",
    )
    snippets: int = Field(
        default=10,
        ge=1,
        le=500,
        title="Snippets of each",
        description="How many places of the text a token is learnt from.",
    )
    rounds: int = Field(
        default=4,
        ge=1,
        le=1000,
        title="Rounds",
        description="How often each snippet is read.",
    )
    depth: float = Field(
        default=1.0,
        gt=0,
        le=1,
        title="Depth",
        description="The layer whose states are to be the same, as a share of all: 1 for the last.",
        json_schema_extra={"advanced": True},
    )

    def rows(self, task: Task, ctx: Context) -> Rows:
        import torch

        from core.transplant.loading import with_model
        from core.transplant.methods.fvt import Fvt
        from core.transplant.rows import Rows, apply

        start = Fvt().rows(task, ctx)
        if task.matrix == "head":
            return start
        assert task.inputs is not None
        if not task.corpus:
            raise UserError("Token distillation learns from text: give some.", field="corpus")
        values = apply(start, task.table, ctx)
        found = self._snippets(task, ctx)
        if not found:
            ctx.warn("None of the new tokens occurs in the text to learn from: their rows are FVT's.")
            return start
        base = task.inputs.base

        def work(model: torch.nn.Module) -> None:
            self._train(model, values, found, task, ctx)

        with torch.random.fork_rng(devices=[]):
            with_model(base.path, base.parameters, ctx, work, field="base")
        return Rows(residual=start.residual, made=start.made, dense=values)

    def _snippets(self, task: Task, ctx: Context) -> list[_Snippet]:
        """Places where the target's tokenizer makes one of the tokens to train of the text."""
        from core.tokenizers.corpus import blocks, find_texts
        from core.tokenizers.passages import passages

        assert task.inputs is not None
        pieces = {row: task.pieces(task.target_bytes[row]) for row in range(min(self.most, len(task)))}
        rows = {int(task.targets[row]): row for row, ids in pieces.items() if len(ids) > 1}
        left = dict.fromkeys(rows.values(), self.snippets)
        found: list[_Snippet] = []
        size = 0
        for text in find_texts(task.corpus, field="corpus"):
            for block in blocks(text, max_bytes=_MOST_TEXT - size or 1, field="corpus"):
                for passage in passages(block):
                    ctx.progress(size, _MOST_TEXT, "Looking for the new tokens")
                    data = passage.encode("utf-8", errors="replace")
                    size += len(data)
                    encoding = task.inputs.target.encode(data.decode())
                    for id, (begin, end) in zip(encoding.ids, encoding.spans, strict=True):
                        row = rows.get(id)
                        if row is None or not left.get(row) or end >= len(data):
                            continue
                        left[row] -= 1
                        before = task.pieces(data[max(0, begin - 8 * _SIDE) : begin])[-_SIDE:]
                        after = task.pieces(data[end : end + 8 * _SIDE])[:_SIDE]
                        if after:
                            found.append(_Snippet(row, before, pieces[row], after))
                if not any(left.values()):
                    return found
            if size >= _MOST_TEXT:
                break
        return found

    def _train(
        self, model: Any, values: torch.Tensor, found: Sequence[_Snippet], task: Task, ctx: Context
    ) -> None:
        """Change the rows of `values` (m, h) that have snippets, in place."""
        import numpy as np
        import torch

        from core.transplant.evaluate import prefix_of
        from core.transplant.methods.random_normal import stream_key

        assert task.inputs is not None
        prefix = prefix_of(task.inputs.base_tokenizer.vocabulary)
        own = sorted({snippet.row for snippet in found})
        place = {row: number for number, row in enumerate(own)}
        new = values[own].to(ctx.device).requires_grad_()
        size = float(task.table[task.used].float().square().mean().sqrt())
        optimizer = torch.optim.Adam([new], lr=_STEP * size)
        model.requires_grad_(False)
        layer = max(1, round(self.depth * model.config.get_text_config().num_hidden_layers))
        total = self.rounds * len(found)
        for turn in range(self.rounds):
            stream = np.random.Generator(np.random.Philox(key=stream_key(task.seed, "distillation", turn)))
            order = stream.permutation(len(found)).tolist()
            for first in range(0, len(order), _BATCH):
                ctx.progress(turn * len(found) + first, total, "Distilling tokens")
                some = [found[number] for number in order[first : first + _BATCH]]
                rows = [place[snippet.row] for snippet in some]
                loss = _difference(model, some, new[rows], prefix, layer, ctx.check)
                optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
        values[own] = new.detach().cpu()


def _difference(
    model: Any,
    snippets: Sequence[_Snippet],
    rows: torch.Tensor,
    prefix: int | None,
    layer: int,
    check: Callable[[], None],
) -> torch.Tensor:
    """Mean squared difference of a layer's states after the pieces and after `rows` (b, h) in their place."""
    import torch

    begin = [] if prefix is None else [prefix]
    before = [[*begin, *snippet.before] for snippet in snippets]
    longest = max(len(snippet.after) for snippet in snippets)

    def padded(texts: Sequence[Sequence[int]]) -> torch.Tensor:
        ids = torch.zeros(len(texts), max(map(len, texts)), dtype=torch.long)
        for number, text in enumerate(texts):
            ids[number, : len(text)] = torch.tensor(text)
        return ids.to(rows.device)

    def states(ends: Sequence[int], **given: Any) -> torch.Tensor:
        """(b, longest, h) behind `ends`; what is behind a snippet is masked below."""
        hidden = model(use_cache=False, output_hidden_states=True, **given).hidden_states[layer]
        places = torch.tensor(ends, device=rows.device)[:, None] + torch.arange(longest, device=rows.device)
        places = places.clamp_max(hidden.shape[1] - 1)
        return hidden.gather(1, places[:, :, None].expand(-1, -1, hidden.shape[2]))

    with torch.no_grad():
        whole = [
            [*start, *snippet.pieces, *snippet.after] for start, snippet in zip(before, snippets, strict=True)
        ]
        ends = [len(start) + len(snippet.pieces) for start, snippet in zip(before, snippets, strict=True)]
        wanted = states(ends, input_ids=padded(whole))
    check()
    short = [[*start, 0, *snippet.after] for start, snippet in zip(before, snippets, strict=True)]
    embed = model.get_input_embeddings()
    given = embed(padded(short)).clone()
    scale = getattr(embed, "embed_scale", 1.0)
    given[torch.arange(len(short)), [len(start) for start in before]] = rows * scale
    found = states([len(start) + 1 for start in before], inputs_embeds=given)
    check()
    there = torch.tensor(
        [[n < len(snippet.after) for n in range(longest)] for snippet in snippets], device=rows.device
    )
    return (found - wanted)[there].square().mean()
