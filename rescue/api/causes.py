"""The list of causes, for forms in which one is chosen."""

from __future__ import annotations

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from rescue.api.access import EVERYONE_AND_CREWS
from rescue.api.pages import whole
from rescue.api.table import API, AnyRoute, Call, Nothing, row
from rescue.api.wire import answer
from rescue.causes import GROUPS, Group
from rescue.views import PageView


class CauseView(BaseModel):
    """A code, and what it is called."""

    model_config = ConfigDict(frozen=True)

    code: str
    zh: str
    en: str


class CauseGroupView(BaseModel):
    """One of the seven groups; the codes of a group begin with its number."""

    model_config = ConfigDict(frozen=True)

    group: int
    zh: str
    en: str
    causes: list[CauseView]


async def list_causes(call: Call[Nothing, Nothing]) -> web.Response:  # noqa: ARG001 -- the same for everybody
    """What a case may be filed under, by group."""
    return answer(whole([_view(group) for group in GROUPS]))


def _view(group: Group) -> CauseGroupView:
    causes = [CauseView(code=code, zh=words.zh, en=words.en) for code, words in group.causes.items()]
    return CauseGroupView(group=group.number, zh=group.words.zh, en=group.words.en, causes=causes)


ROUTES: tuple[AnyRoute, ...] = (
    row("GET", f"{API}/causes", list_causes, access=EVERYONE_AND_CREWS, answers={200: PageView[CauseGroupView]}),
)
