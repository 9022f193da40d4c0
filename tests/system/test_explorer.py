"""The explorer of the real service, with demo data, in a real browser that reaches nothing else."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mentorhub.seeding.loading import seed
from mentorhub.seeding.platform import DEMO, Size
from mentorhub.web.explorer import BUILT
from tests.system.processes import serving
from tests.web.chromium import CHROMIUM, browsing

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(
        not (BUILT / "index.html").is_file(),
        reason="the explorer is not built: python scripts/build_explorer.py",
    ),
]

RUN = ".graphiql-execute-button"
RESULT_HAS = "text => document.querySelector('.result-window')?.innerText.includes(text)"
PAGE_HAS = "text => document.body.innerText.includes(text)"


async def test_examples_run_for_whoever_comes_and_for_who_signs_in(sqlite_url: str, tmp_path: Path) -> None:
    await seed(sqlite_url, Size(mentors=8, users=40, bookings=120), accounts=DEMO)
    mentee = DEMO[0]
    browser = tmp_path / "browser"
    browser.mkdir()

    async with serving(sqlite_url, tmp_path) as service, browsing(browser) as page:
        await page.open(f"{service.url}/")
        await page.until("() => document.querySelector('.graphiql-query-editor .view-line')")
        await page.click(RUN)
        await page.until(RESULT_HAS, "availabilityStatus")

        await page.type("input[name=email]", mentee.email)
        await page.type("input[name=password]", mentee.password)
        await page.click(".explorer-session button[type=submit]")
        await page.until(PAGE_HAS, "Signed in as")
        await page.click(".explorer-panel button[title^='What the viewer has booked']")
        await page.click(RUN)
        await page.until(RESULT_HAS, "bookingCounts")

        assert page.hosts() == {urlsplit(service.url).netloc}
        assert page.faults == []
    shutil.rmtree(browser, ignore_errors=True)
