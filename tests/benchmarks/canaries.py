"""Canaries: a study with strings that must never leave the vault, carried from the field to the report, then hunted.

The demo study is analysed as it is; ten more experts come with invented names, employers, contacts, files and texts.
They pass through the services that pages and commands use: recruitment, consent, recordings (files and Zoom folders
named after people, an upload that breaks off), transcripts (VTT, DOCX, text with names as speakers, a WhatsApp chat),
detection, review, approval, coding, search, report. Then every byte of the data folder, every cell of every table, the
log and everything that left is searched.
"""

import contextlib
import io
import itertools
import json
import logging
import random
import re
import runpy
import sys
import tempfile
import time
import wave
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import docx
import sqlalchemy as sa
from canary_scan import Scanner

from fieldwork.anonymisation.approval import approve
from fieldwork.anonymisation.detection import request_detection
from fieldwork.anonymisation.leaving.parts import Part
from fieldwork.anonymisation.leaving.reading import pieces_of
from fieldwork.anonymisation.models import Decision
from fieldwork.anonymisation.publishing import publish_proposed
from fieldwork.anonymisation.review import accept_all, add_mention
from fieldwork.anonymisation.services import mentions_of
from fieldwork.app import HANDLERS, import_models
from fieldwork.coding.services import Point, code_numbered, code_passage
from fieldwork.consent.imports import import_consents
from fieldwork.core.accounts import Actor
from fieldwork.core.clock import Clock
from fieldwork.core.schema import upgrade
from fieldwork.core.settings import Settings
from fieldwork.core.supervisor import Supervisor
from fieldwork.core.work import Ground, Work, open_ground
from fieldwork.demo.material import document
from fieldwork.overview.indexing import keep
from fieldwork.overview.searching import search
from fieldwork.paradigm.importing import import_paradigm
from fieldwork.programme.models import Study
from fieldwork.programme.services import find_study, member_by_initials
from fieldwork.recording.intake import import_files
from fieldwork.recording.models import RecordingKind
from fieldwork.recording.services import names_of
from fieldwork.recording.shapes import planned_files, speakers, survey
from fieldwork.recording.tus import Announced
from fieldwork.recording.uploads import begin_upload, receive
from fieldwork.report.importing import import_recommendations
from fieldwork.report.writing import write_report
from fieldwork.report.written import ask
from fieldwork.sampling.imports import import_experts
from fieldwork.sampling.recruitment import nominate, record_contact
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.imports import import_interviews
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.formats import parse_file
from fieldwork.transcription.importing import import_transcript
from fieldwork.transcription.services import find_transcript, segment_rows, text_of

FIRST = 15  # the demo's experts are E01 to E14
TODAY = datetime(2025, 6, 10, 9, 0, tzinfo=UTC)
SLUG = "almaty"
_STARTS = ("Кунт", "Жолд", "Тайшы", "Бекс", "Ырыс", "Сары", "Муз", "Токж", "Айтп", "Кошк", "Дауы", "Шынт")
_MIDDLES = ("ура", "елу", "ама", "ыбе", "оли", "аги", "енга", "ири", "убо", "азы")
_MALE, _FEMALE = ("баев", "гельдинов", "жанов"), ("баева", "гельдинова", "жанова")
_GIVEN = (
    ("Ерден", "Yerden", "m"),
    ("Жансая", "Zhansaya", "f"),
    ("Нурболат", "Nurbolat", "m"),
    ("Толкын", "Tolkyn", "f"),
)
_LATIN = "a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh y e yu ya"
_LETTERS = str.maketrans(dict(zip("абвгдежзийклмнопрстуфхцчшыэюя", _LATIN.split(), strict=True)))


@dataclass
class Planted:
    """An expert with everything that must not leave: ``said`` are strings of the interview with what they are."""

    code: str
    row: dict[str, Any]
    given: str
    surname: str
    names: list[str]
    said: list[tuple[str, str]] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    note: str = ""
    file: str = ""

    @property
    def canaries(self) -> list[str]:
        """All of it."""
        return [*self.names, *(text for text, _ in self.said), self.note, self.file]


