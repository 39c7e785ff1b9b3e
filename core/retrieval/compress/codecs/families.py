"""What of the literature is here: the fourteen methods compared in arXiv 2311.15578, and the eight quantisers
of the survey 2507.22920.

An index holds vectors that are trained already, each document's its own, in an order without meaning. What
needs the task to be trained again, or ids that say something (frequency, digits), has nothing to work on.
"""

from __future__ import annotations

from typing import NamedTuple


class Known(NamedTuple):
    """`codec`: the kind that does it, or ``""``; `words`: what of it is here, or why it is not."""

    method: str
    codec: str
    words: str


COMPARED = (
    Known("INT8/16", "int8", "as int8 scale=fixed; float16 and int4 beside it"),
    Known("ALPT", "int8", "as int8 scale=row: the scale of each row fitted to the vector, not to the task"),
    Known("DeepLight", "prune", "pruning by magnitude, in one step and without training on"),
    Known("MDE", "svd", "its projection; the widths that it gives to frequent ids have no counterpart"),
    Known("Dedup", "dedup", "as it is"),
    Known("MGQE", "pq", "product quantisation; fewer codewords for rare ids have no counterpart"),
    Known("CompoEmb", "", "builds a vector of the digits of its id, which say nothing of a document"),
    Known(
        "TT-Rec",
        "",
        "the same, in three cores; svd is the decomposition that needs no order of the documents",
    ),
    Known("DHE", "", "computes a vector from hashes of its id by a network trained for the task"),
    Known("ROBE", "", "lets ids share numbers by hashes; the vectors have to be trained with them"),
    Known("AdaptEmb", "", "shares rows among rare ids; documents have no frequency"),
    Known(
        "AutoDim", "", "chooses widths while the task is trained; pca and truncate take a width that is given"
    ),
    Known("OptEmbed", "", "chooses rows and widths while the task is trained"),
    Known("AutoSrh", "", "learns gates for groups by frequency while the task is trained"),
)
SURVEYED = (
    Known("VQ", "vq", "k-means"),
    Known("RVQ", "rq", "greedy or with a beam"),
    Known("PQ", "pq", "with opq for the learned rotation"),
    Known("AQ", "aq", "by local search (LSQ)"),
    Known("FSQ", "fsq", "on principal directions in place of a trained projection"),
    Known("LFQ", "lfq", "on principal directions in place of a trained projection"),
    Known("BSQ", "bsq", "on principal directions turned by ITQ in place of a trained projection"),
    Known(
        "Graph anchor-relation tokenisation",
        "",
        "codes nodes of a graph by their neighbours; texts have none",
    ),
)
