"""An exported case is whole, or it is said in one sentence what was done to it; with and without phone numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from rescue.desk.inputs import Action
from rescue.proof.export import SECTIONS, CaseFile, Json, Kept, Sent, export
from rescue.proof.signing import KeyUnusable, Signer, Verifier, canonical, digest
from rescue.proof.verifying import ExportUnusable, read_export, verify
from rescue.timeline import chain, find_damage
from tests.unit.desk.play import NOON, Play

OURS, THEIRS = Signer(b"the key of a rescue centre 00001"), Signer(b"the key of a rescue centre 00002")
PHONE = "13800000000"
"""Ms Wang's, who calls in every play."""


def case_file() -> CaseFile:
    """A case that a passenger reported; an operator has written her number into a note."""
    play = Play()
    play.call()
    play.act(Action.NOTE, reason=f"Ms Wang asks to be called at {PHONE}")
    play.forward(minutes=4)
    return CaseFile(
        incident=play.case,
        timeline=[entry for entry in play.entries if entry.incident_id == play.case.incident_id],
        assignments=[attempt for attempt in play.attempts if attempt.incident_id == play.case.incident_id],
        deliveries=[
            Sent(
                key="I1-1:offered",
                type="assignment.offered",
                to="E1",
                created_at=NOON,
                ended_at=NOON,
                outcome="carried",
                tries=1,
                status=200,
                error="",
            )
        ],
        recordings=[Kept(at=NOON, sha256="ab")],
        decisions=[Kept(at=NOON, sha256="cd", left_out="")],
    )


FILE = case_file()


def document(*, personal_data: bool = False, file: CaseFile = FILE, signer: Signer = OURS) -> Json:
    """The export, as it is read from a file."""
    made = export(file, signer, by="supervisor Zhang", at=NOON + timedelta(hours=1), personal_data=personal_data)
    return read_export(json.dumps(made, ensure_ascii=False, indent=1).encode())


@pytest.mark.parametrize("personal_data", [False, True])
def test_an_untouched_export_is_whole(personal_data: bool) -> None:
    found = verify(document(personal_data=personal_data), OURS.verifier)
    assert found.damage == ()
    assert found.said.startswith(f"whole: case 1 (I1), {len(FILE.timeline)} entries")
    assert found.masked == (0 if personal_data else 1)


def test_without_a_key_it_is_said_that_nobody_vouches_for_it() -> None:
    assert verify(document()).said.endswith(f"{OURS.verifier.key_id}, which nobody has vouched for: give --key")
    assert "vouched" not in verify(document(personal_data=True), OURS.verifier).said


def test_no_phone_number_leaves_the_house_unless_it_is_asked_for() -> None:
    assert PHONE not in json.dumps(document())
    told = json.dumps(document(personal_data=True))
    assert told.count(PHONE) == 2  # the caller's, and the note's


def test_an_entry_with_hidden_words_is_held_to_its_place_and_its_hash() -> None:
    masked = [entry for entry in document()["timeline"] if entry.get("masked")]
    assert [entry["what"] for entry in masked] == ["noted"]
    assert masked[0]["hash"] == FILE.timeline[masked[0]["seq"] - 1].hash


Change = Callable[[Any], object]


def _say(made: Any, seq: int, words: str) -> None:
    made["timeline"][seq - 1]["said"] = words


def _swap(made: Any) -> None:
    entries = made["timeline"]
    entries[1], entries[2] = entries[2], entries[1]


