"""A page that needs no script: the shell that the offer's page and the documentation share."""

from __future__ import annotations

from html import escape
from http import HTTPStatus

from aiohttp import web

from rescue.api.table import HTML


def html_page(
    title: str, body: str, *, status: HTTPStatus = HTTPStatus.OK, lang: str = "zh", refresh_s: int | None = None
) -> web.Response:
    """A page. `body` is HTML already; whatever came from outside was escaped on its way into it.

    With `refresh_s` it asks for itself again: by a script, or so often where none runs.
    """
    refresh = "" if refresh_s is None else _refresh(refresh_s)
    text = f"""<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">{refresh}
<title>{escape(title)}</title>
<link rel="stylesheet" href="/static/page.css">
<link rel="icon" href="data:,">
</head>
<body><main>
{body}
</main></body>
</html>
"""
    return web.Response(status=status, text=text, content_type=HTML)


def _refresh(every_s: int) -> str:
    return f"""
<noscript><meta http-equiv="refresh" content="{every_s}"></noscript>
<script src="/static/fresh.js" defer></script>"""


def facts(rows: list[tuple[str, str]]) -> str:
    """Names and values, those without a value left out."""
    cells = (f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows if value)
    return f"<dl>{''.join(cells)}</dl>"
