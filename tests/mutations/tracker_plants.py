"""Bugs that somebody could write into the tracker, each as an exchange of text in one file.

Each breaks a promise to the people in a lift, or to those who are called out for them.
"""

from __future__ import annotations

from tests.mutations.plants import Plant

BUTTON, CALLS, CLOCKS, CONDITIONS, EVIDENCE, FLEET, INFERENCE, LINKS, ORDER, PEOPLE, PICTURES, SNAPSHOT, TRACKER = (
    f"devices/{name}.py"
    for name in (
        "button",
        "calls",
        "clocks",
        "conditions",
        "evidence",
        "fleet",
        "inference",
        "links",
        "order",
        "people",
        "pictures",
        "snapshot",
        "tracker",
    )
)

PLANTS = (
    # how long the signs must last
    Plant(
        "T counts from the newest sign",
        PEOPLE,
        "    if slot.since is None:\n        slot.has_moved",
        "    if True:\n        slot.has_moved",
    ),
    Plant(
        "a lift's own T is not asked for",
        PEOPLE,
        "rules.trapped_after_s if slot.trapped_after_s is None else slot.trapped_after_s",
        "rules.trapped_after_s",
    ),
    Plant(
        "a sign that flickers begins the wait anew",
        PEOPLE,
        "    if now >= gone_by or",
        "    if now >= slot.doubted_at or",
    ),
    Plant(
        "a sign that was long gone counts from where it began",
        PEOPLE,
        "slot.doubted_at is not None and now >= slot.doubted_at + rules.settles_after_s\n",
        "False\n",
    ),
    Plant(
        "what is over is over only when the lift says another word",
        PEOPLE,
        "by if now < by < gone_by else gone_by",
        "by if now < by < gone_by else NEVER",
    ),
    Plant(
        "a position that wavers puts off an entrapment for ever",
        PEOPLE,
        "    if wavers:\n        return NOTHING\n",
        "",
    ),
    Plant(
        "the lift's clock measures how long people are trapped",
        TRACKER,
        "    note_clock(slot, status.reported_at, now)\n    if status.seq",
        "    note_clock(slot, status.reported_at, now)\n    now += slot.skew_s or 0.0\n    if status.seq",
    ),
    # whether anybody is inside
    Plant(
        "not knowing who is inside is taken for nobody",
        PEOPLE,
        "    if slot.seen_inside is None:\n        return present\n",
        "    if slot.seen_inside is None:\n        return bool(present)\n",
    ),
    Plant(
        "people who sit down have left the car between landings",
        PEOPLE,
        "    return None if present is False else True\n",
        "    return present\n",
    ),
    Plant(
        "a stuck sensor is believed",
        PEOPLE,
        "    if sensor_stuck:\n        return None\n",
        "    if False:\n        return None\n",
    ),
    Plant(
        "somebody seen inside is there for ever",
        PEOPLE,
        "    if slot.situation is Situation.WAY_OUT:\n        _let_out(slot)\n",
        "    if False:\n        _let_out(slot)\n",
    ),
    Plant(
        "no ride takes too long",
        PEOPLE,
        "        slot.shut_in_since, slot.shut_in_by = now, now + rules.shut_in_after_s\n",
        "        slot.shut_in_since, slot.shut_in_by = None, NEVER\n",
    ),
    # what is said of it
    Plant(
        "an entrapment is told with every status",
        PEOPLE,
        "    elif confidence.rank <= slot.found.confidence.rank:\n",
        "    elif confidence.rank < slot.found.confidence.rank:\n",
    ),
    Plant(
        "a weaker sign takes back a stronger",
        PEOPLE,
        "    elif confidence.rank <= slot.found.confidence.rank:\n",
        "    elif confidence is slot.found.confidence:\n",
    ),
    Plant(
        "a fault that flaps swallows the entrapment",
        PEOPLE,
        "    if confidence is not None:\n        return _find",
        "    if confidence is not None and not any(c.is_flapping for c in (slot.conditions or {}).values()):\n"
        "        return _find",
    ),
    Plant(
        "a door open at a landing does not end it",
        EVIDENCE,
        "        case Situation.WAY_OUT:\n            return LEVELLED_OPEN\n",
        "        case Situation.WAY_OUT:\n            return None\n",
    ),
    Plant(
        "the crew that switches to inspection ends it",
        EVIDENCE,
        "        case _ if picture.is_masked:\n            return None\n",
        "        case _ if False:\n            return None\n",
    ),
    Plant(
        "a reason names the newest message, not the one it came from",
        PEOPLE,
        "    return {raw.fault: condition.origin for",
        '    return {raw.fault: name_of("status", (slot.boot, slot.seq)) for',
    ),
    # modes
    Plant(
        "staff at work on a lift look like passengers",
        EVIDENCE,
        "    if picture.is_masked:\n        return None\n",
        "    if False:\n        return None\n",
    ),
    Plant(
        "the fire brigade's hand on the door is a sign",
        PICTURES,
        "    if status.service_mode is ServiceMode.FIREFIGHTER:\n",
        "    if False:\n",
    ),
    Plant(
        "after a quake a closed door is as good as an open one",
        PICTURES,
        " or status.service_mode is ServiceMode.EARTHQUAKE\n",
        "\n",
    ),
    Plant(
        "faults are inferred of a lift that staff are at work on",
        INFERENCE,
        "    if status.service_mode is ServiceMode.INSPECTION:\n        return NO_FAULTS\n",
        "    if False:\n        return NO_FAULTS\n",
    ),
    # the alarm button
    Plant(
        "inspection masks the button",
        PEOPLE,
        "    if slot.is_pressed and (",
        "    if slot.is_pressed and not picture.is_masked and (",
    ),
    Plant(
        "an alarm heard before is not passed on",
        BUTTON,
        "        return (raised,)\n",
        "        return ()\n",
    ),
    Plant(
        "an alarm stands behind what follows from it",
        BUTTON,
        "    return (raised, *judge(slot, now, rules), *back)\n",
        "    return (*judge(slot, now, rules), raised, *back)\n",
    ),
    Plant(
        "a press in passing counts as held",
        BUTTON,
        "alarm.button_held_s >= rules.button_held_s",
        "alarm.button_held_s >= 0",
    ),
    Plant(
        "the end of an older alarm ends the one that is open",
        BUTTON,
        "    if slot.open_alarm <= name:\n",
        "    if True:\n",
    ),
    Plant(
        "an alarm that nobody ended is a sign for ever",
        PEOPLE,
        '    slot.button, slot.pressed_by = Button.UNTOUCHED, ""\n    slot.shut_in_since',
        '    slot.pressed_by = ""\n    slot.shut_in_since',
    ),
    Plant(
        "a press that only an overtaken status tells of is lost",
        TRACKER,
        "        return button.take_late_press(slot, status, now, rules) if status.alarm_button else NOTHING\n",
        "        return NOTHING\n",
    ),
    Plant(
        "a press of a new controller is lost behind the old one's",
        BUTTON,
        "    if message.boot == boot and message.seq <= seq:\n",
        "    if (message.boot, message.seq) <= (boot, seq):\n",
    ),
    Plant(
        "a press does not make a possible case surer",
        PEOPLE,
        "slot.found is None or _is_pressed_now(slot) or",
        "slot.found is None or",
    ),
    Plant(
        "a lift that floods is not heard when it calls",
        FLEET,
        "        if not tracker.carries_alarm(message):\n            raise Flooded",
        "        if True:\n            raise Flooded",
    ),
    Plant(
        "a lift nobody registered is not heard when it calls",
        FLEET,
        "        if not tracker.carries_alarm(message):\n            raise UnknownLift",
        "        if True:\n            raise UnknownLift",
    ),
    # which message is news
    Plant(
        "a status that was overtaken is believed",
        ORDER,
        "    if boot == slot.boot and seq > slot.seq:\n",
        "    if boot == slot.boot and seq != slot.seq:\n",
    ),
    Plant(
        "a lower boot is believed at once",
        ORDER,
        "    return now - rival.since >= rules.replaced_after_s\n",
        "    return True\n",
    ),
    Plant(
        "a new controller that only reports faults is never believed",
        ORDER,
        "report.boot < slot.boot and _is_replaced(slot, report.boot, report.seq, now, rules)",
        "False",
    ),
    Plant(
        "a new controller's numbers look like the old one's past",
        ORDER,
        "    if boot < slot.boot:\n",
        "    if False:\n",
    ),
    Plant(
        "a fault report that was overtaken is believed",
        ORDER,
        "report.seq > max(slot.seq, slot.fault_seq)",
        "report.seq > slot.fault_seq",
    ),
    Plant(
        "the will of an older boot is believed",
        ORDER,
        "    if link.boot < slot.boot or slot.link",
        "    if slot.link",
    ),
    # whether we hear it
    Plant(
        "a reconnect storm is news",
        LINKS,
        "now + rules.link_grace_s",
        "now",
    ),
    Plant(
        "a lift that has not come back is told of once too little",
        LINKS,
        "    slot.lost_by = slot.lost_at + rules.link_lost_after_s\n",
        "    slot.lost_by = NEVER\n",
    ),
    Plant(
        "a deadline that moved nearer is slept through",
        FLEET,
        "        if by < slot.queued_by:\n",
        "        if slot.queued_by == NEVER:\n",
    ),
    # faults, clocks, test calls, restarts
    Plant(
        "a fault that flaps is hidden",
        CONDITIONS,
        "    slot.conditions = {**others, key: condition}\n    slot.is_touched = True\n    return (",
        "    slot.conditions = {**others, key: condition}\n    slot.is_touched = True\n"
        "    return () if condition.is_flapping else (",
    ),
    Plant(
        "a report that was held up sets the lift's clock back",
        CLOCKS,
        "ahead_s if off_s > 0 else slot.skew_s + FOLLOWS * off_s",
        "ahead_s",
    ),
    Plant(
        "a test call that does not come is not missed",
        CALLS,
        "    slot.test_by = now + rules.test_call_every_s + rules.test_call_grace_s\n    slot.is_touched",
        "    slot.is_touched",
    ),
    Plant(
        "a restart of ours forgets since when people are trapped",
        SNAPSHOT,
        '    "stored_state", "window_at"',
        '    "since", "stored_state", "window_at"',
    ),
    Plant(
        "after a restart of ours a suspicion counts before the lift can speak",
        SNAPSHOT,
        "    slot.trapped_by = max(slot.trapped_by, now + rules.restored_grace_s)\n",
        "",
    ),
)
