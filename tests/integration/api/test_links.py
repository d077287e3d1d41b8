"""The two links of an offer, for whoever clicks them."""

from __future__ import annotations

from typing import Any

import pytest

from rescue.sending.links import sign
from tests.integration.api.asking import demand_problem
from tests.integration.centre import (
    LINK_KEY,
    NOON,
    Centre,
)


@pytest.fixture
async def offer(centre: Centre) -> Any:
    """An offer to ankang, for the lift whose address is an attempt at a script."""
    return (await centre.open_case("100005", people=2))["assignment"]


def link(offer: Any, action: Any, *, for_s: float = 180, key: bytes = LINK_KEY) -> str:
    expires_at = NOON.replace(second=0).fromtimestamp(NOON.timestamp() + for_s, NOON.tzinfo)
    return f"/respond/{sign(key, offer['id'], offer['attempt'], action, expires_at)}"


AS_A_PERSON = {"Accept": "text/html,application/xhtml+xml,*/*"}


async def test_looking_at_an_offer_changes_nothing_and_pressing_its_button_accepts(centre: Centre, offer: Any) -> None:
    page = await centre.ask("nobody", "GET", link(offer, "accept"))
    assert (page.status, page.content_type) == (200, "text/html")
    assert "接单" in page.text
    assert "Accept" in page.text
    assert page.text.count("<button") == 1
    assert "<img" not in page.text, "what came from outside is shown as text"
    assert "&lt;img" in page.text
    assert (await centre.get("operator", "/assignments")).body["items"][0]["status"] == "offered"
    done = await centre.ask("nobody", "POST", link(offer, "accept"), headers=AS_A_PERSON)
    assert (done.status, done.content_type) == (200, "text/html")
    assert (await centre.get("operator", "/assignments")).body["items"][0]["status"] == "accepted"
    again = await centre.ask("nobody", "GET", link(offer, "accept"))
    assert again.status == 200
    assert "<button" not in again.text


async def test_a_program_that_posts_to_a_link_gets_the_assignment(centre: Centre, offer: Any) -> None:
    answer = await centre.ask("nobody", "POST", link(offer, "decline"))
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert answer.body["status"] == "declined"
    case = (await centre.get("operator", f"/incidents/{answer.body['incident_id']}")).body
    assert case["assignment"]["attempt"] == 2
    timeline = (await centre.get("operator", f"/incidents/{case['id']}/timeline")).body["items"]
    declined = next(entry for entry in timeline if entry["what"] == "declined")
    assert declined["actor"] == {"kind": "company", "name": "ankang", "channel": "link"}


async def test_a_link_that_is_forged_overdue_or_answered_does_nothing(centre: Centre, offer: Any) -> None:
    tries: list[tuple[str, int]] = [
        (link(offer, "accept", key=b"another key of sixteen bytes"), 404),
        ("/respond/rubbish", 404),
        (link({**offer, "id": "nothing"}, "accept"), 404),
        (link(offer, "accept", for_s=0), 410),
    ]
    for path, status in tries:
        demand_problem(await centre.ask("nobody", "POST", path), status)
        page = await centre.ask("nobody", "GET", path)
        assert (page.status, page.content_type) == (status, "text/html")
        assert "<button" not in page.text
    assert (await centre.get("operator", "/assignments")).body["items"][0]["status"] == "offered"
    await centre.ask("nobody", "POST", link(offer, "decline"))
    demand_problem(await centre.ask("nobody", "POST", link(offer, "accept")), 409)
    assert (await centre.ask("nobody", "POST", link(offer, "accept"), headers=AS_A_PERSON)).content_type == "text/html"
    assert (await centre.ask("nobody", "GET", link(offer, "accept"))).status == 410
