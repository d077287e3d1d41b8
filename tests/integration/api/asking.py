"""What the tests of the API share: who there is, how to log in, and what every refusal looks like."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings

from rescue.accounts import Role
from rescue.api.table import AnyRoute
from tests.integration.centre import ANKANG, BEIHAI, PASSWORD, VENDOR, Answer, Centre

COMPANIES = (ANKANG.company_id, BEIHAI.company_id)
EVERYBODY = (*Role, *COMPANIES, VENDOR)

shares_one_centre = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
"""What the centre promises, it promises in whatever state the examples before have left it."""


def demand_problem(answer: Answer, status: int) -> Any:
    """The answer is a problem document of this status."""
    assert answer.status == status, answer.text
    assert answer.content_type == "application/problem+json"
    problem = answer.body
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert set(problem) >= {"type", "errors"}
    return problem


def somewhere(route: AnyRoute) -> str:
    """The route's path with something in its braces that exists nowhere."""
    return route.path.replace("{", "no-").replace("}", "")


async def log_in(centre: Centre, password: str = PASSWORD, **headers: str) -> Answer:
    """Li logs in with the centre's browser, which keeps the cookie."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    said = {"username": "li", "password": password}
    return await centre.ask("nobody", "POST", "/api/v1/session", said, headers=named)