LAST = len(FILE.timeline)
DAMAGES: dict[str, tuple[Change, str]] = {
    "words changed": (
        lambda made: _say(made, 2, "Nobody was asked"),
        "entry 2 was changed (offered: Nobody was asked)",
    ),
    "hidden words changed": (lambda made: _say(made, 3, "She said nothing"), "entry 3 is not the one that was signed"),
    "words hidden": (lambda made: made["timeline"][1].update(masked=True, said="…"), "entry 2 is not the one that was"),
    "one entry left out": (lambda made: made["timeline"].pop(1), "entry 2 is missing"),
    "two exchanged": (_swap, "entry 3 stands where entry 2 belongs: they were exchanged"),
    "the last left out": (lambda made: made["timeline"].pop(), f"entry {LAST} is missing at the end"),
    "the last two left out": (
        lambda made: [made["timeline"].pop() for _ in range(2)],
        f"entries {LAST - 1} to {LAST} are missing at the end",
    ),
    "all left out": (lambda made: made["timeline"].clear(), f"entries 1 to {LAST} are missing at the end"),
    "an attempt changed": (
        lambda made: made["assignments"][0].update(status="accepted"),
        "the assignments section is not the one that was signed",
    ),
    "a delivery left out": (lambda made: made["deliveries"].clear(), "the deliveries section is not the one that"),
    "the people changed": (lambda made: made["incident"].update(people=0), "the incident section is not the one that"),
    "another head": (lambda made: made["incident"].update(head="0"), "the incident section is not the one that"),
    "another exporter": (
        lambda made: made["header"].update(exported_by="nobody"),
        "the header was changed after it was",
    ),
    "another key": (
        lambda made: made["header"].update(public_key=THEIRS.verifier.packed),
        f"it is signed by key {THEIRS.verifier.key_id}, and not by the one given, {OURS.verifier.key_id}",
    ),
    "no key": (lambda made: made["header"].update(public_key="?"), "the document names no key that could have signed"),
    "no signature": (lambda made: made.pop("signature"), "the header was changed after it was signed"),
    "no sense": (
        lambda made: made["timeline"][0].pop("at"),
        "what the document says of the case has no sense: KeyError",
    ),
    "no section": (lambda made: made.pop("decisions"), "what the document says of the case has no sense: KeyError"),
}


@pytest.mark.parametrize("change", DAMAGES)
def test_damage_is_told_in_one_sentence(change: str) -> None:
    touched = document()
    do, told = DAMAGES[change]
    do(touched)
    found = verify(touched, OURS.verifier)
    assert found.damage
    assert found.damage[0].startswith(told), found.damage
    assert found.said.startswith("NOT whole, case 1 (I1): ")


def test_a_document_signed_anew_by_another_key_is_whole_only_to_whoever_asks_nobody() -> None:
    forged = document(file=rewritten(), signer=THEIRS)
    assert verify(forged).damage == ()
    assert "is signed by key" in verify(forged, OURS.verifier).damage[0]


def rewritten() -> CaseFile:
    """The same case, with a history that says something else and is sealed anew."""
    told, previous = [], ""
    for entry in FILE.timeline:
        told.append(
            chain(
                incident_id=entry.incident_id,
                seq=entry.seq,
                at=entry.at,
                what=entry.what,
                actor=entry.actor,
                said=entry.said.replace("K1", "K9"),
                data=entry.data,
                previous=previous,
            )
        )
        previous = told[-1].hash
    return replace(FILE, timeline=told, incident=replace(FILE.incident, head=previous))


ADDED = f"entry {LAST + 1} was added at the end"


def test_a_history_sealed_anew_is_not_the_one_the_case_had() -> None:
    rewrite = rewritten().timeline
    told = find_damage(rewrite, length=FILE.incident.entries, head=FILE.incident.head)
    assert told == "the whole history was rewritten: it is sealed, but is not the one the case had"
    assert find_damage([*FILE.timeline, rewrite[0]], length=LAST, head=FILE.incident.head) == ADDED


@pytest.mark.parametrize("text", [b"", b"7", b"{}", b"\xff", b"[" * 100_000, b'{"header":{"format":"other/1"}}'])
def test_what_is_no_export_is_refused(text: bytes) -> None:
    with pytest.raises(ExportUnusable, match=r"this is no export|of the format other/1"):
        read_export(text)


@pytest.mark.parametrize("signer", [OURS, THEIRS])
def test_a_public_key_reads_as_it_was_written(signer: Signer) -> None:
    key = signer.verifier
    assert Verifier.read(key.pem.encode()).key_id == Verifier.unpack(key.packed).key_id == key.key_id


def test_what_is_no_public_key_is_refused() -> None:
    other = X25519PrivateKey.generate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for pem, told in ((b"?", "no public key in PEM"), (other, "not of the kind that signs")):
        with pytest.raises(KeyUnusable, match=told):
            Verifier.read(pem)


def test_the_canonical_form_is_one_whatever_order_things_are_written_in() -> None:
    assert canonical({"b": [1, 1.5], "a": "困"}) == '{"a":"困","b":[1,1.5]}'.encode()
    with pytest.raises(ValueError, match="JSON"):
        canonical(float("nan"))


def test_the_header_bears_a_digest_of_every_section() -> None:
    made = document()
    assert set(made) == {"header", *SECTIONS, "signature"}
    told = made["header"]["digests"]
    assert told.pop("timeline") == [digest(entry) for entry in made["timeline"]]
    assert told == {name: digest(made[name]) for name in SECTIONS if name != "timeline"}