def planted(count: int, people: int = 10) -> list[Planted]:
    """``people`` experts with ``count`` different canaries in all; the same every time."""
    chance = random.Random(20250610)  # noqa: S311 - invented names
    stems = [start + middle for start, middle in itertools.product(_STARTS, _MIDDLES)]
    chance.shuffle(stems)
    fresh = iter([f"{stem}{end}" for end in ("", "ск", "ар", "ен", "ол") for stem in stems])
    rows = list(document("experts")["experts"].values())
    found = [_expert(number, rows[number % len(rows)], fresh) for number in range(people)]
    numbers = itertools.count(1)
    for one, kind in zip(itertools.cycle(found), itertools.cycle(_SAID), strict=False):
        if sum(len(other.canaries) for other in found) >= count:
            break
        number = next(numbers)
        one.said.append((kind[1](next(fresh), number), kind[0]))
        one.sentences.append(kind[2].format(one.said[-1][0]))
    return found


def _expert(number: int, like: dict[str, Any], fresh: Iterator[str]) -> Planted:
    given, latin, sex = _GIVEN[number % len(_GIVEN)]
    stem = next(fresh)
    surname = stem + (_MALE if sex == "m" else _FEMALE)[number % 3]
    house, alias = next(fresh).capitalize(), f"{next(fresh).capitalize()} {30 + number}"
    mail = next(fresh).lower().translate(_LETTERS)
    handle = next(fresh).lower().translate(_LETTERS)
    spelled = surname.lower().translate(_LETTERS).capitalize()
    short = next(fresh)[:6].capitalize() + "ик"
    phone = f"+7 701 {300 + number} {11 + number} {20 + number}"
    identity = {
        "full_name": f"{surname} {given}", "short": [short], "latin": f"{latin} {spelled}",
        "employer": f"студия «{house}»",
        "employer_aliases": [alias], "position": "руководитель", "phone": phone, "email": f"{mail}@{mail}.example.kz",
        "handle": f"@{handle}",
    }  # fmt: skip
    day = date(2025, 4, 10) + timedelta(days=number)
    row = {
        **like,
        "identity": identity,
        "interview": {"date": day, "start": "20:00", "minutes": 61, "mode": "zoom", "by": "МП"},
    }
    names = [surname, spelled, house, alias, phone, f"{mail}@", f"{handle}", short]
    return Planted(
        f"E{FIRST + number}", row, given, surname, names, note=f"Знакомая: {next(fresh).capitalize()}ова",
        file=f"{next(fresh).capitalize()} интервью",
    )  # fmt: skip


_SAID: tuple[tuple[str, Callable[[str, int], str], str], ...] = (
    ("PER", lambda stem, _: f"{stem}баева", "Там была Айгуль {}, она нам очень помогла."),
    ("PER", lambda stem, _: f"{stem}гельдинову", "Спросите об этом Бакыта {}, он помнит."),
    ("ORG", lambda stem, _: f"«{stem.capitalize()}»", "Деньги дала компания {} ещё в марте."),
    ("PHONE", lambda _, number: f"+7 705 {410 + number // 90:03} {number % 90 + 10} {71 - number % 50:02}",
     "Телефон такой: {}, звоните."),
    ("EMAIL", lambda stem, _: f"{stem.lower().translate(_LETTERS)}@mail.example.kz", "Писать надо на {} до пятницы."),
    ("PER", lambda stem, _: f"{stem}жановым", "Мы начинали вместе с Ерланом {} на крыше."),
    ("ADDRESS", lambda stem, _: f"улице {stem.capitalize()}ова", "Мастерская стояла на {}, у рынка."),
    ("HANDLE", lambda stem, _: f"@{stem.lower().translate(_LETTERS)}_art", "Канал называется {}, загляните."),
    ("ID", lambda _, number: f"7{number % 10}0{number % 9 + 1}14{430000 + number * 7}",
     "В бумагах стоял ИИН {} с ошибкой."),
    ("PER", lambda stem, _: f"{stem.capitalize()}улы", "А потом приехал Сакен {}, и всё решилось."),
)  # fmt: skip


