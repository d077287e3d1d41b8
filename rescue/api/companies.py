"""The companies over HTTP: who they are, and whether any endpoint takes their webhooks."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from dispatch.crews import CompanyKind
from rescue.api.access import STAFF_AUDITORS_AND_COMPANIES
from rescue.api.endpoints import ReachedCompany
from rescue.api.fields import PagedByName
from rescue.api.pages import page
from rescue.api.table import API, AnyRoute, Call, Nothing, row
from rescue.api.wire import answer
from rescue.views import PageView


class CompanyView(BaseModel):
    """A company. With no `enabled_endpoints` nobody there hears of an offer by machine."""

    model_config = ConfigDict(frozen=True)

    company_id: str
    name: str
    kind: CompanyKind
    phone: str
    endpoints: int
    enabled_endpoints: int


async def list_companies(call: Call[PagedByName, Nothing]) -> web.Response:
    """The companies by id, each with the number of its endpoints; a company sees itself."""
    query = call.query
    found = await call.context.webhooks.reached_companies(call.principal.company_id, query.cursor, query.limit + 1)
    return answer(page(found, query.limit, _view, lambda company: company.company_id))


def _view(company: ReachedCompany) -> CompanyView:
    return CompanyView.model_validate(asdict(company))


ROUTES: tuple[AnyRoute, ...] = (
    row(
        "GET",
        f"{API}/companies",
        list_companies,
        access=STAFF_AUDITORS_AND_COMPANIES,
        answers={200: PageView[CompanyView]},
    ),
)
