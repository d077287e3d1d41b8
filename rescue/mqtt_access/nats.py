"""Grants in the words of NATS: the `users` of its configuration. A topic `a/b/+/#` is the subject `a.b.*.>` there.

Secrets stand in it as they are. NATS would also take bcrypt hashes, but it checks every living connection at each
reload, one after the other: with 8,000 of them nobody new was let in for 9 s, and for under 2 s with plain ones
(docs/adr/0021). So the file is for the broker's eyes only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from rescue.mqtt_access.grants import Grant

DELIVERY = "$MQTT.sub.>"
"""Where NATS hands a client its own QoS 1 messages; nobody else can be heard there by MQTT."""


def write_users(grants: Sequence[Grant]) -> str:
    """To be included in NATS's block `authorization`. NATS takes an empty list for a broker that is open to all."""
    assert grants, "at least the service itself is a user"
    return "users: [\n" + "".join(f"  {_user(grant)}\n" for grant in grants) + "]\n"


def _user(grant: Grant) -> str:
    heard = [*_subjects(grant.subscribe), DELIVERY] if grant.subscribe else []
    permissions = f"publish: {_allowed(_subjects(grant.publish))}, subscribe: {_allowed(heard)}"
    return f"{{user: {json.dumps(grant.user)}, password: {json.dumps(grant.secret)}, permissions: {{{permissions}}}}}"


def _allowed(subjects: Sequence[str]) -> str:
    """An empty list would allow everything."""
    return json.dumps(subjects) if subjects else '{deny: ">"}'


def _subjects(topics: Iterable[str]) -> list[str]:
    return [subject for topic in topics for subject in _subjects_of(topic)]


def _subjects_of(topic: str) -> list[str]:
    """In MQTT `a/#` is also `a` itself."""
    subject = topic.replace("/", ".").replace("+", "*")
    return [f"{subject[:-1]}>", subject[:-2]] if subject.endswith(".#") else [subject]