def everything(found: Sequence[Planted]) -> list[str]:
    """All canaries, each once; they are told apart."""
    every = [canary for one in found for canary in one.canaries]
    if len(set(every)) != len(every):
        raise RuntimeError("two canaries are the same string")
    return every


# --- the study -----------------------------------------------------------------------------------------------------


def analysed(ground: Ground, people: Sequence[Planted]) -> None:
    """The demo study, coded, and the planted people's recruitment, consents and meetings."""
    builders = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "coding" / "studies.py")))
    with ground.work() as work:
        study = builders.coded_study(work)
        import_consents(work, study, document("consent"))
        import_experts(work, study, {**document("experts"), "experts": {one.code: one.row for one in people}})
        import_interviews(work, study, {**document("experts"), "experts": {one.code: one.row for one in people}})
        given = document("consent")
        yes = {**given["consents"]["E01"], "date": "2025-03-20"}
        import_consents(work, study, {**given, "consents": {one.code: {**yes, "note": one.note} for one in people}})
        member = member_by_initials(work, study, "МП")
        for one in people:
            expert = find_expert(work, study, one.code)
            nominate(work, expert, member, source="publications", on=date(2025, 4, 1), note=one.note)
            record_contact(work, expert, member, on=date(2025, 4, 2), channel="phone", outcome="agreed", note=one.note)


def carried(ground: Ground, people: Sequence[Planted], folder: Path) -> tuple[int, int]:
    """Recordings, transcripts, detection by jobs, review, approval.

    Returns:
        How many strings of the interviews the machine found, and how many there are.
    """
    for number, one in enumerate(people):
        transcript = _written(one, folder, number)
        with ground.work() as work:
            interview = find_interview(work, find_expert(work, find_study(work, SLUG), one.code))
            names, somebody = (
                names_of(work, interview),
                member_by_initials(work, find_study(work, SLUG), "МП").account_id,
            )
        if number < 2:
            plan = survey([_zoom(one, folder)])
            import_files(ground, interview.id, planned_files(plan, speakers(plan.labels, names)))
        with ground.work(Actor(somebody)) as work:
            begun = begin_upload(
                work, interview, Announced(f"{one.file} 2.wav", 9_000_000, RecordingKind.MIXED, None, False)
            )
            receive(work, begun.id, 0, _tone(100 + number))
            import_transcript(work, interview, parse_file(transcript))
            request_detection(work, find_transcript(work, interview))
    Supervisor(ground, HANDLERS).run(until_idle=True)
    hits = total = 0
    for one in people:
        with ground.work() as work:
            seen, all_of_it = _reviewed(work, one)
            hits, total = hits + seen, total + all_of_it
    return hits, total


def _reviewed(work: Work, one: Planted) -> tuple[int, int]:
    """Accept what was found, mark by hand what was not (as a reviewer does), approve."""
    expert = find_expert(work, find_study(work, SLUG), one.code)
    transcript = find_transcript(work, find_interview(work, expert))
    accept_all(work, transcript)
    missed = 0
    wanted = [*one.said, (one.given, "PER"), (one.surname, "PER"), (one.names[2], "ORG"), (one.names[3], "ORG")]
    for segment in segment_rows(work, transcript):
        text = text_of(work, segment, expert.id)
        taken = [
            (m.start, m.end)
            for m in mentions_of(work, transcript)
            if m.segment_id == segment.id and m.decision == Decision.ACCEPTED
        ]
        for words, label in wanted:
            at = text.find(words)
            if at < 0 or any(a <= at and at + len(words) <= b for a, b in taken):
                continue
            missed += 1
            free = [(a, b) for a, b in _words(text, at, at + len(words)) if not any(x < b and a < y for x, y in taken)]
            for start, end in free:
                add_mention(work, segment, start, end, label=label)
                taken.append((start, end))
    approve(work, transcript)
    return len(one.said) - missed, len(one.said)


