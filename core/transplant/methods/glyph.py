"""Glyph embeddings: a token's row from how its text looks, and from nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from core.errors import UserError
from core.transplant.methods.method import Method, method

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

    from core.jobs.context import Context
    from core.transplant.rows import Rows, Task

_SIDE = 32
"""Pixels of a picture's side, as in the paper: its rows have 1,024 numbers."""
_MOST = 12_000
"""Pictures that the principal components are found from."""
_BLOCK = 512
"""Pictures that are held at once."""
_LONGEST = 64
"""Characters of a token that are drawn."""
_MISSING = "\U0010ffff"
"""A character that no font has: what is drawn for it is what is drawn for any other that is missing."""


@method
class Glyph(Method):
    """A baseline: the row knows a token's spelling and nothing of its meaning.

    The text is drawn into a square picture, a longer one squeezed; the pictures of the base's tokens give
    principal components, by which a picture becomes as many numbers as the base has dimensions, of unit
    length (arXiv 2507.04886, section 3); in a base wider than a picture has pixels each number stands several
    times, as in the paper's ablations. The paper freezes such rows and trains a model upon them; here they
    enter a model that was trained upon others, so they are laid around its mean, as far off as its rows are
    spread, and in axes that have nothing to do with its own.

    Without a font of the user's, Pillow's own is used, which has the characters of ASCII and a few marks
    beside. Tokens with others, white space, and parts of characters get no row of their own, but the mean.
    Scripts whose letters join need a Pillow with Raqm to be drawn as they are written.
    """

    title = "Glyph embeddings"
    source = "A. Bochkov, arXiv 2507.04886"
    sentence = "Each new token from a picture of its text: a baseline that knows no meaning."

    name: Literal["glyph"] = "glyph"
    font: Path | None = Field(
        default=None,
        title="Font",
        description="A font file (.ttf, .otf) that has the tokens' characters. By default one that draws "
        "ASCII alone.",
        json_schema_extra={"input": "file", "none": "ASCII alone"},
    )

    def rows(self, task: Task, ctx: Context) -> Rows:
        import torch

        from core.transplant.rows import Rows, moments

        width = task.table.shape[1]
        mean, deviation = moments(task.table, task.used)
        components = task.shared.once(("glyphs", str(self.font)), lambda: self._components(task, ctx))
        found = torch.zeros(len(task), width)
        made = torch.zeros(len(task), dtype=torch.bool)
        targets = [_text(data) for data in task.target_bytes]
        for first, pictures, drawn in self._pictures(targets, ctx, "Drawing tokens"):
            block = slice(first, first + len(drawn))
            found[block] = torch.nn.functional.normalize(components.of(pictures, width), dim=1)
            made[block] = drawn
        if missing := int((~made).sum()):
            ctx.warn(
                f"{missing:,} of {len(task):,} new tokens cannot be drawn with {self._font_name}: their rows "
                "are the mean of the base's."
            )
        residual = torch.full((len(task),), torch.nan)
        return Rows(residual, made, dense=mean + found * torch.linalg.vector_norm(deviation))

    def _components(self, task: Task, ctx: Context) -> Components:
        assert task.inputs is not None
        entries = task.inputs.base_tokenizer.vocabulary.entries
        ids = task.used[:: -(-len(task.used) // _MOST)].tolist()
        texts = [_text(entry.bytes) for id in ids if (entry := entries[id]) is not None]
        blocks = self._pictures(texts, ctx, "Drawing the base's tokens")
        found = Components.of_pictures(pictures[drawn] for _, pictures, drawn in blocks)
        if found is None:
            raise UserError(
                f"None of the base's tokens can be drawn with {self._font_name}; give a font that has their "
                "characters.",
                field="method",
            )
        return found

    @property
    def _font_name(self) -> str:
        return self.font.name if self.font else "the font that comes along"

    def _pictures(
        self, texts: Sequence[str | None], ctx: Context, stage: str
    ) -> Iterator[tuple[int, torch.Tensor, torch.Tensor]]:
        """Blocks: the first text's place, (n, 1024) float32 from 0 to 1, and (n,) what could be drawn."""
        import torch

        draw = _pencil(self.font)
        for first in range(0, len(texts), _BLOCK):
            some = texts[first : first + _BLOCK]
            pictures = torch.zeros(len(some), _SIDE * _SIDE)
            made = torch.zeros(len(some), dtype=torch.bool)
            for row, text in enumerate(some):
                if row % 64 == 0:
                    ctx.progress(first + row, len(texts), stage)
                picture = draw(text) if text else None
                if picture is not None:
                    pictures[row] = torch.from_numpy(picture).flatten()
                    made[row] = True
            yield first, pictures, made


class Components:
    """Principal components of pictures: `axes` (p, p), the greatest variance first, around `mean` (p,)."""

    def __init__(self, axes: torch.Tensor, mean: torch.Tensor) -> None:
        self.axes = axes
        self.mean = mean

    @staticmethod
    def of_pictures(blocks: Iterable[torch.Tensor]) -> Components | None:
        """Of blocks (n, p); the largest number of each axis is positive. None without pictures."""
        import torch

        count, total, products = 0, torch.zeros(()), torch.zeros(())
        for block in blocks:
            double = block.double()
            count, total, products = (
                count + len(block),
                total + double.sum(dim=0),
                products + double.T @ double,
            )
        if not count:
            return None
        mean = total / count
        _, vectors = torch.linalg.eigh(products / count - mean[:, None] * mean)
        axes = vectors.flip(1).T
        largest = axes.gather(1, axes.abs().argmax(dim=1, keepdim=True))
        return Components((axes * largest.sign()).float(), mean.float())

    def of(self, pictures: torch.Tensor, width: int) -> torch.Tensor:
        """(n, width) for pictures (n, p): the first components, or all of them several times."""
        found = (pictures - self.mean) @ self.axes[:width].T
        times = -(-width // found.shape[1])
        return found.repeat_interleave(times, dim=1)[:, :width]


def _text(data: bytes) -> str | None:
    """The token's text; None where it is only part of a character, white space, or nothing."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return text if text.strip() else None


def _pencil(font: Path | None) -> Callable[[str], NDArray[np.float32] | None]:
    """Draws a text into (32, 32) float32; None where the font lacks one of its characters."""
    import numpy as np
    from PIL import Image, ImageFont

    size = round(0.75 * _SIDE)
    try:
        face: Any = ImageFont.truetype(str(font), size) if font else ImageFont.load_default(size)
        missing = _drawn(face, _MISSING)
    except OSError as error:
        raise UserError(
            f"{font} is no font that can be read: {error}. Give a .ttf or .otf file.", field="method"
        ) from None
    known: dict[str, bool] = {}

    def draw(text: str) -> NDArray[np.float32] | None:
        text = " ".join(text[:_LONGEST].splitlines())
        for character in text:
            if character not in known:
                known[character] = character.isspace() or _drawn(face, character) != missing
            if not known[character]:
                return None
        width = max(_SIDE, math.ceil(face.getlength(text)) + 2)
        line = Image.new("L", (width, _SIDE))
        _draw_on(line, text, face)
        square = np.asarray(line.resize((_SIDE, _SIDE), Image.Resampling.BOX), dtype=np.float32)
        return square / np.float32(255)

    return draw


def _drawn(face: Any, character: str) -> tuple[tuple[int, int], bytes]:
    mask = face.getmask(character)
    return mask.size, bytes(mask)


def _draw_on(line: Any, text: str, face: Any) -> None:
    from PIL import ImageDraw

    ImageDraw.Draw(line).text((1, line.height // 2), text, fill=255, font=face, anchor="lm")
