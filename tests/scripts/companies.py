"""What companies and stations are told by signed webhooks, and what they answer, by the API or by the links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.integration.centre import PUBLIC_URL
from tests.scripts.playing import Window, request, scene, stage, when
from tests.scripts.post import OFFERED, Letter
from tests.scripts.stage import called
from tests.scripts.story import Way


@dataclass(frozen=True, slots=True)
class CompanyWords:
    """A company: its web servers, and whoever answers there. An answer is to the offer that was expected last.

    Any answer takes `refused` and `because`, if it is not to count, and what else the API takes.
    """

    company_id: str

    @property
    def name(self) -> str:
        """As the story has it."""
        return called(self.company_id)

    # What it is told

    def expects_offer(self, of: str = "A1", *, crew: str | None = None, between: Window = None) -> CompanyWords:
        """It is asked for a crew, that one if named."""
        wish = f"an offer of {of}" + (f" to crew {crew}" if crew else "")
        scene().holding[self.company_id, of] = self._expects(wish, OFFERED, of, crew, between)
        return self

    def expects(self, type_: str, of: str | None = "A1", *, crew: str | None = None, between: Window = None) -> Letter:
        """It is told something else, e.g. `incident.escalated`; of None, about many lifts."""
        return self._expects(type_, type_, of, crew, between)

    def expects_withdrawal(self, of: str = "A1", *, crew: str | None = None, because: str = "") -> None:
        """Its crew need not go, and why."""
        letter = self._expects("a withdrawal", "assignment.withdrawn", of, crew, None)
        if because not in letter.data["reason"]:
            stage().fail(f"the crew of {self.name} is withdrawn because “{because}”", letter.data["reason"])

    def expects_nothing(self, type_: str = OFFERED, *, until: float | None = None) -> None:
        """It is not told this, or not again, until then."""
        if until is not None:
            stage().forward_to(until)
        for letter in self._not_spoken_of(type_):
            stage().fail(f"{self.name} is not told {type_}", str(letter))

    def was_told_at_most(self, letters: int, *, since: float) -> None:
        """No more than so many things in all, since then."""
        told = [one for one in stage().post.of(self.company_id) if stage().story.seconds(one.at) >= since]
        if len(told) > letters:
            stage().fail(f"{self.name} is told {letters} things at most", f"{len(told)}")

    # What it answers

    def accepts(self, of: str = "A1", *, minutes: float | None = None, **more: Any) -> None:
        """Its crew goes; by its own word it takes so long."""
        if minutes is None:
            self._answer("accept", of, "accepts", **more)
        else:
            self._answer("accept", of, f"accepts, {minutes:g} min away", eta_s=minutes * 60, **more)

    def declines(self, of: str = "A1", *, reason: str = "nobody is free", **more: Any) -> None:
        """Its crew does not go."""
        self._answer("decline", of, f"declines: {reason}", reason=reason, **more)

    def sets_out(self, of: str = "A1", **more: Any) -> None:
        """Its crew is on the road."""
        self._answer("en_route", of, "is en route", **more)

    def arrives(self, of: str = "A1", **more: Any) -> None:
        """Its crew is there."""
        self._answer("on_scene", of, "is on scene", **more)

    def cannot_reach(self, of: str = "A1", *, reason: str, **more: Any) -> None:
        """Its crew does not get there."""
        self._answer("cannot_reach", of, f"cannot reach the lift: {reason}", reason=reason, **more)

    def releases(self, of: str = "A1", *, people: int = 2, **more: Any) -> None:
        """The passengers are out."""
        self._answer("released", of, f"has released {people}", people_released=people, **more)

    def files_cause(self, code: str, of: str = "A1", **more: Any) -> None:
        """Why it happened."""
        self._answer("cause", of, f"files cause {code}", cause_code=code, **more)

    def clicks(self, action: str, of: str = "A1", **fate: Any) -> None:
        """Somebody presses the button behind the link that came with the offer, without logging in."""
        url = str(scene().holding[self.company_id, of].data["respond"][f"{action}_url"])
        path = url.removeprefix(PUBLIC_URL)
        request(self.name, "nobody", f"somebody clicks the link to {action}", "POST", path, **fate)

    def answers_for(self, other: str, what: str, of: str = "A1", *, refused: int) -> None:
        """It answers an offer that was made to another company."""
        asked = scene().holding[other, of].data["assignment"]
        self.tries("POST", f"/assignments/{asked['id']}/{what}", refused=refused, attempt=asked["attempt"])

    def tries(self, method: str, path: str, *, refused: int, **said: Any) -> None:
        """It asks for something that is not its own."""
        deed = f"tries {method} {path}"
        request(self.name, self.company_id, deed, method, f"/api/v1{path}", said or None, refused=refused)

    def _answer(self, what: str, of: str, deed: str, **said: Any) -> None:
        asked = scene().holding[self.company_id, of].data["assignment"]
        fate = {name: said.pop(name) for name in ("refused", "because") if name in said}
        said = {"attempt": asked["attempt"], **said}
        deed = f"crew {said.get('crew_id', asked['crew_id'])}, attempt {said['attempt']}, {deed}"
        path = f"/api/v1/assignments/{asked['id']}/{what}"
        request(self.name, self.company_id, deed, "POST", path, said, **fate)

    # Its web servers

    def adds_endpoint(self) -> None:
        """A second one takes its webhooks as well."""
        stage().tell(self.name, Way.IN, "adds endpoint 2")
        stage().run(stage().add_endpoint(self.company_id, 2))

    def goes_down(self) -> None:
        """All of them fail."""
        stage().post.down.add(self.company_id)

    def comes_back(self) -> None:
        """They work again."""
        stage().post.down.discard(self.company_id)

    def _expects(self, wish: str, type_: str, of: str | None, crew: str | None, between: Window) -> Letter:
        playing = stage()

        def look() -> tuple[float, Letter] | None:
            for letter in self._not_spoken_of(type_):
                if letter.lift_id == of and crew in (None, letter.crew_id):
                    return playing.story.seconds(letter.at), letter
            return None

        found = playing.wait_for(f"{self.name} gets {wish}{when(between)}", between, look)
        for letter in playing.post.letters:
            letter.was_expected |= letter.id == found.id
        return found

    def _not_spoken_of(self, type_: str) -> list[Letter]:
        return [one for one in stage().post.of(self.company_id) if one.type == type_ and not one.was_expected]


def company(company_id: str) -> CompanyWords:
    """A maintenance company."""
    return CompanyWords(company_id)


def station(company_id: str) -> CompanyWords:
    """A rescue station; it is asked and answers like a company."""
    return CompanyWords(company_id)
