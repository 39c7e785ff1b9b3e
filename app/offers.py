"""What the start page offers: with no project, with a project that has no runs, and with one that has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.start import Offer

if TYPE_CHECKING:
    from app.window import Window


def offers(window: Window) -> tuple[str, str, list[Offer]]:
    """Title, sentence and offers, the proposed one first."""
    projects = window.projects
    sample = Offer(
        "transplant",
        "Graft a small model onto another tokenizer",
        "The sample graft takes two little English models that come with Lexigraft and shows what the "
        "change of tokenizer costs, in bits per byte. Under a minute; no network.",
        "Run the sample graft",
        window.run_sample,
    )
    new = Offer(
        "start",
        "Start a project of your own",
        "A project is a folder that keeps every run with all that is needed to repeat it.",
        "New project…",
        projects.new,
    )
    open_one = Offer(
        "folder",
        "Go on with a project",
        "Open a project by its .lexigraft file, or drop it on the window.",
        "Open…",
        projects.open,
    )
    if window.session.project is None:
        look = Offer(
            "start",
            "Try the sample project",
            "Two small models, sample texts, nothing to download.",
            "Open the sample project",
            projects.open_sample,
        )
        return (
            "Welcome to Lexigraft",
            "A desktop lab for embeddings. Everything stays on this computer.",
            [
                look,
                new,
                open_one,
            ],
        )
    side = Offer(
        "generation",
        "Let two models write side by side",
        "The two starter models go on with one prompt in step. The text is lined up by its bytes, shaded by "
        "surprise; click a token to see what else could stand there.",
        "Run the sample texts",
        lambda: window.run_sample_of("generation", "side"),
    )
    search = Offer(
        "retrieval",
        "Measure what a search finds",
        "A small embedding model, word search and both together answer questions from Lexigraft's own "
        "help. What sets them apart is told with intervals and paired tests.",
        "Run the sample search",
        lambda: window.run_sample_of("retrieval", "evaluate"),
    )
    lab = Offer(
        "tokenizers",
        "Compare tokenizers on your own text",
        "See how several cut the line that you type, measure them on files of yours, train a better one.",
        "Open the tokenizer lab",
        lambda: window.go("tokenizers"),
    )
    own = Offer(
        "transplant",
        "Graft a model of yours",
        "Choose or drop a model folder, a tokenizer and some text. The form says what is wrong or missing.",
        "Set up a graft",
        lambda: window.go("transplant"),
    )
    return (
        "What you can do here",
        "Every action is kept as a run of this project, and can be repeated, compared and shared.",
        [sample, side, search, lab, own, new, open_one],
    )
