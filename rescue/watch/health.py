"""Whether the service could take a case now: what each part says of itself, gathered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """`reasons` say what is missing for the service to be ready; `warnings`, what a person should see to."""

    ready: bool
    reasons: Sequence[str] = ()
    warnings: Sequence[str] = ()
    audited_at: datetime | None = None
    """When the auditor last finished a round."""

    @property
    def is_well(self) -> bool:
        """Ready, and nothing to see to."""
        return self.ready and not self.warnings


class HasTrouble(Protocol):
    """The desk."""

    @property
    def trouble(self) -> str:
        """Why nothing can be decided now; "" if it can."""
        ...


class IsConnected(Protocol):
    """The link to the broker."""

    @property
    def connected(self) -> bool:
        """Whether it stands."""
        ...


class Audits(Protocol):
    """The auditor."""

    @property
    def audited_at(self) -> datetime | None:
        """When the last round was finished."""
        ...

    def reasons(self) -> list[str]:
        """What is wrong."""
        ...

    def warnings(self) -> list[str]:
        """What should be seen to."""
        ...


@dataclass(frozen=True, slots=True)
class Vitals:
    """The parts without which no case can be taken in, and the auditor that watches over them."""

    desk: HasTrouble
    link: IsConnected
    auditor: Audits

    def health(self) -> Health:
        """As it is now."""
        reasons = [self.desk.trouble] if self.desk.trouble else []
        reasons += [] if self.link.connected else ["the broker is away"]
        reasons += self.auditor.reasons()
        return Health(
            ready=not reasons,
            reasons=reasons,
            warnings=self.auditor.warnings(),
            audited_at=self.auditor.audited_at,
        )
