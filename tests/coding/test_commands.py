"""`fieldwork codes` prints the codebook."""

import json
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from sqlmodel import select

from fieldwork.coding.commands import codes
from fieldwork.coding.evidence import read_codebook
from fieldwork.coding.importing import MemoNumberTaken
from fieldwork.coding.models import Code, Reversal
from fieldwork.coding.revising import CodeStillQuoted
from fieldwork.coding.rules import NameTaken, QuotationsNotPlaced, QuoteNotFound
from fieldwork.core.errors import NotFound
from fieldwork.core.settings import Settings
from fieldwork.core.work import Ground
from fieldwork.programme.services import find_study, members_of

STUDY = files("fieldwork.demo").joinpath("study")
CODE = """
- name: "{name}"
  in_vivo: false
  category: I2
  definition: "Проба."
  codings:
    - {{expert: E08, i: 7, quote: "{quote}"}}
"""


@pytest.fixture
def interviewed(
    ground: Ground, settings: Settings, studies: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> Ground:
    """An installation with the study before coding, as the command line finds it."""
    monkeypatch.setenv("FIELDWORK_DATA", str(settings.data))
    monkeypatch.setenv("FIELDWORK_DATABASE", settings.database_url)
    with ground.work() as work:
        studies.study_in_the_field(work)
    return ground


@pytest.fixture
def installed(ground: Ground, settings: Settings, studies: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> Ground:
    """An installation with the coded study, as the command line finds it."""
    monkeypatch.setenv("FIELDWORK_DATA", str(settings.data))
    monkeypatch.setenv("FIELDWORK_DATABASE", settings.database_url)
    with ground.work() as work:
        studies.coded_study(work)
    return ground


def test_codes_are_listed_shown_and_checked(installed: Ground) -> None:
    runner = CliRunner()
    listed = runner.invoke(codes, ["list", "almaty", "--json"], catch_exceptions=False)
    data = json.loads(listed.stdout)
    assert data["figures"] == {
        "codes": 180, "in_vivo": 145, "categories": 36, "core_categories": 6, "codings": 250, "experts": 14,
    }  # fmt: skip
    number = next(code["number"] for code in data["codes"] if code["name"] == "Сам по себе")
    assert data["codes"][number - 1] == {
        "number": number, "name": "Сам по себе", "in_vivo": True, "category": "I2", "codings": 2,
        "experts": ["E08", "E11"],
    }  # fmt: skip
    shown = runner.invoke(codes, ["show", "almaty", str(number)], catch_exceptions=False)
    assert shown.stdout.splitlines()[3:5] == ["«Каждый у нас сам по себе»", "    E08, minute 1"]
    lines = runner.invoke(codes, ["list", "almaty"], catch_exceptions=False).stdout.splitlines()
    assert (len(lines), lines[-1]) == (
        183, "codes: 180, in vivo: 145, categories: 36, core categories: 6, codings: 250, experts: 14",
    )  # fmt: skip
    checked = runner.invoke(codes, ["ungrounded", "almaty"], catch_exceptions=False)
    assert (checked.exit_code, checked.stdout) == (0, "Every code rests on a quotation.\n")


def test_a_bare_code_ends_with_exit_code_1(installed: Ground) -> None:
    with installed.work() as work:
        study = find_study(work, "almaty")
        work.add(Code(study_id=study.id, number=181, name="Голый", in_vivo=False, definition="Ни на чём."))
    checked = CliRunner().invoke(codes, ["ungrounded", "almaty", "--json"], catch_exceptions=False)
    assert checked.exit_code == 1
    assert json.loads(checked.stdout) == {"codes": [{"number": 181, "name": "Голый"}], "lost_codings": []}


def said(*arguments: str) -> str:
    """What a command prints when it does its work."""
    answer = CliRunner().invoke(codes, list(arguments), catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return answer.stdout


def test_the_codebook_is_imported_from_its_files(interviewed: Ground) -> None:
    categories = [str(STUDY.joinpath(name)) for name in ("categories.yaml", "labels.yaml")]
    assert said("categories", "almaty", *categories) == "almaty: 6 core categories, 36 categories.\n"
    with pytest.raises(NameTaken, match="already a core category called institutionalization"):
        said("categories", "almaty", *categories)
    parts = [str(STUDY.joinpath(f"codes_{part}.yaml")) for part in "ABC"]
    assert json.loads(said("import", "almaty", *parts, "--by", "АС", "--json")) == {
        "codes": 180, "codings": 250, "word_for_word": 250, "by_likeness": [], "already_there": [], "not_placed": [],
    }  # fmt: skip
    assert said("memos", "almaty", str(STUDY.joinpath("memos.yaml"))) == "almaty: 25 memos.\n"
    with pytest.raises(MemoNumberTaken):
        said("memos", "almaty", str(STUDY.joinpath("memos.yaml")))


def test_a_quotation_that_cannot_be_placed_keeps_the_whole_file_out(installed: Ground, tmp_path: Path) -> None:
    file = tmp_path / "codes.yaml"
    good, bad = (
        CODE.format(name="Новый", quote="Каждый у нас сам за себя"),
        CODE.format(name="Иной", quote="Про рыбалку"),
    )
    file.write_text(good + bad, encoding="utf-8")
    answer = CliRunner().invoke(codes, ["import", "almaty", str(file)])
    assert isinstance(answer.exception, QuotationsNotPlaced)
    assert answer.stdout.splitlines()[-1] == (
        "2 codes; quotations: word for word 0, by likeness 1, already there 0, not placed 1."
    )
    with installed.work() as work:
        assert len(read_codebook(work.session, find_study(work, "almaty").id).codes) == 180
    account = json.loads(said("import", "almaty", str(file), "--leave-out", "--json"))
    assert (account["codes"], account["codings"]) == (2, 1)
    assert account["not_placed"] == [{"expert": "E08", "turn": 7, "likeness": 0.0, "code": "Иной"}]
    with installed.work() as work:
        assert len(read_codebook(work.session, find_study(work, "almaty").id).codes) == 182


def test_one_code_is_added_and_put_on_a_passage(installed: Ground) -> None:
    told = said("add", "almaty", "Порознь", "--definition", "Держатся порознь.", "--category", "I2")
    assert told == "almaty: code 181 added. Put it on a quotation: fieldwork codes code almaty 181 E01 QUOTE\n"
    quote = ["code", "almaty", "181", "E08"]
    assert said(*quote, "Каждый у нас сам по себе", "--turn", "7", "--by", "МП") == (
        "E08, word for word: «Каждый у нас сам по себе»\n"
    )
    shown = json.loads(said("show", "almaty", "181", "--json"))
    assert [(one["expert"], one["quote"], one["anchor"]) for one in shown["quotations"]] == [
        ("E08", "Каждый у нас сам по себе", "exact")
    ]
    with pytest.raises(QuoteNotFound, match="code № 181 was not found in the transcript of E08"):
        said(*quote, "Совсем о другом: о погоде и о рыбалке")
    for arguments in (["code", "almaty", "999", "E08", "а"], ["code", "almaty", "181", "E99", "а"]):
        with pytest.raises(NotFound):
            said(*arguments)
    with pytest.raises(NotFound, match="no category called Z9"):
        said("add", "almaty", "Другой", "--definition", "Проба.", "--category", "Z9")
    half = CliRunner().invoke(codes, ["add", "almaty", "Ещё", "--definition", "Проба.", "--published-ru", "Имя"])
    assert half.exit_code == 2


def test_what_is_not_there_is_told(installed: Ground) -> None:
    for arguments in (["list", "elsewhere"], ["show", "almaty", "999"]):
        with pytest.raises(NotFound):
            CliRunner().invoke(codes, arguments, catch_exceptions=False)


def test_a_code_is_renamed(installed: Ground) -> None:
    runner = CliRunner()
    renamed = runner.invoke(codes, ["rename", "almaty", "3", " Другое имя "], catch_exceptions=False)
    assert renamed.stdout == "almaty: code 3 is called «Другое имя».\n"
    shown = runner.invoke(codes, ["show", "almaty", "3"], catch_exceptions=False)
    assert shown.stdout.startswith("3. Другое имя\n")
    with pytest.raises(NameTaken):
        runner.invoke(codes, ["rename", "almaty", "4", "Другое имя"], catch_exceptions=False)
    with pytest.raises(NotFound):
        runner.invoke(codes, ["rename", "almaty", "999", "Имя"], catch_exceptions=False)


def test_a_code_is_removed_when_its_quotations_are_counted(installed: Ground) -> None:
    runner = CliRunner()
    with installed.work() as work:
        study = find_study(work, "almaty")
        member = members_of(work, study)[0].initials
        book = read_codebook(work.session, study.id)
        code = next(one for one in book.codes if one.name == "Сам по себе")
    removing = ["remove", "almaty", str(code.number)]
    with pytest.raises(CodeStillQuoted) as refused:
        runner.invoke(codes, removing, catch_exceptions=False)
    assert str(refused.value).endswith("then remove it with --codings 2.")
    removed = runner.invoke(codes, [*removing, "--codings", "2", "--by", member], catch_exceptions=False)
    assert removed.stdout == f"almaty: code {code.number} is removed.\n"
    with installed.work() as work:
        left = read_codebook(work.session, study.id)
        assert (len(left.codes), len(left.passages)) == (179, 248)
        assert len(work.session.exec(select(Reversal)).all()) == 1  # the pages can take it back
    with pytest.raises(NotFound):
        runner.invoke(codes, removing, catch_exceptions=False)
