import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fieldwork.anonymisation.commands import anonymise
from fieldwork.cli import main

CONTACTS = (
    "code,full_name,short_names,latin,employer,employer_aliases,position,phone,email,handle\n"
    "E02,Есенов Руслан Ерланович,Руслан|Рус,Ruslan Yessenov,театр «Параллель»,Параллель,режиссёр,"
    "+7 702 555 02 23,ruslan@parallel.example.kz,@rus_p\n"
)


def run(*arguments: str, given: str | bytes = "") -> Result:
    return CliRunner().invoke(anonymise, list(arguments), input=given)


@pytest.fixture
def contacts(tmp_path: Path) -> str:
    path = tmp_path / "contacts.csv"
    path.write_text(CONTACTS, encoding="utf-8")
    return str(path)


def test_text_from_standard_input(contacts: str) -> None:
    result = run("--known", contacts, given="Потом Руслан Есенов позвал Розу Каримовну в «Параллель».\n")
    assert result.exit_code == 0
    assert result.output == "Потом [E02] позвал [человек-1] в «[организация-1]».\n"


def test_json_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("Живу в Таразе, 8 701 234 56 78.", encoding="utf-8")
    result = run(str(path), "--format", "json")
    assert json.loads(result.output) == {
        "anonymised": "Живу в Таразе, [телефон].",
        "mentions": [
            {"start": 7, "end": 13, "text": "Таразе", "label": "LOC", "entity": "place-1",
             "replacement": "Таразе", "certain": True},
            {"start": 15, "end": 30, "text": "8 701 234 56 78", "label": "PHONE", "entity": "phone-1",
             "replacement": "[телефон]", "certain": True},
        ],
    }  # fmt: skip


def test_lines_keep_their_fields_and_share_entities() -> None:
    lines = [
        {"id": "a", "text": "Пришла Роза Каримовна.", "speaker": 1},
        {"id": "b", "text": "", "extra": {"x": [1]}},
        {"id": "c", "text": "Я видел Розу Каримовну 👍."},
    ]
    result = run("--jsonl", given="\n".join(json.dumps(line, ensure_ascii=False) for line in lines))
    assert result.exit_code == 0
    rows = [json.loads(line) for line in result.output.splitlines()]
    assert [row.pop("anonymised") for row in rows] == ["Пришла [человек-1].", "", "Я видел [человек-1] 👍."]
    assert [[m["entity"] for m in row.pop("mentions")] for row in rows] == [["person-1"], [], ["person-1"]]
    assert rows == lines


def test_replacing_the_mentions_gives_the_anonymous_text() -> None:
    text = "Директор ТОО «Алтын Кум» Марат Оралбай живёт в Алматы на Гоголя, 15; почта m.o@example.kz."
    row = json.loads(run("--jsonl", given=json.dumps({"id": 1, "text": text})).output)
    for mention in reversed(row["mentions"]):
        assert text[mention["start"] : mention["end"]] == mention["text"]
        text = text[: mention["start"]] + mention["replacement"] + text[mention["end"] :]
    assert text == row["anonymised"]


@pytest.mark.parametrize("bad", ["{", '["text"]', '{"id": 1}', '{"text": 5}'])
def test_a_bad_line_is_named_and_nothing_is_written(tmp_path: Path, bad: str) -> None:
    output = tmp_path / "out.jsonl"
    result = run("--jsonl", "--output", str(output), given='{"id": 1, "text": "Да."}\n' + bad + "\n")
    assert (result.exit_code, result.output) == (1, "")
    assert str(result.exception) == 'Line 2 is not a JSON object with a string "text". Nothing was written.'
    assert list(tmp_path.iterdir()) == []


def test_output_is_written_whole(tmp_path: Path) -> None:
    output = tmp_path / "out.txt"
    assert run("--output", str(output), given="Пришла Роза Каримовна.").output == ""
    assert output.read_text(encoding="utf-8") == "Пришла [человек-1]."
    assert list(tmp_path.iterdir()) == [output]