def _words(text: str, start: int, end: int) -> list[tuple[int, int]]:
    return [(start + match.start(), start + match.end()) for match in re.finditer(r"\S+", text[start:end])]


def finished(ground: Ground, people: Sequence[Planted], report: Path) -> None:
    """Codings in the new texts, a search, the model, the report by the command's way and by the pages' way."""
    with ground.work() as work:
        study = find_study(work, SLUG)
        for number, one in enumerate(people, start=1):
            transcript = find_transcript(work, find_interview(work, find_expert(work, study, one.code)))
            segment = max(segment_rows(work, transcript), key=lambda row: len(row.text or ""))
            code_passage(
                work, code_numbered(work, study, number), Point(segment, 0), Point(segment, len(segment.text or ""))
            )
        publish_proposed(work, study)
        import_paradigm(work, study, document("paradigm"))
        import_recommendations(work, study, document("paradigm"))
    with ground.look() as session:
        study_id = session.exec(sa.select(Study.id).where(Study.slug == SLUG)).scalar_one()  # type: ignore[call-overload]
        answer = search(session, study_id, "мастерская компания канал")
    with ground.work() as work:
        if answer.upkeep:
            keep(work, answer.upkeep)
        write_report(work, find_study(work, SLUG), report)
        ask(work, find_study(work, SLUG))
    Supervisor(ground, HANDLERS).run(until_idle=True)


def _written(one: Planted, folder: Path, number: int) -> Path:
    """A transcript as it arrives: VTT, DOCX or text, named after the person, with names as speakers."""
    turns = [("Марина Полевая", "Расскажите, с чего всё началось?")]
    turns += [(f"{one.given} {one.surname}", text) for text in (
        f"Меня зовут {one.given} {one.surname}, работаю в студии «{one.names[2]}», раньше был {one.names[3]}.",
        *one.sentences)]  # fmt: skip
    path = folder / f"{one.file}.{('vtt', 'docx', 'txt')[number % 3]}"
    if path.suffix == ".vtt":
        cues = [
            f"{_stamp(at)} --> {_stamp(at + 4)}\n{who}: {text}\n"
            for at, (who, text) in zip(range(0, 9999, 5), turns, strict=False)
        ]
        path.write_text("WEBVTT\n\n" + "\n".join(cues), encoding="utf-8")
    elif path.suffix == ".docx":
        file = docx.Document()
        for who, text in turns:
            file.add_paragraph(f"{who}: {text}")
        file.save(str(path))
    else:
        path.write_text("\n\n".join(f"{who}: {text}" for who, text in turns), encoding="utf-8")
    return path


