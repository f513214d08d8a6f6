"""Pictures of pages at 1440 and 390 pixels, light and dark: ``python tests/journeys/screenshots.py URL FOLDER PATH …``.

Signs in with the login and password in FIELDWORK_SHOTS («login:password»); paths are those of pages, e.g. ``/s/demo/``.
``--language kk`` takes them in Kazakh.
"""

import argparse
import os
import re
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

SIZES = {"1440": (1440, 900), "390": (390, 844)}


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--language", default="ru")
    parser.add_argument("--full", action="store_true", help="whole pages, not windows")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for size in SIZES:
            for theme in ("light", "dark"):
                page = signed_in(browser, options.url, size, theme, options.language)
                for path in options.paths:
                    page.goto(options.url + path, wait_until="networkidle")
                    name = re.sub(r"\W+", "-", path).strip("-") or "home"
                    page.screenshot(path=options.folder / f"{name}-{size}-{theme}.png", full_page=options.full)
                page.context.close()
        browser.close()


def signed_in(browser: Browser, url: str, size: str, theme: str, language: str) -> Page:
    """A page of a browser of that size and theme in which somebody is signed in (nobody where no password is given)."""
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme)  # type: ignore[arg-type]
    context.add_cookies([{"name": "fieldwork_language", "value": language, "url": url}])
    page = context.new_page()
    page.on("console", lambda message: print(message.type, message.text) if message.type == "error" else None)  # noqa: T201
    login, _, password = os.environ.get("FIELDWORK_SHOTS", "").partition(":")
    if login:
        page.goto(f"{url}/signin")
        page.fill("[name=login]", login)
        page.fill("[name=password]", password)
        page.click("button.btn--p")
    return page


if __name__ == "__main__":
    main()