def test_contacts_without_columns_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text("code,full_name,phone\nE01,Есенов Руслан,1\n", encoding="utf-8")
    result = run("--known", str(path), given="Да.")
    assert (result.exit_code, result.output) == (1, "")
    assert str(result.exception).startswith(
        "The contacts file lacks the columns short_names, latin, employer, employer_aliases, "
        "position, email, handle. Its first line must name: code, full_name,"
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "lacks the columns code"),
        (b"\xff\xfe\x00", "cannot be read as a CSV table in UTF-8"),
        ((CONTACTS + "E02,Дубль,,,,,,,,\n").encode(), "Line 3 of the contacts file needs a code of its own"),
    ],
)
def test_unreadable_contacts_are_refused(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "contacts.csv"
    path.write_bytes(data)
    result = run("--known", str(path), given="Да.")
    assert (result.exit_code, result.output) == (1, "")
    assert said in str(result.exception)


def test_semicolons_and_a_byte_order_mark_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    header, row = CONTACTS.strip().split("\n")
    text = header.replace(",", ";") + "\n" + row.replace(",", ";") + "\n"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert run("--known", str(path), given="Есенова ждали.").output == "[E02] ждали."


def test_bytes_that_are_no_text_are_refused() -> None:
    result = run(given=b"\xff\xfe\x00\x01")
    assert (result.exit_code, result.output) == (1, "")
    assert "not a text in UTF-8" in str(result.exception)


def test_a_refusal_is_told_in_the_persons_language(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text("oops\n", encoding="utf-8")
    monkeypatch.setenv("FIELDWORK_LANGUAGE", "ru")
    with pytest.raises(SystemExit, match="1"):
        main(["anonymise", "--jsonl", str(path)])
    told = capsys.readouterr()
    assert (told.out, told.err.startswith("Строка 1")) == ("", True)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    result = run("--output", str(tmp_path / "nowhere" / "out.txt"), given="Да.")
    assert result.exit_code == 1
    assert str(result.exception).startswith(
        f"{tmp_path / 'nowhere' / 'out.txt'} cannot be written: No such file or directory."
    )


def test_kazakh_english_emoji_and_a_lone_surrogate_pass() -> None:
    for text in ("Бүгін Нұрлан Әбішұлы келді.", "Plain English, no names.", "👩‍👩‍👧‍👦 и\u0306 \u202e"):
        assert run(given=text).exit_code == 0
    assert run("--jsonl", given='{"id": 1, "text": "\\ud83d Марат Оралбай"}').exit_code == 0


PEOPLE = """
experts:
  E02:
    stratum: theatre
    identity: {full_name: "Есенов Руслан Ерланович", short: ["Руслан"], employer: "театр «Параллель»",
               employer_aliases: ["Параллель"], phone: "+7 702 555 02 23"}
  E05: {identity: {full_name: "Каримова Роза Маратовна"}, status: declined}
  E06: {identity: null}
team:
  АС: {name: "Алия Садыкова", role: interviewer}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of three files of different kinds, and one that cannot be read."""
    place = tmp_path / "тексты"
    (place / "second").mkdir(parents=True)
    (place / "a Марат Оралбай.txt").write_text("Пришёл Марат Оралбай, с ним Руслан Есенов.", encoding="utf-8")
    (place / "b.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nМарат Оралбай: Да.\n", encoding="utf-8")
    (place / "second" / "c.jsonl").write_text('{"id": 1, "text": "О Марате Оралбае."}\n', encoding="utf-8")
    (place / "scan.pdf").write_bytes(b"%PDF")
    return place


@pytest.fixture
def people(tmp_path: Path) -> str:
    path = tmp_path / "experts.yaml"
    path.write_text(PEOPLE, encoding="utf-8")
    return str(path)


def test_a_folder_has_one_numbering_and_its_names_leave_too(folder: Path, people: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run(str(folder), "--known", people, "--output", str(out))
    assert result.exit_code == 0
    written = {
        str(path.relative_to(out)): path.read_text(encoding="utf-8") for path in out.rglob("*") if path.is_file()
    }
    assert written.keys() == {"a [человек-1].txt", "b.srt", "second/c.jsonl"}
    assert written["a [человек-1].txt"] == "Пришёл [человек-1], с ним [E02]."
    assert written["b.srt"].endswith("\n[человек-1]: Да.\n")
    assert json.loads(written["second/c.jsonl"])["anonymised"] == "О [человек-1]."
    assert "Files of other kinds were left out: 1." in result.stderr
    assert "File 3 of 3" in result.stderr
    assert "Without a name in the contacts file, so not to be found in a text: E06." in result.stderr
    assert result.stdout == ""


def test_when_one_file_cannot_be_read_none_is_written(folder: Path, tmp_path: Path) -> None:
    (folder / "second" / "d.docx").write_bytes(b"PK\x03\x04 torn")
    out = tmp_path / "out"
    result = run(str(folder), "--output", str(out))
    assert result.exit_code == 1
    assert f"Nothing is written, because of {folder / 'second' / 'd.docx'}:" in result.stderr
    assert not out.exists()


def test_an_input_is_never_written_over(folder: Path, tmp_path: Path) -> None:
    text = folder / "a Марат Оралбай.txt"
    before = text.read_bytes()
    link = tmp_path / "link.txt"
    link.symlink_to(text)
    for arguments in (
        [str(text), "--output", str(text)], [str(text), "--output", str(link)], [str(link), "--output", str(text)],
        [str(folder), "--output", str(folder)], [str(text), "--report", str(text)],
    ):  # fmt: skip
        result = run(*arguments)
        assert (result.exit_code, result.stdout) == (1, ""), arguments
        assert "is the input itself" in str(result.exception)
    assert text.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{folder}"], "--output DIR"),
        (["{folder}", "--output", "{file}"], "--output DIR"),
        (["{file}", "--output", "{folder}"], "is a folder"),
        (["{folder}", "--output", "{folder}/out"], "inside a folder that is read"),
        (["{file}", "--mask", "PER,WHO"], "choose from PER, ORG"),
        (["{file}", "--doubtful", "maybe"], "maybe"),
        (["{file}", "--mask", "PER", "--profile", "team"], "not both"),
        (["{file}", "--jsonl", "--format", "vtt"], "contradict"),
        (["{file}", "--output", "x.txt", "--report", "x.txt"], "the same file"),
        (["nowhere.txt"], "does not exist"),
    ],
)
def test_wrong_calls_end_with_exit_code_2(folder: Path, arguments: list[str], said: str) -> None:
    places = {"folder": folder, "file": folder / "b.srt"}
    result = run(*(argument.format(**places) for argument in arguments))
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_a_file_that_cannot_be_read_is_told(folder: Path, tmp_path: Path) -> None:
    text = folder / "b.srt"
    text.unlink()
    text.symlink_to("/proc/self/mem")  # opens, and cannot be read, even by an administrator
    result = run(str(folder), "--output", str(tmp_path / "out"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert str(result.exception).startswith(f"{text} cannot be read: ")


def test_what_stays_of_known_people_is_told(contacts: str) -> None:
    kept = run("--known", contacts, "--mask", "PHONE", given="Пришёл Руслан Есенов.")
    assert kept.stdout == "Пришёл Руслан Есенов."
    assert "Known people can still be recognised in 1 places of the result" in kept.stderr


def test_a_folder_without_texts_is_refused(tmp_path: Path) -> None:
    result = run(str(tmp_path), "--output", str(tmp_path / "out"))
    assert result.exit_code == 1
    assert str(result.exception).startswith(f"There is no file to anonymise in {tmp_path}.")


def test_the_report_names_people_and_is_for_its_owner_alone(folder: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    result = run(str(folder / "a Марат Оралбай.txt"), "--report", str(report))
    assert result.exit_code == 0
    assert report.stat().st_mode & 0o777 == 0o600
    assert next(csv.DictReader(report.read_text(encoding="utf-8-sig").splitlines())) == {
        "file": "a Марат Оралбай.txt", "label": "PER", "entity": "person-1", "replacement": "[человек-1]",
        "as written": "Марат Оралбай", "times": "1", "doubtful": "0",
    }  # fmt: skip
    assert "names the people" in result.stderr


def test_results_get_the_mode_of_other_new_files(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.srt"
    assert run(str(folder / "b.srt"), "--output", str(out)).exit_code == 0
    other = tmp_path / "other"
    other.touch()
    assert out.stat().st_mode == other.stat().st_mode
    out.chmod(0o640)
    assert run(str(folder / "b.srt"), "--output", str(out)).exit_code == 0
    assert out.stat().st_mode & 0o777 == 0o640


def test_two_names_that_become_one_get_numbers(tmp_path: Path) -> None:
    place = tmp_path / "in"
    place.mkdir()
    for name in ("Марат Оралбай", "Марата Оралбая"):
        (place / f"{name}.txt").write_text("Пришёл Марат Оралбай.", encoding="utf-8")
    assert run(str(place), "--output", str(tmp_path / "out")).exit_code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["[человек-1] (2).txt", "[человек-1].txt"]


def test_labels_are_chosen() -> None:
    text = "Марат Оралбай из Тараза, 8 701 234 56 78."
    assert run("--mask", "phone", given=text).stdout == "Марат Оралбай из Тараза, [телефон]."
    assert run("--mask", "default,LOC", given=text).stdout == "[человек-1] из [место-1], [телефон]."
    assert run("--profile", "archive", given=text).stdout == "[человек-1] из [место-1], [телефон]."
    assert run("--profile", "team", given=text).stdout == run(given=text).stdout


def test_doubtful_mentions_are_masked_kept_or_marked(tmp_path: Path) -> None:
    path = tmp_path / "terms.yaml"
    path.write_text('terms: [{words: "проект 55", label: ORG, certain: false}]\n', encoding="utf-8")
    text = "Марат Оралбай начал проект 55."
    masked = run("--terms", str(path), given=text)
    assert masked.stdout == "[человек-1] начал [организация-1]."
    assert masked.stderr == "Not certain: 1. Have a person look (--doubtful mark shows them in the text).\n"
    kept = run("--terms", str(path), "--doubtful", "keep", given=text)
    assert kept.stdout == "[человек-1] начал проект 55."
    marked = run("--terms", str(path), "--doubtful", "mark", given=text)
    assert marked.stdout == "[человек-1] начал [организация-1?]."


def test_terms_are_found_and_exceptions_left(tmp_path: Path) -> None:
    path = tmp_path / "terms.yaml"
    path.write_text('terms: [{words: "проект 55", label: ORG}]\nexceptions: ["Марат Оралбай"]\n', encoding="utf-8")
    text = "Марат Оралбай начал проект 55."
    assert run("--terms", str(path), given=text).stdout == "Марат Оралбай начал [организация-1]."


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("known.yaml", "[]", "holds no contacts"),
        ("known.yaml", "experts: [a]", "holds no contacts"),
        ("known.yaml", "E01: {name: Роза}", "E01: the field name is not understood"),
        ("known.yaml", "E01: {full_name: [a, b]}", "E01: the field full_name is not understood"),
        ("known.yaml", "E01: {\n", "is not valid YAML"),
        ("known.yaml", "E01: {full_name: a}\nE01: {full_name: b}", "stands twice"),
        ("terms.yaml", "words", "is not understood (terms, exceptions)"),
        ("terms.yaml", "terms: [{words: a}]", "is not understood (terms: 1)"),
        ("terms.yaml", "terms: [{words: a, label: WHO}]", "There is no kind of mention called WHO"),
        ("terms.yaml", 'terms: [{words: "", label: ORG}]', "holds no letter"),
    ],
)
def test_records_that_are_not_understood_are_refused(tmp_path: Path, name: str, text: str, said: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    result = run(f"--{path.stem}", str(path), given="Да.")
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in str(result.exception)


def test_help_loads_no_model() -> None:
    script = (
        "import sys\nfrom click.testing import CliRunner\nfrom fieldwork.cli import fieldwork\n"
        "assert CliRunner().invoke(fieldwork, ['anonymise', '--help']).exit_code == 0\n"
        "print([name for name in ('numpy', 'slovnet', 'pymorphy3', 'lxml', 'docx', 'sqlmodel') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"
