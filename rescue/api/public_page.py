"""The HTML of the public page: the form, what has become of it, and what to do where neither can help.

It shows the lift and how far help has come, and nothing about people: no crew's name, no caller, no number but the
rescue centre's own. Whatever came from outside is escaped here. No script is needed: the page asks for itself again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape
from http import HTTPStatus
from math import ceil
from urllib.parse import quote

from aiohttp import web

from rescue.api.html import html_page
from rescue.api.public_words import Stage, Words
from rescue.incident import Lift

FRESH_EVERY_S = 10
FIRE_BRIGADE = "119"
MOST_COUNTED = 6
"""People on the buttons; who are more press the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """What has become of a call, as far as anybody may know. Times are the centre's local ones."""

    stage: Stage
    called_at: datetime
    company: str
    expected_at: datetime | None
    brigade: bool
    now: datetime

    @property
    def expected_in_s(self) -> float:
        """Until the crew is expected; 0 or less once it is late."""
        return (self.expected_at - self.now).total_seconds() if self.expected_at else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """For whom a page is made: in which words, with which number to call."""

    words: Words
    phone: str

    def form(
        self, lift: Lift, key: str, *, joins: bool, problem: str = "", status: HTTPStatus = HTTPStatus.OK
    ) -> web.Response:
        """The call for help; with `joins`, more about one that was made already."""
        words = self.words
        hint = f'<p class="note">{escape(words.joins)}</p>' if joins else ""
        wrong = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
        body = f"""{self._top(lift)}
{wrong}{hint}<form method="post" action="{_path(lift)}?lang={words.language}">
<input type="hidden" name="key" value="{escape(key)}">
{self._people()}
{self._needs()}
<label class="field">{escape(words.phone)}
<input name="phone" type="tel" inputmode="tel" autocomplete="tel" maxlength="20"></label>
<p class="small">{escape(words.phone_why)}</p>
<div class="bar"><button class="call">{escape(words.send_more if joins else words.call)}</button></div>
</form>
{self._numbers()}"""
        return self._answer(body, status=status)

    def called(self, lift: Lift, help_: Help) -> web.Response:
        """Help is called: how far it has come, and how to wait for it."""
        words = self.words
        more = words.still_inside if help_.stage is Stage.OUT else words.tell_more
        body = f"""{self._top(lift)}
<section class="called" role="status">
<h2>{escape(words.out if help_.stage is Stage.OUT else words.called)}</h2>
<p>{escape(words.called_at.format(time=_clock(help_.called_at)))}</p>
{self._stages(help_.stage)}
{self._who_comes(help_)}
</section>
{self._calm()}
<p><a class="button" href="{_path(lift)}?lang={words.language}&amp;more=1">{escape(more)}</a></p>
{self._numbers()}
<p class="small">{escape(words.fresh.format(time=f"{help_.now:%H:%M:%S}"))}</p>"""
        return self._answer(body, refresh_s=FRESH_EVERY_S)

    def refused(self, lift: Lift, wait_s: int) -> web.Response:
        """Too many calls: which number helps now, and when the button does again."""
        words = self.words
        body = f"""{self._top(lift)}
<section class="problem" role="alert"><h2>{escape(words.too_often)}</h2>
<p>{escape(words.wait.format(seconds=wait_s))}</p></section>
{self._numbers()}
{self._calm()}
<p><a class="button" href="{_path(lift)}?lang={words.language}">{escape(words.call)}</a></p>"""
        response = self._answer(body, status=HTTPStatus.TOO_MANY_REQUESTS)
        response.headers["Retry-After"] = str(wait_s)
        return response

    def lost(self, code: str) -> web.Response:
        """No lift bears this code, or none was given: the number to call, and a place to type the code."""
        words = self.words
        wrong = ""
        if code:
            said = words.check_code.format(code=code)
            wrong = f'<section class="problem"><h2>{escape(words.no_such_code)}</h2><p>{escape(said)}</p></section>'
        body = f"""{self._language(f"/r?code={quote(code)}&amp;")}<h1>{escape(words.title)}</h1>
{wrong}
<form method="get" action="/r">
<input type="hidden" name="lang" value="{words.language}">
<label class="field">{escape(words.enter_code)}
<input name="code" inputmode="numeric" autocomplete="off" maxlength="20" required></label>
<div class="bar"><button class="call">{escape(words.look_up)}</button></div>
</form>
{self._numbers()}"""
        return self._answer(body, status=HTTPStatus.NOT_FOUND if code else HTTPStatus.OK)

    def _answer(self, body: str, *, status: HTTPStatus = HTTPStatus.OK, refresh_s: int | None = None) -> web.Response:
        words = self.words
        page = f'<div class="public">{body}</div>'
        return html_page(words.title, page, status=status, lang=words.language, refresh_s=refresh_s)

    def _top(self, lift: Lift) -> str:
        words = self.words
        place = " ".join(filter(None, (lift.address, lift.building, lift.entrance))) or lift.lift_id
        code = f"{words.code} {lift.rescue_code}" if lift.rescue_code else ""
        return f"""{self._language(f"{_path(lift)}?")}<p class="small">{escape(words.you_are_at)}</p>
<h1>{escape(place)}</h1>
<p class="small">{escape(code)}</p>"""

    def _language(self, path: str) -> str:
        words = self.words
        return (
            f'<p class="language"><a href="{path}lang={words.other}" lang="{words.other}" hreflang="{words.other}">'
            f"{escape(words.other_name)}</a></p>"
        )

    def _people(self) -> str:
        words = self.words
        counts = [(str(count), str(count)) for count in range(1, MOST_COUNTED)]
        choices = [*counts, (str(MOST_COUNTED), f"{MOST_COUNTED}+"), ("", words.unknown)]
        chips = "".join(_chip("radio", "people", value, said, is_on=not value) for value, said in choices)
        return f'<fieldset><legend>{escape(words.people)}</legend><div class="chips">{chips}</div></fieldset>'

    def _needs(self) -> str:
        words = self.words
        chips = "".join(_chip("checkbox", "needs", value, said) for value, said in words.need.items())
        hurt = _chip("checkbox", "injured", "1", words.injured)
        return f'<fieldset><legend>{escape(words.needs)}</legend><div class="chips">{hurt}{chips}</div></fieldset>'

    def _stages(self, now_at: Stage) -> str:
        order = list(Stage)
        reached = order.index(now_at)
        items = "".join(
            f'<li class="{"done" if place < reached else "now" if place == reached else "ahead"}"'
            f"{' aria-current=step' if place == reached else ''}>{escape(self.words.stage[stage])}</li>"
            for place, stage in enumerate(order)
        )
        return f'<ol class="stages">{items}</ol>'

    def _who_comes(self, help_: Help) -> str:
        words, said = self.words, []
        if help_.stage is Stage.CALLED:
            said.append(words.looking)
        elif help_.company:
            said.append(words.company.format(name=help_.company))
        if help_.stage in {Stage.FOUND, Stage.EN_ROUTE} and help_.expected_at:
            minutes = ceil(help_.expected_in_s / 60)
            when = words.expected.format(time=_clock(help_.expected_at), minutes=minutes)
            said.append(when if minutes > 0 else words.any_moment)
        if help_.brigade:
            said.append(words.brigade)
        return "".join(f'<p class="eta">{escape(line)}</p>' for line in said)

    def _calm(self) -> str:
        lines = "".join(f"<li>{escape(line)}</li>" for line in self.words.calm)
        return f'<section class="calm"><h2>{escape(self.words.calm_title)}</h2><ul>{lines}</ul></section>'

    def _numbers(self) -> str:
        words = self.words
        return f"""<p class="numbers">{escape(words.or_phone)} {_dial(self.phone)}</p>
<p class="numbers">{escape(words.danger)} {_dial(FIRE_BRIGADE)}</p>"""


def _chip(kind: str, name: str, value: str, said: str, *, is_on: bool = False) -> str:
    checked = " checked" if is_on else ""
    return (
        f'<label class="chip"><input type="{kind}" name="{name}" value="{escape(value)}"{checked}>'
        f"<span>{escape(said)}</span></label>"
    )


def _dial(number: str) -> str:
    return f'<a href="tel:{escape(number.replace(" ", ""))}">{escape(number)}</a>'


def _clock(at: datetime) -> str:
    return f"{at:%H:%M}"


def _path(lift: Lift) -> str:
    return f"/r/{quote(lift.rescue_code or '', safe='')}"
