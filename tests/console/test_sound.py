"""Alarms that are really heard: the audio graph's own peak, listened to where it leaves the page."""

from __future__ import annotations

from playwright.async_api import Browser, Page, expect

from tests.console.screen import come_in, is_for_everybody, open_page, whole_queue
from tests.integration.centre import Centre

LISTEN = """
    const connect = AudioNode.prototype.connect;
    AudioNode.prototype.connect = function (to, ...rest) {
        if (to instanceof AudioDestinationNode) {
            const ear = new AnalyserNode(this.context, {fftSize: 32768});
            connect.call(this, ear);
            const heard = new Float32Array(ear.fftSize);
            window.peak = () => { ear.getFloatTimeDomainData(heard); return Math.max(...heard.map(Math.abs)); };
        }
        return connect.call(this, to, ...rest);
    };
"""
LOUD, SILENT = 0.2, 0.001


async def peak_rises(page: Page) -> None:
    await page.wait_for_function(f"window.peak() > {LOUD}", polling=50)


async def peak_falls(page: Page) -> None:
    await page.wait_for_function(f"window.peak() < {SILENT}", polling=50)


async def test_an_alarm_is_heard_again_and_again_until_somebody_takes_the_case(
    centre: Centre, browser: Browser
) -> None:
    page = await open_page(browser, bypass_csp=True)
    await page.add_init_script(LISTEN)
    await come_in(page, centre)
    await whole_queue(page)
    await expect(page.locator(".sound")).to_contain_text("SOUND OFF")
    await is_for_everybody(page, "sound-off")
    await page.get_by_role("button", name="Start shift").click()
    await expect(page.locator(".sound")).to_contain_text("Sound on")
    await peak_rises(page)  # the test tone
    await peak_falls(page)
    case = await centre.open_case("100001")
    for _ in range(2):
        await peak_rises(page)
        await peak_falls(page)
    await is_for_everybody(page, "sound-on")
    await centre.post("operator", f"/incidents/{case['id']}/claim")
    await expect(page.locator(".queue .pinned")).to_have_count(0)
    await peak_falls(page)
    await page.evaluate("window.loudest = 0; setInterval(() => loudest = Math.max(loudest, peak()), 50)")
    await page.wait_for_timeout(4_500)  # longer than from one sounding to the next
    assert await page.evaluate("loudest") < SILENT
    await page.get_by_role("button", name="Mute").click()
    await expect(page.locator(".sound")).to_contain_text("SOUND OFF")


async def test_a_deadline_that_passes_is_heard_though_somebody_has_the_case(centre: Centre, browser: Browser) -> None:
    case = await centre.open_case("100001")
    await centre.post("operator", f"/incidents/{case['id']}/claim")
    page = await open_page(browser, bypass_csp=True)
    await page.add_init_script(LISTEN)
    await come_in(page, centre)
    await whole_queue(page)
    await page.get_by_role("button", name="Start shift").click()
    await peak_rises(page)
    await peak_falls(page)
    # The desk is awake and will note it too; the page does not wait for that.
    centre.clock.forward(61)
    await peak_rises(page)
