"""A bigram model: the law of the next token, the last one given, counted on text."""

from __future__ import annotations

import torch


class Bigrams:
    """``q(w | v) = (1 − b_v) c(v, w) / c(v) + b_v u(w)``: counts, backed off to single tokens.

    By Witten and Bell's rule, ``b_v = n(v) / (n(v) + c(v))`` with n(v) the number of distinct tokens seen
    after v: 1 for a token that nothing was seen after, near 0 for one that was seen often. ``u(w)`` is the
    share of w among all that follow, 1 added to each count.

    Args:
        pairs: (N, 2) ids: each token, and the one after it.
        vocabulary: V.
        device: where it will be asked.
    """

    def __init__(self, pairs: torch.Tensor, vocabulary: int, device: torch.device | str = "cpu") -> None:
        keys, counts = torch.unique(pairs[:, 0] * vocabulary + pairs[:, 1], return_counts=True)
        rows, columns = keys // vocabulary, keys % vocabulary
        self.counted = len(pairs)
        self.distinct = len(keys)
        self._vocabulary = vocabulary
        exact = torch.float32 if torch.device(device).type == "mps" else torch.float64  # which knows no other
        self._keys = keys.to(device)
        self._rows, self._columns = rows.to(device), columns.to(device)
        after = torch.zeros(vocabulary, dtype=torch.float64).index_add_(0, rows, counts.double())
        kinds = torch.bincount(rows, minlength=vocabulary)
        starts = kinds.cumsum(0) - kinds
        backing = torch.where(kinds > 0, kinds / (kinds + after), 1.0)
        single = torch.bincount(pairs[:, 1], minlength=vocabulary).double() + 1
        single /= single.sum()
        own = (1 - backing[rows]) * counts / after[rows]
        whole = own + backing[rows] * single[columns]
        self._kinds, self._starts = kinds.to(device), starts.to(device)
        self._backing, self._single = backing.to(device, exact), single.to(device, exact)
        self._own = own.to(device, exact)
        """Of each pair seen, without what is backed off."""
        self._best = _best(rows, columns, whole, backing, single).to(device)
        self._entropy = _entropy(rows, columns, whole, backing, single).to(device, exact)

    def law(self, contexts: torch.Tensor) -> torch.Tensor:
        """(n, V) float64, rows sum to 1, after each of (n,) tokens."""
        found = self._backing[contexts, None] * self._single
        rows, seen = self._seen(contexts)
        return found.index_put_((rows, self._columns[seen]), self._own[seen], accumulate=True)

    def surprisal(self, contexts: torch.Tensor, following: torch.Tensor) -> torch.Tensor:
        """(n,) float64: −ln q of each following token."""
        place, seen = self._find(contexts, following)
        own = torch.where(seen, self._own[place], 0.0)
        return -(own + self._backing[contexts] * self._single[following]).log()

    def seen(self, contexts: torch.Tensor, following: torch.Tensor) -> torch.Tensor:
        """(n,) whether each pair was counted at all."""
        return self._find(contexts, following)[1]

    def best(self, contexts: torch.Tensor) -> torch.Tensor:
        """(n,) the likeliest token after each."""
        return self._best[contexts]

    def entropy(self, contexts: torch.Tensor) -> torch.Tensor:
        """(n,) float64, of the law after each, in nats."""
        return self._entropy[contexts]

    def cross_entropy(self, logits: torch.Tensor, contexts: torch.Tensor) -> torch.Tensor:
        """(n,) in nats: of the law after each context from the softmax of (n, V) logits.

        Without the dense law: only what was seen after a context is looked at one by one.
        """
        rows, seen = self._seen(contexts)
        own = self._own.to(logits.dtype)[seen] * logits[rows, self._columns[seen]]
        of_seen = torch.zeros_like(logits[:, 0]).index_add(0, rows, own)
        of_all = self._backing.to(logits.dtype)[contexts] * (logits @ self._single.to(logits.dtype))
        return logits.logsumexp(-1) - of_seen - of_all

    def _seen(self, contexts: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """For all pairs that were seen after one of the contexts: which of these, and the pair's place."""
        count = self._kinds[contexts]
        rows = torch.repeat_interleave(torch.arange(len(contexts), device=count.device), count)
        within = torch.arange(len(rows), device=count.device) - (count.cumsum(0) - count)[rows]
        return rows, self._starts[contexts][rows] + within

    def _find(self, contexts: torch.Tensor, following: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        wanted = contexts * self._vocabulary + following
        place = torch.searchsorted(self._keys, wanted).clamp(max=len(self._keys) - 1)
        return place, self._keys[place] == wanted


def _best(
    rows: torch.Tensor,
    columns: torch.Tensor,
    whole: torch.Tensor,
    backing: torch.Tensor,
    single: torch.Tensor,
) -> torch.Tensor:
    """After each token; among those not seen after it, none is likelier than the likeliest single token."""
    commonest = int(single.argmax())
    best = torch.full((len(backing),), commonest)
    high = backing * single[commonest]
    at = torch.full((len(backing),), -1.0, dtype=torch.float64).scatter_reduce(0, rows, whole, "amax")
    first = torch.flip(torch.nonzero(whole == at[rows])[:, 0], (0,))  # of equals the lowest id: written last
    best[rows[first]] = torch.where(whole[first] >= high[rows[first]], columns[first], commonest)
    return best


def _entropy(
    rows: torch.Tensor,
    columns: torch.Tensor,
    whole: torch.Tensor,
    backing: torch.Tensor,
    single: torch.Tensor,
) -> torch.Tensor:
    """Of each law: the pairs seen one by one, all others together."""
    zero = torch.zeros_like(backing)
    mass = torch.ones_like(backing).index_add(0, rows, -single[columns])
    logs = (single * single.log()).sum() + zero.index_add(0, rows, -(single * single.log())[columns])
    unseen = backing * (mass * backing.log() + logs)
    return -(unseen + zero.index_add(0, rows, whole * whole.log()))
