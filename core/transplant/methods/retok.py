"""ReTok: the rows of FVT, which ReTok then trains, both matrices, with the rest of the model frozen."""

from __future__ import annotations

from typing import Literal

from core.transplant.methods.fvt import Fvt
from core.transplant.methods.method import method


@method
class ReTok(Fvt):
    title = "ReTok"
    source = "arXiv 2410.04335"
    sentence = "The rows of FVT; ReTok then trains the embeddings alone, which Heal does."

    name: Literal["retok"] = "retok"  # type: ignore[assignment]
