"""The ribbons as one HTML file that needs nothing else; all text in it is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from app import theme
from app.panels.tokenizers.compare.ribbon_view import RibbonRow
from app.panels.tokenizers.compare.token_text import hex_of, token_text

_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Ribbons of tokens</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }}
body {{ color: #1b2430; background: #fff; }}
h1 {{ font-size: 1.2rem; }}
h2 {{ font-size: 1rem; margin: 1.5rem 0 .3rem; }}
.text {{ white-space: pre-wrap; background: #f4f6f8; border-radius: 8px; padding: .6rem .8rem; }}
.text, .row {{ font-family: ui-monospace, monospace; overflow-wrap: anywhere; }}
.row {{ line-height: 2.1; }}
.row span {{ border-radius: 3px; padding: .2rem .15rem; margin-right: 1px; }}
.row span {{ unicode-bidi: isolate; white-space: pre; }}
.small {{ color: #5b687a; font-size: .85rem; }}
{styles}
</style>
<h1>{title}</h1>
<p class="text" dir="auto">{text}</p>
{rows}
<p class="small">Made with Lexigraft. Hover a token for its id and its bytes.</p>
</html>
"""


def ribbons_html(text: str, rows: Sequence[RibbonRow]) -> str:
    """One section a tokenizer."""
    data = text.encode(errors="replace")
    shown = [row for row in rows if row.ribbon is not None]
    styles = "\n".join(
        f".r{place} span {{ background: {_tint(row.number, 0.40)}; }}\n"
        f".r{place} span:nth-child(even) {{ background: {_tint(row.number, 0.20)}; }}"
        for place, row in enumerate(shown)
    )
    sections = "\n".join(_section(place, row, data) for place, row in enumerate(shown))
    title = f"{len(data):,} bytes in {len(shown)} tokenizer{'s' if len(shown) != 1 else ''}"
    return _PAGE.format(styles=styles, title=title, text=escape(text), rows=sections)


def _section(place: int, row: RibbonRow, data: bytes) -> str:
    ribbon = row.ribbon
    assert ribbon is not None
    spans = []
    for number, (begin, end) in enumerate(ribbon.spans):
        piece = data[begin:end]
        tip = escape(f"{ribbon.ids[number]}: {hex_of(piece)}", quote=True)
        text = escape(token_text(piece).text) if piece else ""
        spans.append(f'<span title="{tip}">{text}</span>' + ("<br>" if piece.endswith(b"\n") else ""))
    head = f"{escape(row.name)} <span class='small'>{len(ribbon.ids):,} tokens</span>"
    return f'<h2>{head}</h2>\n<div class="row r{place}">{"".join(spans)}</div>'


def _tint(number: int, share: float) -> str:
    """A series' colour of the light theme, on white."""
    series = theme.LIGHT.series
    color = theme.color(series[number % len(series)])
    mixed = [round(255 - (255 - part) * share) for part in (color.red(), color.green(), color.blue())]
    return "#{:02x}{:02x}{:02x}".format(*mixed)
