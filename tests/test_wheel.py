"""A wheel built from the tree alone holds everything that an installation needs."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NEEDED = {
    "fieldwork/web/static/dist/app.js",
    "fieldwork/web/static/dist/app.css",
    "fieldwork/web/static/dist/coding.js",
    "fieldwork/web/static/dist/versions.json",
    "fieldwork/web/static/dist/LICENSES.txt",
    "fieldwork/report/fonts/SourceSerif4_400Regular.ttf",
    "fieldwork/report/fonts/OFL-SourceSerif4.txt",
    "fieldwork/_shipped/migrations/versions/0001_lay_the_first_tables.py",
    "fieldwork/_shipped/interview_guides/creative_class.yaml",
    "fieldwork/_shipped/audio/demo/whisper-demo.pt",
    "fieldwork/web/templates/web/page.html",
    "fieldwork/core/translations/kk.po",
}


@pytest.mark.slow
def test_a_wheel_holds_pages_typefaces_migrations_and_the_demo(tmp_path: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout.decode()
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            target = tmp_path / "tree" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", tmp_path, tmp_path / "tree"], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert sorted(NEEDED - set(zipfile.ZipFile(wheel).namelist())) == []
