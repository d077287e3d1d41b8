"""A case taken out of the house as one signed document: by the command, over HTTP, and looked at by whoever gets it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from rescue.cli import main
from rescue.proof.signing import Verifier
from rescue.proof.verifying import read_export, verify
from rescue.store.postgres import PostgresStore
from tests.integration.centre import OFFICERS_PHONE, Centre, open_centre
from tests.integration.tampering import command

CALLER = {"name": "Ms Wang", "phone": "13812345678"}


@pytest.fixture
async def centre(postgres_store: PostgresStore) -> AsyncIterator[Centre]:
    async with open_centre(postgres_store) as opened:
        yield opened


async def test_an_exported_case_holds_all_that_is_known_and_is_whole(centre: Centre) -> None:
    case = await centre.released_case("100001")
    answer = await centre.get("supervisor", f"/incidents/{case['id']}/export")
    assert answer.status == 200
    found = verify(read_export(answer.text.encode()), centre.context.signer.verifier)
    assert found.said.startswith("whole: case 1 ")
    made = answer.body
    assert len(made["timeline"]) == made["header"]["entries"]
    assert [one["status"] for one in made["assignments"]] == ["released"]
    assert len(made["decisions"]) == 5
    assert {one["type"] for one in made["deliveries"]} == {"notice"}


@pytest.mark.parametrize("who", ["operator", "wall", "ankang", "nobody"])
async def test_only_those_who_answer_for_a_case_take_it_out_of_the_house(centre: Centre, who: str) -> None:
    case = await centre.open_case("100001")
    refused = await centre.get(who, f"/incidents/{case['id']}/export")
    assert refused.status == (401 if who == "nobody" else 403)


async def test_phone_numbers_go_out_only_where_they_are_asked_for_and_never_to_auditors(centre: Centre) -> None:
    case = await centre.open_case("100001", caller=CALLER)
    path = f"/incidents/{case['id']}/export"
    hidden = await centre.get("auditor", path)
    assert hidden.status == 200
    assert CALLER["phone"] not in hidden.text
    assert OFFICERS_PHONE not in hidden.text
    shown = await centre.get("supervisor", f"{path}?personal_data=true")
    assert CALLER["phone"] in shown.text
    assert (await centre.get("auditor", f"{path}?personal_data=true")).status == 403


async def test_every_export_is_in_the_audit_log(centre: Centre) -> None:
    case = await centre.open_case("100001")
    await centre.get("supervisor", f"/incidents/{case['id']}/export")
    await command(centre.store, "export", "1", "--personal-data")
    told = await centre.store.pool.fetch(
        "SELECT actor_kind, subject, data ->> 'personal_data' AS personal FROM audit_log WHERE act = 'exported'"
    )
    assert [tuple(row) for row in told] == [
        ("operator", f"incident:{case['id']}", "false"),
        ("administrator", f"incident:{case['id']}", "true"),
    ]


async def test_a_case_that_does_not_exist_is_not_found(centre: Centre) -> None:
    assert (await centre.get("supervisor", "/incidents/nothing/export")).status == 404


async def test_the_key_that_verifies_is_published(centre: Centre) -> None:
    told = (await centre.get("auditor", "/export-key")).body
    assert Verifier.read(told["public_key"].encode()).key_id == told["key_id"]


# --- by the command


async def exported(centre: Centre, place: Path, *words: str) -> tuple[Path, Path]:
    """A case as a file, and the key that verifies it."""
    file, key = place / "case.json", place / "key.pem"
    code, out, errors = await command(centre.store, "export", "1", "--out", str(file), *words)
    assert (code, errors) == (0, "")
    assert out.endswith(f"written to {file}\n")
    code, pem, _ = await command(centre.store, "export", "--public-key")
    assert code == 0
    key.write_text(pem)
    return file, key


async def test_a_file_is_whole_until_somebody_touches_it(centre: Centre, tmp_path: Path) -> None:
    await centre.open_case("100001", caller=CALLER)
    file, key = await exported(centre, tmp_path)
    assert file.stat().st_mode & 0o077 == 0
    code, out, errors = await command(centre.store, "verify", str(file), "--key", str(key))
    assert (code, errors) == (0, "")
    assert out.startswith("whole: case 1 ")
    made: Any = json.loads(file.read_text())
    made["timeline"][1]["said"] = "Asked nobody"
    file.write_text(json.dumps(made))
    code, out, errors = await command(centre.store, "verify", str(file), "--key", str(key))
    assert (code, errors, out.count("\n")) == (1, "", 1)
    assert ": entry 2 was changed (" in out


async def test_of_a_case_that_does_not_exist_no_file_is_written(centre: Centre, tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    told = (1, "", "rescue: there is no case 9\n")
    assert await command(centre.store, "export", "9", "--out", str(file)) == told
    assert not file.exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["export"], "say which case, by its number or id; or --public-key"),
        (["export", "1", "--public-key"], "say which case, by its number or id; or --public-key"),
        (["verify"], "say which file, or --database"),
        (["verify", "case.json", "--database"], "say which file, or --database"),
        (["verify", "nowhere.json"], "[Errno 2] No such file or directory: 'nowhere.json'"),
        (["verify", __file__], "this is no export of a case"),
        (
            ["verify", "--database", "--seal", "7"],
            "--seal is NUMBER:DIGEST as in the log's line 'timelines sealed', not '7'",
        ),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    monkeypatch.setattr("sys.argv", ["rescue", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert tuple(capsys.readouterr()) == ("", f"rescue: {told}\n")
