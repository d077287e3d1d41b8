"""The signed links of an offer."""

from __future__ import annotations

import base64
import hmac
import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rescue.incident import AssignmentId
from rescue.sending import links
from rescue.sending.links import LinkAction, LinkClaim, LinkExpired, LinkForged, read, sign
from tests.unit.a_case import NOON

KEY = b"0123456789abcdef"
UNTIL = NOON + timedelta(seconds=180)
TOKEN = sign(KEY, AssignmentId("i1-2"), 2, "accept", UNTIL)
URL_SAFE = string.ascii_letters + string.digits + "-_."

claims = st.builds(
    LinkClaim,
    assignment_id=st.text(max_size=60).map(AssignmentId),
    attempt=st.integers(1, 10_000),
    action=st.sampled_from(["accept", "decline"]),
    expires_at=st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),
)


@given(claims)
def test_a_link_says_what_was_signed(claim: LinkClaim) -> None:
    token = sign(KEY, claim.assignment_id, claim.attempt, claim.action, claim.expires_at)
    assert read(KEY, token, claim.expires_at - timedelta(microseconds=1)) == claim
    assert set(token) <= set(URL_SAFE)


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from(URL_SAFE))
def test_a_link_with_any_character_changed_is_forged(place: int, character: str) -> None:
    changed = TOKEN[:place] + character + TOKEN[place + 1 :]
    assume(changed != TOKEN)
    with pytest.raises(LinkForged):
        read(KEY, changed, NOON)


@given(st.text(max_size=300))
def test_any_other_text_is_forged(text: str) -> None:
    with pytest.raises(LinkForged):
        read(KEY, text, NOON)


@pytest.mark.parametrize(
    "text", ["", ".", TOKEN + "=", TOKEN + "." + TOKEN, TOKEN.rstrip(TOKEN[-1]), "x" * 2000, TOKEN + "\ud800"]
)
def test_what_only_resembles_a_link_is_forged(text: str) -> None:
    with pytest.raises(LinkForged):
        read(KEY, text, NOON)


def test_a_link_made_with_another_key_is_forged() -> None:
    with pytest.raises(LinkForged):
        read(b"another key, also long enough", TOKEN, NOON)


@pytest.mark.parametrize("said", ["W10", "bm90IGpzb24", "WzEsMiwzLDRd", "WyJhIiwxLCJhY2NlcHQiLCJub29uIl0"])
def test_what_our_key_signed_in_another_form_is_forged(said: str) -> None:
    with pytest.raises(LinkForged):
        read(KEY, f"{said}.{links._signature(KEY, said)}", NOON)


def test_what_our_key_signed_for_another_purpose_is_forged() -> None:
    said = TOKEN.partition(".")[0]
    signature = base64.urlsafe_b64encode(hmac.digest(KEY, said.encode(), "sha256")).decode().rstrip("=")
    with pytest.raises(LinkForged):
        read(KEY, f"{said}.{signature}", NOON)


@pytest.mark.parametrize("action", ["accept", "decline"])
def test_a_link_expires_with_the_offer_and_says_which_it_was(action: LinkAction) -> None:
    token = sign(KEY, AssignmentId("i1-2"), 2, action, UNTIL)
    with pytest.raises(LinkExpired) as expired:
        read(KEY, token, UNTIL)
    assert (expired.value.claim.assignment_id, expired.value.claim.attempt) == ("i1-2", 2)


def test_a_key_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match="16"):
        sign(b"short", AssignmentId("i1-2"), 2, "accept", UNTIL)
