"""What each kind of user may say and hear on the broker, as the topics of docs/contract.md.

Decides the topics. Must not know how a broker writes them down, nor where a credential is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """Who signs in to the broker."""

    LIFT = "lift"
    GATEWAY = "gateway"
    CREW = "crew"
    SERVICE = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A user of the broker, and the topic filters it may publish within and subscribe to."""

    user: str
    secret: str = field(repr=False)
    publish: Sequence[str]
    subscribe: Sequence[str]


LIFT_SAYS = ("status", "alarm", "fault", "test", "link")
LIFT_HEARS = ("alarm/ack", "notice")


def user_name(kind: Kind, holder: str) -> str:
    """What the holder signs in as: no lift and gateway share one."""
    return f"{kind}-{holder}"


def grant_lifts(user: str, secret: str, lifts: Sequence[str]) -> Grant:
    """For a lift, or a gateway that speaks for several; each is `{area}/{lift_id}`."""
    return Grant(
        user=user,
        secret=secret,
        publish=[f"lifts/v1/{lift}/{channel}" for lift in lifts for channel in LIFT_SAYS],
        subscribe=[f"lifts/v1/{lift}/{channel}" for lift in lifts for channel in LIFT_HEARS],
    )


def grant_crew(user: str, secret: str, company_id: str, crew_id: str) -> Grant:
    """For a crew's phone, which hears nothing."""
    return Grant(user=user, secret=secret, publish=[f"crews/v1/{company_id}/{crew_id}/position"], subscribe=[])


def grant_service(user: str, secret: str) -> Grant:
    """For the rescue service, and for whoever stands in for all lifts, such as a load test."""
    everything = ["lifts/v1/#", "crews/v1/#"]
    return Grant(user=user, secret=secret, publish=everything, subscribe=everything)


def grant_nothing(user: str, secret: str) -> Grant:
    """For one whom the registry no longer knows: it may connect, and no more."""
    return Grant(user=user, secret=secret, publish=[], subscribe=[])
