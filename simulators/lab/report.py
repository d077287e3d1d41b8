"""The lab's findings as one page of HTML that needs nothing beside it, for people who decide how a city is served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from simulators.areas import get_area
from simulators.lab.figures import Lived, by_area, saved
from simulators.lab.pace import PUBLISHED_MEAN_S
from simulators.lab.pictures import draw_hours, draw_ranges, draw_waits
from simulators.lab.run import Findings
from simulators.results import Row, keys_of

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #111; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
table { display: block; overflow-x: auto; }
th, td { padding: .25rem .6rem; border-bottom: 1px solid #ccc; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
svg { max-width: 100%; height: auto; }
figure { margin: 2rem 0; } figcaption { color: #444; }
dt { font-weight: 600; } dd { margin: 0 0 .5rem 1rem; }
"""


def write_report(findings: Findings, rows: Sequence[Row], about: Mapping[str, str], seed: int) -> str:
    """The page. `about` says of which city, seed and commit it is."""
    years = findings.years
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A year of rescues</title><style>{STYLE}</style></head><body>
<h1>A year of rescues, once for each policy</h1>
<p>{escape(" · ".join(f"{name} {value}" for name, value in about.items()))}</p>
{_summary(years, seed)}
<dl>{"".join(f"<dt>{escape(year.policy)}</dt><dd>{escape(year.says)}</dd>" for year in years)}</dl>
{_table(rows)}
{_figure(draw_waits(years), "Which share of calls has help within so many minutes. Lines at 15 and 30 min.")}
{_figure(draw_ranges(years, seed), "Mean, P90 and P99, with the ranges in which years drawn alike would have them.")}
<h2>Mean minutes in each area: is anybody left behind?</h2>
{_table(_areas(years))}
{_figure(draw_hours(years), "Mean minutes at each hour of the day.")}
<h2>How it was made true</h2>
<p>{escape(_calibration(findings))}</p>
</body></html>
"""


def _summary(years: Sequence[Lived], seed: int) -> str:
    """What each saves over the first, call by call."""
    first, *others = years
    said = []
    for year in others:
        mean, low, high = saved(year, first, seed)
        more = f"{mean:.1f} min sooner" if mean >= 0 else f"{-mean:.1f} min later"
        said.append(
            f"<li><b>{escape(year.policy)}</b>: {more} than {escape(first.policy)} ({low:.1f} to {high:.1f})</li>"
        )
    return f"<ul>{''.join(said)}</ul>"


def _table(rows: Sequence[Row]) -> str:
    keys = keys_of(rows)
    head = "".join(f"<th scope=col>{escape(key)}</th>" for key in keys)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(str(row.get(key, str())))}</td>' for key in keys)}</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _areas(years: Sequence[Lived]) -> Sequence[Row]:
    means = {year.policy: by_area(year) for year in years}
    areas = sorted({area for found in means.values() for area in found})
    return [
        {
            "area": get_area(area).name,
            **{policy: f"{found[area]:.1f}" for policy, found in means.items() if area in found},
        }
        for area in areas
    ]


def _figure(picture: str, caption: str) -> str:
    return (
        f"<figure role=img aria-label='{escape(caption)}'>{picture}<figcaption>{escape(caption)}</figcaption></figure>"
    )


def _calibration(findings: Findings) -> str:
    return (
        "One figure was free: how long drives truly take compared with the map's. It was set to "
        f"{findings.pace:.3f}, so that today's practice arrives after {PUBLISHED_MEAN_S / 60:.1f} min in the mean, as "
        "Zhengzhou published for 2018. Its P90, P99 and share within 30 min were not set, and may be held against the "
        "published ones. All policies live through the same calls, answers and traffic; orders by hand, phone calls "
        "and the shares of people who decline are judgements, stated beside their figures in simulators/lab."
    )
