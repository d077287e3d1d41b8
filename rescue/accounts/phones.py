"""Phones of crews and screens on walls: signed in by a link that works once, for as long as the token behind it counts.

Nobody types a password on a phone at the roadside or on a screen without a keyboard. The link's token opens one
session; to revoke that token is to sign the phone out. A crew's or a wall's lasting token opens sessions as well, so
that `rescue token add` is enough to get in. No other token does: whoever has one speaks for a program.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from dispatch.crews import CrewId
from rescue.accounts.base import SQL, AccountsBase, hash_of
from rescue.accounts.tokens import owner_of
from rescue.accounts.users import Session
from rescue.people.audit_log import Act
from rescue.people.principals import COMMAND
from rescue.timeline import Actor

LINK_LASTS = timedelta(days=1)
"""To be opened on the phone: within a shift, whoever's hand it has to go through."""
PHONE_LASTS = timedelta(days=90)
"""A phone is asked for a new link so often; one that is lost is signed out at once, by revoking."""


class Phones(AccountsBase):
    """Sessions that a token opens. Every method may raise StoreUnavailable."""

    async def open_by_token(self, token: str, now: datetime) -> Session | None:
        """A session of the token's owner, None for a token that counts no more or opens none."""
        secret, expires_at = secrets.token_urlsafe(32), now + PHONE_LASTS
        found = await self._fetch_row(SQL["open_session_by_token"], hash_of(token), now, hash_of(secret), expires_at)
        if found is None:
            return None
        return Session(secret=secret, principal=owner_of(found), expires_at=expires_at)

    async def sign_crew_out(self, crew_id: CrewId, now: datetime, *, by: Actor = COMMAND) -> None:
        """Every phone of this crew, every link and every token: none counts any more."""
        async with self._changing(Act.TOKEN_REVOKED, f"crew:{crew_id}", now, by) as connection:
            await connection.execute(SQL["revoke_tokens_of_crew"], crew_id, now)
