"""What tests of every page share: Chromium's flags, phones, what went on behind a page, axe, shots."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request

ROOT = Path(__file__).parent.parent.parent
SHOTS = ROOT / "test-output" / "console"
AXE = ROOT / "rescue" / "console" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = (
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-software-rasterizer",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""As on a desktop without a graphics card: no WebGL."""
PHONE: Any = {"width": 360, "height": 640}
RULES_OF_COLOUR = ("color-contrast", "link-in-text-block")
"""All that may be otherwise in the other theme."""
LOOKS = [(language, scheme) for language in ("zh-CN", "en-GB") for scheme in ("light", "dark")]
"""Both languages in both themes."""


@asynccontextmanager
async def somebody(
    browser: Browser, *, language: str = "zh-CN", scheme: Any = "light", screen: Any = None, **options: Any
) -> AsyncIterator[BrowserContext]:
    """A browser that nobody has used before."""
    context = await browser.new_context(
        viewport=screen or PHONE, locale=language, color_scheme=scheme, timezone_id="Asia/Shanghai", **options
    )
    context.set_default_timeout(15_000)
    yield context
    await context.close()


class Watch:
    """What went on behind a page: complaints, and where it asked for something."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        self.asked: set[str] = set()
        page.on("console", self._hear)
        page.on("pageerror", self._note_error)
        page.on("request", self._note_request)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _note_error(self, error: Error) -> None:
        self.complaints.append(str(error))

    def _note_request(self, request: Request) -> None:
        self.asked.add(request.url)


async def keep_shot(page: Page, name: str, *, whole: bool = False) -> None:
    """A picture for people to look at."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SHOTS / f"{name}.png", full_page=whole)


async def violations(page: Page, *rules: str) -> list[str]:
    """What axe finds wrong with the page as it is shown now, by these of its rules or all."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text("utf-8"))
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    found = await page.evaluate("options => axe.run(document, options)", options)
    return [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]


async def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(await page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
