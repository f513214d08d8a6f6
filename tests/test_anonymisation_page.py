"""docs/anonymisation.md is carried out as it stands: files are written, commands and examples run, types checked."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from fieldwork.cli import main

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "anonymisation.md").read_text(encoding="utf-8")


def blocks(*kinds: str) -> list[str]:
    """The page's blocks of these kinds, in order."""
    return re.findall(rf"^```(?:{'|'.join(kinds)})\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page's files, in the working directory; the first line of each names it."""
    monkeypatch.chdir(tmp_path)
    for block in blocks("yaml", "text"):
        head, _, body = block.partition("\n")
        (tmp_path / head.split()[1]).write_text(body, encoding="utf-8")
    return tmp_path


def test_the_commands_do_what_the_page_says(folder: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    printed = []
    for line in "".join(blocks("sh")).splitlines():
        with pytest.raises(SystemExit) as left:
            main(shlex.split(line)[1:])
        assert left.value.code == 0, line
        printed.append(capfdbinary.readouterr().out.decode())
    (wanted,) = blocks("result")
    assert printed == [wanted, "", ""]
    assert (folder / "interview.anon.txt").read_text(encoding="utf-8") == wanted
    assert (folder / "replaced.csv").stat().st_mode & 0o777 == 0o600
    assert (folder / "anonymous" / "interview.txt").read_text(encoding="utf-8") == wanted
    assert "<v [E03]>[E02] мы встретили в Таразе.</v>" in (folder / "anonymous" / "call.vtt").read_text(
        encoding="utf-8"
    )


def test_the_examples_run(folder: Path) -> None:
    examples = blocks("python")
    assert len(examples) >= 6
    namespace: dict[str, object] = {"__name__": "page"}
    for example in examples:
        exec(compile(example, "docs/anonymisation.md", "exec"), namespace)  # noqa: S102 - our own page


def test_the_examples_types_hold(tmp_path: Path) -> None:
    path = tmp_path / "examples.py"
    path.write_text("\n".join(blocks("python")), encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), "--strict", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_public_name_is_told(folder: Path) -> None:
    import fieldwork.anonymisation as room  # noqa: PLC0415 - what is meant is the package

    told = set(re.findall(r"\b[A-Za-z_]+\b", PAGE))
    assert set(room.__all__) - told == {"AnonymousFile", "Detector", "KnownIdentity", "read_contacts", "read_terms"}
    assert all(getattr(room, name).__doc__ for name in room.__all__)
