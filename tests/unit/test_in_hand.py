"""Which of the effects in hand may start, and which offers nobody took."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from rescue.desk.inputs import OfferUndelivered
from rescue.ports import Delivery, Downlink, Outgoing
from rescue.sending.in_hand import InHand, Limits, OfferWatch
from rescue.sending.retries import Reply, is_offer, judge
from tests.unit.a_case import NOON
from tests.unit.test_retries import ACK, DOWN, GONE, NEWS, OFFER

LIMITS = Limits(per_endpoint=2, in_all=5, offers_in_all=7, downlinks=3, waiting_per_endpoint=1000)


def delivery(outbox_id: int, *, endpoint: str = "e1", incident: str = "i1", offer: bool = False) -> Delivery:
    return replace(
        OFFER if offer else NEWS,
        outbox_id=outbox_id,
        endpoint_id=endpoint,
        body={"data": {"incident": {"id": incident}}},
    )


def downlink(outbox_id: int) -> Downlink:
    return replace(ACK, outbox_id=outbox_id)


def holding(outgoing: Iterable[Outgoing], limits: Limits = LIMITS) -> InHand:
    hand = InHand(limits)
    for one in outgoing:
        assert hand.add(one)
    return hand


def ids(outgoing: Iterable[Outgoing]) -> list[int]:
    return [one.outbox_id for one in outgoing]


places = st.tuples(st.sampled_from("abcd"), st.sampled_from(["i1", "i2"]), st.booleans()) | st.none()


@st.composite
def crowds(draw: st.DrawFn) -> list[Outgoing]:
    """Some effects for few endpoints and cases, as a look at the store may bring them."""
    drawn = draw(st.lists(places, max_size=40))
    crowd: list[Outgoing] = [
        downlink(number) if place is None else delivery(number, endpoint=place[0], incident=place[1], offer=place[2])
        for number, place in enumerate(drawn, start=1)
    ]
    return draw(st.permutations(crowd))


@given(crowds(), st.data())
def test_whatever_is_in_hand_is_tried_once_within_the_limits(crowd: list[Outgoing], data: st.DataObject) -> None:
    hand, tried = holding(crowd), list[int]()
    running = list(hand.start())
    while running:
        assert_within_limits(running)
        for ended in data.draw(st.permutations(running))[: data.draw(st.integers(1, len(running)))]:
            running.remove(ended)
            tried.append(ended.outbox_id)
            hand.finish(ended)
            hand.let_go(ended.outbox_id)
        running += hand.start()
    assert sorted(tried) == sorted(ids(crowd))
    assert len(hand) == 0


def assert_within_limits(running: list[Outgoing]) -> None:
    webhooks = [one for one in running if isinstance(one, Delivery)]
    for kind, in_all in ((True, LIMITS.offers_in_all), (False, LIMITS.in_all)):
        endpoints = Counter(one.endpoint_id for one in webhooks if is_offer(one) is kind)
        assert max(endpoints.values(), default=0) <= LIMITS.per_endpoint
        assert endpoints.total() <= in_all
    assert len(running) - len(webhooks) <= LIMITS.downlinks


@given(crowds())
def test_what_concerns_one_case_reaches_an_endpoint_in_order_but_for_offers_which_never_wait(
    crowd: list[Outgoing],
) -> None:
    hand = holding(crowd, Limits())
    at_once = ids(hand.start())
    unfinished = defaultdict(list)
    for one in crowd:
        if isinstance(one, Delivery):
            unfinished[one.endpoint_id, one.body["data"]["incident"]["id"]].append(one.outbox_id)
    for one in crowd:
        if isinstance(one, Delivery) and not is_offer(one) and one.outbox_id in at_once:
            assert one.outbox_id == min(unfinished[one.endpoint_id, one.body["data"]["incident"]["id"]])
    offers = Counter(one.endpoint_id for one in crowd if is_offer(one))
    expected = sum(min(count, Limits().per_endpoint) for count in offers.values())
    assert sum(is_offer(one) for one in crowd if one.outbox_id in at_once) == expected


def test_a_withdrawal_waits_until_the_try_of_its_offer_has_ended() -> None:
    offer, withdrawal = delivery(1, offer=True), delivery(2)
    hand = holding([offer, withdrawal])
    assert ids(hand.start()) == [1]
    hand.finish(offer)
    assert ids(hand.start()) == [2]


def test_an_older_message_that_waits_for_its_next_try_holds_nothing_up() -> None:
    older, newer = delivery(1), delivery(2)
    hand = holding([older])
    assert ids(hand.start()) == [1]
    hand.finish(older)
    hand.let_go(1)
    hand.add(newer)
    assert ids(hand.start()) == [2]


def test_what_concerns_other_cases_does_not_wait() -> None:
    assert ids(holding([delivery(1), delivery(2, incident="i2")]).start()) == [1, 2]


def test_a_freed_place_goes_to_the_company_with_the_fewest_tries_running() -> None:
    slow = [delivery(n, endpoint=f"slow{n % 3}", incident=f"i{n}") for n in range(1, 31)]
    hand = holding(slow)
    running = list(hand.start())
    hand.add(delivery(99, endpoint="healthy"))
    assert list(hand.start()) == []
    hand.finish(running[0])
    assert ids(hand.start()) == [99]


def test_a_dead_companys_backlog_takes_no_place_from_anyones_offer() -> None:
    hand = holding(delivery(n, endpoint=f"e{n % 5}", incident=f"i{n}") for n in range(1, 100))
    list(hand.start())
    hand.add(delivery(100, endpoint="e0", offer=True))
    assert ids(hand.start()) == [100]


def test_too_many_waiting_for_one_endpoint_are_refused_but_never_an_offer() -> None:
    hand = InHand(replace(LIMITS, waiting_per_endpoint=3))
    taken = [hand.add(delivery(n, incident=f"i{n}")) for n in range(1, 6)]
    assert taken == [True, True, True, False, False]
    assert hand.add(delivery(6, endpoint="e2"))
    assert all(hand.add(delivery(n, offer=True)) for n in range(7, 20))
    assert all(hand.add(downlink(n)) for n in range(20, 40))


def test_what_is_in_hand_is_known_until_its_result_is_written_down() -> None:
    one = delivery(1)
    hand = holding([one])
    list(hand.start())
    hand.finish(one)
    assert one in hand
    hand.let_go(1)
    assert one not in hand


# --- offers nobody took


def offered(endpoint: str, tries: int = 0) -> Delivery:
    return replace(OFFER, endpoint_id=endpoint, tries=tries)


def after(watch: OfferWatch, one: Delivery, reply: Reply, age_s: float = 1) -> OfferUndelivered | None:
    return watch.judge(one, judge(one, reply, NOON + timedelta(seconds=age_s)))


def watching(*endpoints: str, tries: int = 0) -> OfferWatch:
    watch = OfferWatch()
    for endpoint in endpoints:
        watch.see(offered(endpoint, tries), NOON)
    return watch


def test_an_offer_that_failed_three_times_is_reported_once() -> None:
    watch = watching("e1")
    reports = [after(watch, offered("e1", tries), DOWN) for tries in range(6)]
    assert [report is not None for report in reports] == [False, False, True, False, False, False]
    assert reports[2] == OfferUndelivered(assignment_id=OFFER.assignment_id, attempt=2, reason="refused")  # type: ignore[arg-type]


def test_an_offer_is_reported_only_when_every_endpoint_has_failed() -> None:
    watch = watching("e1", "e2")
    assert after(watch, offered("e1", 2), DOWN) is None
    report = after(watch, offered("e2", 2), Reply(status=500, error="HTTP 500"))
    assert report is not None
    assert report.reason == "refused; HTTP 500"


def test_an_offer_that_one_endpoint_has_is_not_reported() -> None:
    watch = watching("e1", "e2")
    assert after(watch, offered("e1"), Reply(status=200)) is None
    assert after(watch, offered("e2", 2), DOWN) is None


def test_an_endpoint_that_is_gone_has_failed_at_once() -> None:
    assert after(watching("e1"), OFFER, GONE) is not None


def test_an_endpoint_that_asks_for_a_long_pause_has_failed_at_once() -> None:
    assert after(watching("e1"), OFFER, Reply(status=503, error="HTTP 503", retry_after_s=28)) is None
    assert after(watching("e1"), OFFER, Reply(status=503, error="HTTP 503", retry_after_s=60)) is not None


def test_an_offer_first_seen_after_a_restart_is_left_to_its_deadline() -> None:
    assert after(watching("e1", tries=1), offered("e1", 2), DOWN) is None


def test_an_overdue_offer_is_forgotten() -> None:
    watch = watching("e1")
    watch.see(replace(OFFER, assignment_id=None), NOON)
    watch.see(replace(OFFER, attempt=3), OFFER.expires_at)
    assert after(watch, offered("e1", 2), DOWN) is None
