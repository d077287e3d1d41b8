"""What companies say of a case that is over is answered and written down, and only the cause still counts."""

from __future__ import annotations

from rescue.desk.afterwards import LATE_KEPT
from rescue.desk.board import Outcome, Verdict
from rescue.desk.inputs import Action, Answer, CompanyAnswered
from rescue.incident import Status
from rescue.timeline import instant
from tests.unit.desk.play import Play
from tests.unit.desk.test_rescue_loop import closed, rescued


def filed(play: Play, cause_code: str | None, attempt: int | None = None) -> Outcome:
    """The company files the cause, quoting its newest attempt."""
    asked = play.attempts[-1]
    return play.tell(
        CompanyAnswered(
            assignment_id=asked.assignment_id,
            attempt=asked.attempt if attempt is None else attempt,
            answer=Answer.CAUSE,
            cause_code=cause_code,
        )
    )


def stood_down() -> Play:
    """A case that nobody needs to come for, offered and not yet answered."""
    play = Play()
    play.alarm()
    play.recovery()
    play.act(Action.STAND_DOWN, reason="they are out", passengers_confirm=True)
    assert play.case.status is Status.STOOD_DOWN
    return play


def test_an_answer_that_comes_too_late_is_refused_with_what_became_of_the_case_and_written_down() -> None:
    play = stood_down()
    ended, version = play.now, play.case.version
    play.forward(minutes=2)
    late = play.answer(Answer.ACCEPT)
    assert late.verdict is Verdict.REFUSED
    assert late.reason == f"case 1 is over: it was stood down at {instant(ended)}"
    assert play.entries[-1].what == "answer_refused"
    assert play.entries[-1].data == {"attempt": 1, "answer": "accept", "reason": late.reason}
    assert (play.case.status, play.case.version) == (Status.STOOD_DOWN, version + 1)
    assert play.board.incidents == {}
    assert play.board.assignments == {}


def test_late_answers_without_end_do_not_swell_the_history() -> None:
    play = stood_down()
    for _ in range(LATE_KEPT + 5):
        assert play.answer(Answer.ACCEPT).verdict is Verdict.REFUSED
    assert play.history().count("answer_refused") == LATE_KEPT


def test_a_report_said_again_after_the_end_is_taken_for_what_it_is() -> None:
    play = Play()
    play.alarm()
    closed(rescued(play))
    entries = len(play.entries)
    assert play.answer(Answer.RELEASED).verdict is Verdict.NOTHING
    assert len(play.entries) == entries


def test_an_answer_about_nothing_that_was_ever_asked_is_not_found() -> None:
    play = stood_down()
    play.assignments.clear()
    assert play.answer(Answer.ACCEPT).verdict is Verdict.NOT_FOUND


# --- the cause


def test_the_company_files_the_cause_after_release_and_the_operator_closes_with_it() -> None:
    play = Play()
    play.alarm()
    rescued(play)
    assert filed(play, "301").verdict is Verdict.DONE
    assert (play.case.cause_code, play.history()[-1]) == ("301", "cause_filed")
    assert play.entries[-1].said == "K files cause 301, in the place of 201"
    closed(play)
    assert play.case.cause_code == "301"


def test_the_cause_may_be_corrected_when_the_case_is_closed() -> None:
    play = Play()
    play.alarm()
    closed(rescued(play))
    assert filed(play, "405").verdict is Verdict.DONE
    assert (play.case.cause_code, play.case.status) == ("405", Status.CLOSED)
    assert filed(play, "405").verdict is Verdict.NOTHING
    assert play.history().count("cause_filed") == 1


def test_a_company_whose_crew_was_stood_down_may_say_what_it_found() -> None:
    play = stood_down()
    assert filed(play, "201").verdict is Verdict.DONE
    assert play.case.cause_code == "201"


def test_no_cause_is_filed_while_the_work_is_not_done() -> None:
    play = Play()
    play.alarm()
    refused = filed(play, "201")
    assert (refused.verdict, refused.reason) == (Verdict.REFUSED, "the assignment is offered, it cannot take 'cause'")
    assert play.case.cause_code is None


def test_a_cause_of_another_attempt_or_without_its_code_is_refused() -> None:
    play = Play()
    play.alarm()
    rescued(play)
    assert filed(play, "301", attempt=7).verdict is Verdict.REFUSED
    assert filed(play, None).reason == "give cause_code"
    closed(play)
    assert filed(play, "301", attempt=7).reason == "this assignment is attempt 1, not 7"
    assert play.case.cause_code == "201"


def test_causes_filed_without_end_do_not_swell_the_history() -> None:
    play = stood_down()
    for number in range(LATE_KEPT + 4):
        filed(play, "201" if number % 2 else "301")
    assert play.history().count("cause_filed") == LATE_KEPT
