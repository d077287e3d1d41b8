"""The habits of the project that a reviewer would otherwise have to remember."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
PACKAGES = ("devices", "dispatch", "rescue", "simulators")

PACKAGE_REGISTRY = re.compile(r"pypi\.(?:org|io)|pythonhosted\.org|registry\.npmjs|npmmirror\.com|yarnpkg\.com")
PLACE_ON_ONE_MACHINE = re.compile(r"(?<![\w.<*}])/(?:work|root|tmp|opt|Users|home(?!/rescue\b))/")
NOT_OUR_WORDS = frozenset({"elevator", "ticket", "job", "technician"})
"""Words for which the glossary has another: lift, incident, crew."""


def files_of_the_tree() -> list[Path]:
    """What is in git or would be, without what git ignores."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for line in listing.stdout.splitlines() if (path := ROOT / line).is_file()]


def lines_matching(pattern: re.Pattern[str]) -> Iterator[str]:
    for path in files_of_the_tree():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        for number, line in enumerate(text.splitlines(), start=1):
            if pattern.search(line):
                yield f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"


# --- what no file says


def test_no_file_names_a_package_registry() -> None:
    assert list(lines_matching(PACKAGE_REGISTRY)) == []


def test_no_file_names_a_place_on_one_machine() -> None:
    assert list(lines_matching(PLACE_ON_ONE_MACHINE)) == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (PACKAGE_REGISTRY, "--index-url https://" + "pypi" + ".org/simple"),
        (PACKAGE_REGISTRY, '"resolved": "https://' + "registry" + '.npmjs.org/preact"'),
        (PLACE_ON_ONE_MACHINE, "DATA = '" + "/tmp" + "/rescue'"),
        (PLACE_ON_ONE_MACHINE, "cd " + "/home" + "/li/lift-rescue"),
    ],
)
def test_a_line_that_should_not_be_there_would_be_found(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)


# --- words


def names_given(tree: ast.AST) -> Iterator[str]:
    """Every name the code gives to something; names it merely uses may be a library's."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name


def words_of(name: str) -> set[str]:
    """`retryJobs_of` is retry, job, of."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
    return {word.lower().removesuffix("s") for word in words}


@pytest.mark.parametrize("package", PACKAGES)
def test_names_in_code_are_the_glossarys_words(package: str) -> None:
    for path in sorted((ROOT / package).rglob("*.py")):
        for name in names_given(ast.parse(path.read_text("utf-8"))):
            assert not words_of(name) & NOT_OUR_WORDS, f"{path.relative_to(ROOT)}: {name}"


@pytest.mark.parametrize("name", ["ElevatorState", "open_tickets", "retryJob", "JOBS"])
def test_a_word_of_another_field_would_be_found(name: str) -> None:
    assert words_of(name) & NOT_OUR_WORDS


# --- the commands


def targets() -> list[str]:
    return re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)


def test_help_lists_every_target_and_is_what_plain_make_does() -> None:
    listing = subprocess.run(["make"], cwd=ROOT, env=quiet_make(), capture_output=True, text=True, check=True).stdout
    listed = re.findall(r"^  ([a-z-]+) +\S", listing, re.MULTILINE)
    assert listed == targets()