def _stamp(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.000"


def _zoom(one: Planted, folder: Path) -> Path:
    """A meeting's folder, as Zoom names it after its host, with a track per person."""
    meeting = folder / f"2025-05-05 11.00.14 {one.file}"
    tracks = meeting / "Audio Record"
    tracks.mkdir(parents=True)
    for number, who in enumerate((f"{one.given}{one.surname}", "МаринаПолевая"), start=1):
        (tracks / f"audio{who}{number}1234567890.wav").write_bytes(_tone(number + len(one.file) * int(one.code[1:])))
    return meeting


def _tone(number: int) -> bytes:
    """Two seconds of a saw, as WAV."""
    file = io.BytesIO()
    with wave.open(file, "wb") as target:
        target.setparams((1, 2, 16000, 0, "NONE", ""))
        target.writeframes(b"".join((at * 37 * number % 9000).to_bytes(2, "little") for at in range(32000)))
    return file.getvalue()


# --- the hunt ------------------------------------------------------------------------------------------------------


def in_files(scanner: Scanner, folder: Path) -> dict[str, set[str]]:
    """What can be read in the files below a folder, and in their names; by file."""
    found = {}
    for path in sorted(folder.rglob("*")):
        hits = scanner.found_in_text(path.name) | (scanner.found_in(path.read_bytes()) if path.is_file() else set())
        if hits:
            found[str(path.relative_to(folder))] = hits
    return found


def in_tables(scanner: Scanner, ground: Ground) -> dict[str, set[str]]:
    """What can be read in the cells of every table, as a dump would write them; by table."""
    import_models()
    found = {}
    with ground.engine.connect() as connection:
        for name in sorted(sa.inspect(connection).get_table_names()):
            rows = connection.execute(sa.text(f'SELECT * FROM "{name}"')).all()  # noqa: S608 - our own tables
            cells = [cell for row in rows for cell in row if cell is not None]
            plain = "\n".join(str(cell) if not isinstance(cell, dict | list) else json.dumps(cell, ensure_ascii=False)
                              for cell in cells if not isinstance(cell, bytes))  # fmt: skip
            hits = scanner.found_in(plain.encode()) | scanner.found_in(
                b"\n".join(c for c in cells if isinstance(c, bytes))
            )
            if hits:
                found[name] = hits
    return found


def in_export(scanner: Scanner, path: Path) -> set[str]:
    """What can be read in a file that left: its bytes, and its texts as its readers see them."""
    with path.open("rb") as file:
        text = "\n".join(piece.text for piece in pieces_of(file, path.name) if isinstance(piece, Part))
    return scanner.found_in(path.read_bytes()) | scanner.found_in_text(text.replace("-\n", "").replace("\n", " "))


@contextlib.contextmanager
def logged(path: Path) -> Iterator[None]:
    """Everything that is logged meanwhile goes into a file, down to the least of it."""
    handler, root = logging.FileHandler(path, encoding="utf-8"), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.setLevel(before)
        root.removeHandler(handler)
        handler.close()


def main(say: Callable[[str, float, float, str], None], count: int = 500) -> None:
    """The figure: 0 of 500 in any file, table, log or export; and that the hunter finds what is planted on purpose."""
    people = planted(count)
    every = everything(people)
    scanner = Scanner(every)
    with tempfile.TemporaryDirectory() as name:
        folder, arriving = Path(name) / "data", Path(name) / "arriving"
        arriving.mkdir()
        settings = Settings(data=folder)
        folder.mkdir()
        upgrade(settings.database_url)
        clock: Clock = lambda: TODAY  # noqa: E731
        started = time.perf_counter()
        ground = open_ground(settings, clock)
        with contextlib.closing(ground), logged(folder / "everything.log"):
            analysed(ground, people)
            hits, total = carried(ground, people, arriving)
            finished(ground, people, Path(name) / "report.pdf")
            tables = in_tables(scanner, ground)
        sys.stdout.write(
            f"canaries: study made in {time.perf_counter() - started:.0f} s; the machine found {hits} of {total}\n"
        )
        files, left = in_files(scanner, folder), in_export(scanner, Path(name) / "report.pdf")
        (folder / "leak.log").write_bytes(every[0].upper().encode("utf-16-le") + every[1].encode())
        control = in_files(scanner, folder)
        for place, hit in {**files, **tables}.items():
            sys.stdout.write(f"  {place}: {len(hit)}\n")
        say(f"canaries of {len(every)} in files of the data folder", len(set().union(*files.values())), 1, "")
        say(f"canaries of {len(every)} in tables", len(set().union(*tables.values())), 1, "")
        say(f"canaries of {len(every)} in what left", len(left), 1, "")
        say("the control: planted on purpose, not found", 2 - len(control.get("leak.log", ())), 1, "")
