"""The README's pictures, taken anew: ``make pictures``. A fresh run of the demo, its pages served, six of them shot.

``python tests/journeys/pictures.py [FOLDER]``, by default ``docs/pictures``. FIELDWORK_BENCH_DEMO may name the data
folder of a finished run of the demo, to spare making one.
"""

import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
from pages import demo_served  # beside the benchmarks: the same server on the same demo

from fieldwork.web.guard import LANGUAGE_COOKIE, SESSION_COOKIE

STUDY = "/s/creative-class/"
PICTURES = {
    "overview": ("", 1440, "light"),
    "coding": ("coding/E05", 1440, "light"),
    "board": ("categories", 1440, "light"),
    "model": ("model", 1440, "dark"),
    "transcript": ("transcripts/E05", 1440, "light"),
    "phone": ("codes", 390, "light"),
}
"""Name -> page of the study, width in pixels, theme."""


def main(folder: Path) -> None:
    """Take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with demo_served() as (port, _, session, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        url = f"http://127.0.0.1:{port}"
        for name, (path, width, theme) in PICTURES.items():
            viewport = {"width": width, "height": 844 if width < 1000 else 900}
            context = browser.new_context(viewport=viewport, color_scheme=theme, base_url=url)  # type: ignore[arg-type]
            context.add_cookies(
                [
                    {"name": SESSION_COOKIE, "value": session, "url": url},
                    {"name": LANGUAGE_COOKIE, "value": "ru", "url": url},
                ]
            )
            page = context.new_page()
            page.goto(STUDY + path, wait_until="networkidle")
            shot = folder / f"{name}.png"
            page.screenshot(path=shot)
            # a third of the bytes; the means keep the rare carmine
            Image.open(shot).quantize(256, kmeans=3).save(shot, optimize=True)
            context.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs/pictures"))