def quiet_make() -> dict[str, str]:
    """The environment without what an outer make, such as the one running these tests, hands down."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}


def test_every_target_is_declared_phony() -> None:
    declared = re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)
    assert declared
    assert declared[1].split() == targets()


def machine_with(folder: Path, programs: dict[str, str]) -> dict[str, str]:
    """An environment whose PATH holds only what every machine has, and these programs with these answers."""
    for name in ("sh", "dirname"):
        (folder / name).symlink_to(f"/bin/{name}" if name == "sh" else "/usr/bin/dirname")
    for name, script in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        (folder / name).chmod(0o755)
    return {"PATH": str(folder)}


def tool(name: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "tools" / name], env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("programs", "complaint"),
    [
        ({}, "Python 3.11 or newer is needed"),
        ({"python3": "exit 1"}, "Python 3.11 or newer is needed"),
        (
            {"python3.12": 'case "$2" in *ensurepip*) exit 1 ;; *print*) echo python3.12 ;; esac'},
            "sudo apt-get install python3.12-venv",
        ),
    ],
    ids=["no Python", "an old Python", "a Python without venv"],
)
def test_a_machine_without_the_right_python_is_told_in_one_line(
    tmp_path: Path, programs: dict[str, str], complaint: str
) -> None:
    result = tool("find-python", machine_with(tmp_path, programs))
    assert result.returncode == 1
    assert complaint in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_machine_that_lacks_programs_is_told_the_command_that_installs_them(tmp_path: Path) -> None:
    environment = machine_with(tmp_path, {"id": "echo 1000", "apt-get": "exit 99"})
    result = tool("system-packages", environment)
    assert result.returncode == 1
    assert "mosquitto-clients openssl chromium" in result.stderr
    assert "sudo tools/system-packages" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_machine_that_has_everything_hears_nothing(tmp_path: Path) -> None:
    everything = dict.fromkeys(("mosquitto", "mosquitto_pub", "openssl", "chromium"), "exit 99")
    result = tool("system-packages", machine_with(tmp_path, everything))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_shell_scripts_have_no_lint() -> None:
    shebangs = (b"#!/bin/sh", b"#!/usr/bin/env bash")
    scripts = [path for path in files_of_the_tree() if path.read_bytes().startswith(shebangs)]
    assert scripts
    shellcheck = Path(sys.executable).with_name("shellcheck")
    result = subprocess.run([shellcheck, *scripts], capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stdout


# --- locks


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / "requirements" / lock).read_text("utf-8")
    return {canonicalize_name(name): pin for name, pin in re.findall(r"^(\S+)==(\S+)", text, re.MULTILINE)}


def direct_dependencies(*extras: str) -> list[Requirement]:
    metadata = PROJECT["project"]
    lists = [metadata["dependencies"], *(metadata["optional-dependencies"][extra] for extra in extras)]
    return [Requirement(line) for lines in lists for line in lines]


@pytest.mark.parametrize(("lock", "extras"), [("run.txt", ["build"]), ("dev.txt", ["build", "dev"])])
def test_the_lock_pins_every_direct_dependency_within_its_bounds(lock: str, extras: list[str]) -> None:
    pinned = pins(lock)
    for wanted in direct_dependencies(*extras):
        pin = pinned.get(canonicalize_name(wanted.name))
        assert pin, f"{wanted} is not in requirements/{lock}: run make lock"
        assert wanted.specifier.contains(pin, prereleases=True), (
            f"{wanted} and requirements/{lock} differ: run make lock"
        )


def third_party_imports(folder: str) -> Iterator[tuple[Path, str]]:
    """Each file with the top-level modules it takes from elsewhere than the standard library and this tree."""
    at_home = {*sys.stdlib_module_names, *PACKAGES, "tests"}
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Import(names=aliases):
                    modules = [alias.name for alias in aliases]
                case ast.ImportFrom(module=str(module), level=0):
                    modules = [module]
                case _:
                    continue
            yield from ((path, top) for module in modules if (top := module.partition(".")[0]) not in at_home)


@pytest.mark.parametrize(("folder", "extras"), [*((package, []) for package in PACKAGES), ("tests", ["dev"])])
def test_whatever_is_imported_is_a_direct_dependency(folder: str, extras: list[str]) -> None:
    declared = {canonicalize_name(wanted.name) for wanted in direct_dependencies(*extras)}
    providers = packages_distributions()
    undeclared = {
        f"{path.relative_to(ROOT)} imports {module}"
        for path, module in third_party_imports(folder)
        if declared.isdisjoint(canonicalize_name(name) for name in providers.get(module, []))
    }
    assert not undeclared


def test_development_runs_with_the_versions_that_production_has() -> None:
    run, dev = pins("run.txt"), pins("dev.txt")
    assert {name: dev.get(name) for name in run} == run


def test_what_builds_the_project_is_locked() -> None:
    for wanted in map(Requirement, PROJECT["build-system"]["requires"]):
        assert wanted.specifier.contains(pins("run.txt")[wanted.name])


@pytest.mark.parametrize("lock", ["run.txt", "dev.txt"])
def test_every_pin_has_hashes_and_the_lock_names_no_source(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text("utf-8")
    assert text.count("==") == len(re.findall(r"==\S+(?: ; [^\\\n]+)? \\\n    --hash=sha256:", text))
    assert not re.search(r"^--|://", text, re.MULTILINE)


# --- papers


def test_the_changelog_has_a_place_for_the_next_change() -> None:
    assert re.search(r"^## \[?Unreleased", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)


def test_decisions_are_numbered_without_gaps_and_say_their_four_parts() -> None:
    records = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [int(record.name[:4]) for record in records] == list(range(1, len(records) + 1))
    for record in records:
        headings = re.findall(r"^## (.+)$", record.read_text("utf-8"), re.MULTILINE)
        assert headings == ["Context", "Options", "Decision", "Consequences"], record.name
