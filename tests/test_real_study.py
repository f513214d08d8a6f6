"""docs/real_study.md is carried out as it stands: its files are written, its commands run in order, to the PDF."""

import json
import re
import shlex
import shutil
from pathlib import Path

import docx
import pypdf
import pytest

from fieldwork.cli import main
from fieldwork.core.schema import shipped

DOCUMENT = (Path(__file__).parent.parent / "docs" / "real_study.md").read_text(encoding="utf-8")


def blocks(*kinds: str) -> list[str]:
    """The document's blocks of these kinds, in order."""
    return re.findall(rf"^```(?:{'|'.join(kinds)})\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)


def write_files(folder: Path) -> None:
    """The files of the document; the first line of each names it."""
    for block in blocks("yaml", "text"):
        head, _, body = block.partition("\n")
        path = folder / head.split()[1]
        if path.suffix == ".docx":
            paper = docx.Document()
            for line in body.splitlines():
                paper.add_paragraph(line)
            paper.save(str(path))
        else:
            path.write_text(body, encoding="utf-8")
    (folder / "interview_guides").mkdir()
    shutil.copy(shipped("interview_guides") / "creative_class.yaml", folder / "interview_guides")


def commands() -> list[list[str]]:
    """The commands of the document, without `fieldwork`."""
    return [shlex.split(line)[1:] for block in blocks("sh") for line in block.splitlines()]


def run(arguments: list[str]) -> int:
    """The exit code of one command, as the shell sees it."""
    with pytest.raises(SystemExit) as left:
        main(arguments)
    return left.value.code if isinstance(left.value.code, int) else 0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with the document's files, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FIELDWORK_LANGUAGE", "en")
    write_files(tmp_path)
    return tmp_path


def test_the_documented_study_ends_with_its_report(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told: dict[str, str] = {}
    for arguments in commands():
        assert run(arguments) == 0, arguments
        told[" ".join(arguments)] = capsys.readouterr().out
    assert told["codes import makers codes.yaml --by АС"] == (
        "6 codes; quotations: word for word 9, by likeness 0, already there 0, not placed 0.\n"
    )
    assert told["codes show makers 7"].splitlines()[3:5] == [
        "«Ученики остаются в ремесле, если есть где работать после курса»", "    E03, question 12",
    ]  # fmt: skip
    assert told["codes list makers"].splitlines()[-1] == (
        "codes: 7, in vivo: 3, categories: 7, core categories: 6, codings: 10, experts: 3"
    )
    assert told["paradigm check makers"] == "The model is sound.\n"
    pages = [page.extract_text() for page in pypdf.PdfReader(folder / "makers.pdf").pages]
    assert "Ремесленники Алматы" in re.sub(r"\s+", " ", pages[0])
    assert not any(re.search("Сабитов|Гордеев|Исаев|Шорник|Наталь", page) for page in pages)

    assert run(["codes", "show", "makers", "6", "--json"]) == 0
    quotes = [one["quote"] for one in json.loads(capsys.readouterr().out)["quotations"]]
    assert quotes == ["мы складываемся: одна печь на четыре мастерские", "арендую часы у [E01]"]


def test_refusals_on_the_way_end_with_exit_code_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["study", "list"]) == 1
    assert capsys.readouterr().err == "The database in fieldwork-data is not up to date. Run: fieldwork upgrade\n"
    refused = {
        ("anonymisation", "approve", "makers", "E01"): "2 mentions in the transcript of E01 are undecided",
        ("codes", "import", "makers", "codes.yaml"): "The transcript of E01 is not anonymised yet",
        ("report", "makers", "--output", "makers.pdf"): "There is no paradigm model yet",
    }
    for arguments in commands():
        if arguments[:3] == ["anonymisation", "review", "makers"]:
            break
        assert run(arguments) == 0, arguments
    assert run(["codes", "categories", "makers", "categories.yaml", "labels.yaml"]) == 0
    capsys.readouterr()
    for refusing, message in refused.items():
        assert run(list(refusing)) == 1, refusing
        assert capsys.readouterr().err.startswith(message)
    assert run(["codes", "list", "elsewhere"]) == 1
    assert capsys.readouterr().err == "There is no study called elsewhere.\n"
    assert not (folder / "makers.pdf").exists()
