"""Tokenizers: opened, compared on your own text, trained, changed and looked through."""

from __future__ import annotations

from pathlib import Path

from app.panels.tabbed import TabbedPanel

TABS = (
    ("compare", "Compare", "app.panels.tokenizers.compare.tab:CompareTab"),
    ("train", "Train", "app.panels.tokenizers.train.tab:TrainTab"),
    ("extend", "Extend", "app.panels.tokenizers.extend.tab:ExtendTab"),
    ("prune", "Prune", "app.panels.tokenizers.prune.tab:PruneTab"),
    ("dynamic", "Dynamic", "app.panels.tokenizers.dynamic.tab:DynamicTab"),
    ("vocabulary", "Vocabulary", "app.panels.tokenizers.vocabulary.tab:VocabularyTab"),
    ("audit", "Audit", "app.panels.tokenizers.audit.tab:AuditTab"),
    ("chat", "Chat", "app.panels.tokenizers.chat.tab:ChatTab"),
)
TAB_OF = {
    "compare-tokenizers": "compare",
    "train-tokenizer": "train",
    "extend-tokenizer": "extend",
    "prune-tokenizer": "prune",
    "dynamic-tokenization": "dynamic",
    "audit-tokenizer": "audit",
}


class TokenizersPanel(TabbedPanel):
    key, title, noun = "tokenizers", "Tokenizers", "tokenizer"
    tools, tab_of = TABS, TAB_OF

    def takes(self, paths: list[Path]) -> bool:
        """Only tokenizers' own files: models' folders and texts are for the panel that is shown."""
        endings, names = {".model", ".tiktoken", ".gguf"}, ("tokenizer.json", "tekken.json")
        return bool(paths) and all(
            path.is_file() and (path.suffix.lower() in endings or path.name in names) for path in paths
        )
