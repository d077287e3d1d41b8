"""What people of the rescue centre do at their consoles, and what is asked of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.scripts.cases import case, seconds_of
from tests.scripts.city import LIFTS
from tests.scripts.playing import Window, request, scene, stage, when
from tests.scripts.story import Way

CALLER = {"name": "Ms Wang", "phone": "13800000000"}


@dataclass(frozen=True, slots=True)
class PersonWords:
    """Somebody with this role. Any action takes `refused` and `because`, if it is not to count."""

    role: str

    # What is done

    def takes_call(self, of: str = "A1", *, joins: bool = False, **said: Any) -> None:
        """Somebody phones from a lift, or about one: it opens a case, or joins the one there is."""
        known = {"rescue_code": LIFTS[of].rescue_code, "source": "phone", "caller": CALLER}
        deed = f"takes a call about {of}{_named(said)}"
        answer = request(self.role, self.role, deed, "POST", "/api/v1/incidents", known | said)
        if (answer.status == 200) is not joins:
            stage().fail(
                f"the call {'joins the case' if joins else 'opens a case'} of {of}", f"it does not: {answer.status}"
            )

    def looks_at(self, of: str = "A1") -> None:
        """Sees the case as it is now; what this person does next is about the case as it was seen."""
        scene().seen[self.role, of] = int(case(of).view["version"])
        stage().tell(self.role, Way.IN, f"looks at the case of {of}")

    def comforts(self, of: str = "A1") -> None:
        """Speaks to the passengers."""
        self.acts("comfort", of)

    def finds(self, of: str = "A1", **said: Any) -> None:
        """Learns who is inside, and how they are."""
        self.acts("triage", of, **said)

    def sends(self, crew: str, to: str = "A1", **more: Any) -> None:
        """Has this crew asked, with `redirect=True` taking it from a case that matters less."""
        self.acts("assign", to, crew_id=crew, **more)

    def confirms_call(self, of: str = "A1", *, spoke_to: str) -> None:
        """Has called the last level."""
        self.acts("hand_over", of, spoke_to=spoke_to)

    def stands_down(self, of: str = "A1", *, reason: str, **more: Any) -> None:
        """Says that nobody need go."""
        self.acts("stand_down", of, reason=reason, **more)

    def calls_back(self, of: str = "A1", **said: Any) -> None:
        """Has spoken to the passengers after their release."""
        self.acts("confirm_release", of, **said)

    def closes(self, of: str = "A1", **said: Any) -> None:
        """Ends the work."""
        self.acts("close", of, **said)

    def merges(self, of: str, into: str, *, reason: str, **more: Any) -> None:
        """The people of one case are those of the other."""
        self.acts("merge", of, into=case(into).view["id"], reason=reason, **more)

    def reopens(self, of: str = "A1", *, reason: str) -> None:
        """The case that is over goes on as a new one."""
        self.acts("reopen", of, reason=reason)

    def acts(self, action: str, of: str = "A1", **said: Any) -> None:
        """Any action on the newest case of this lift."""
        fate = {name: said.pop(name) for name in ("refused", "because") if name in said}
        deed = f"{action.replace('_', ' ')} {of}{_named(said)}"
        if (version := scene().seen.pop((self.role, of), None)) is not None:
            said["version"] = version
        path = f"/api/v1/incidents/{case(of).view['id']}/{action}"
        request(self.role, self.role, deed, "POST", path, said, **fate)

    # What is asked

    def expects_call_to(self, number: str, of: str = "A1", *, between: Window = None) -> None:
        """The console asks this person to call the last level, and says what to say."""
        playing = stage()

        def look() -> tuple[float, Any] | None:
            found = case(of).view_or_none
            waits = found and found["handover"] and found["handover"]["waits"]
            return (seconds_of(found["handover"]["asked_at"]), found) if waits else None

        found = playing.wait_for(f"{number} is to be called for {of}{when(between)}", between, look)
        playing.calls_asked_for.add(found["id"])
        handover = found["handover"]
        if handover["call"] != number or LIFTS[of].rescue_code not in handover["say"]:
            playing.fail(f"{number} is to be told of the plate of {of}", f"{handover['call']}: {handover['say']}")

    def expects_no_call(self, of: str = "A1") -> None:
        """Nobody need call the last level, or no longer."""
        handover = case(of).view["handover"]
        if handover and handover["waits"]:
            stage().fail(f"nobody is to be called for {of}", f"{handover['call']} is")

    def expects_reminder(self, what: str, of: str = "A1", *, between: Window = None, saying: str = "") -> None:
        """The case says what still waits for a person."""
        case(of).tells(what, between=between, saying=saying)


def _named(said: dict[str, Any]) -> str:
    return "".join(f", {name} {value}" for name, value in said.items())


operator = PersonWords("operator")
supervisor = PersonWords("supervisor")
