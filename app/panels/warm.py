"""Panels' modules imported ahead of their first visit, in a thread, so that no visit waits for them."""

from __future__ import annotations

import importlib
import time

from app.panels import PLACES
from app.panels.tabbed import TabbedPanel
from app.widgets.form_schema import fields_of
from app.widgets.system_row import members

PAUSE = 0.01
"""Seconds between two tools in which other threads have their turn."""


def warm_up() -> None:
    """Import every panel and every tool, and read what their forms ask.

    Not for the main thread; nothing of Qt is made here. A visit meanwhile waits for the module that it needs,
    as it would have anyway: the rooms' imports go one way, so that no two threads wait for each other.
    """
    for place in PLACES:
        panel = place.load()
        if issubclass(panel, TabbedPanel):
            for _, _, where in panel.tools:
                module, _, name = where.partition(":")
                job = getattr(getattr(importlib.import_module(module), name), "job", None)
                if job is not None:
                    fields_of(job.request)
                time.sleep(PAUSE)
    members()
