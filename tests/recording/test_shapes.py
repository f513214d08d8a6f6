"""Every shape that people drop is recognised; whatever is not taken is named with its reason."""

import unicodedata
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Any

import pytest

from fieldwork.recording.models import RecordingKind
from fieldwork.recording.shapes import ImportPlan, Names, PlannedFile, plan_import, planned_files, speakers, survey

MEETING = "2025-03-25 15.00.14 Zoom-конференция пользователя Данияр Касымов"
AT = datetime(2025, 3, 25, 15, 0, 14)  # noqa: DTZ001 - names tell local time
CHAT_FOLDER = "Чат WhatsApp с контактом Мадина Свет"


def plan(*paths: str, texts: dict[str, str] | None = None) -> ImportPlan:
    return plan_import(map(PurePath, paths), {PurePath(path): text for path, text in (texts or {}).items()})


def told(found: ImportPlan) -> list[tuple[Any, ...]]:
    return [(item.path.name, item.kind.value, item.label, item.order, item.started_at) for item in found.items]


def left(found: ImportPlan) -> dict[str, str]:
    return {item.path.name: item.reason.value for item in found.left_out}


def test_a_zoom_folder_with_a_track_per_participant() -> None:
    found = plan(
        f"{MEETING}/Audio Record/audioДаниярКасымов11825530417.m4a",
        f"{MEETING}/Audio Record/audioRuslanAkhmetov21825530417.m4a",
        f"{MEETING}/audio1825530417.m4a",
        f"{MEETING}/video1825530417.mp4",
        f"{MEETING}/playback1825530417.m3u",
        f"{MEETING}/recording.conf",
        f"{MEETING}/chat.txt",
        f"{MEETING}/notes.pages",
    )

    assert told(found) == [
        ("audioRuslanAkhmetov21825530417.m4a", "track", "Ruslan Akhmetov", 1, AT),
        ("audioДаниярКасымов11825530417.m4a", "track", "Данияр Касымов", 2, AT),
    ]
    assert left(found) == {
        "audio1825530417.m4a": "same_as_tracks",
        "video1825530417.mp4": "picture",
        "playback1825530417.m3u": "program_file",
        "recording.conf": "program_file",
        "chat.txt": "chat",
        "notes.pages": "unknown",
    }
    assert found.groups == (PurePath(MEETING),)


@pytest.mark.parametrize(
    ("files", "labels"),
    [
        (["Audio Record/audioДаниярКасымов11825530417.m4a"], ["Данияр Касымов"]),
        (["Audio Record/audioStudio5411825530417.m4a", "audio1825530417.m4a"], ["Studio54"]),
        (["Audio Record/audioA12639780501.m4a", "Audio Record/audioБолат22639780501.m4a"], ["A", "Болат"]),
        (["Audio Record/audio_only_16778240_Айгерим_Бекова.m4a", "audio_only.m4a"], ["Айгерим Бекова"]),
        ([unicodedata.normalize("NFD", "Audio Record/audioСергейЙом11825530417.m4a")], ["Сергей Йом"]),
        (["GMT20250321-060011_Recording.m4a", "Audio only - Aigerim Bekova.m4a"], ["Aigerim Bekova"]),
    ],
    ids=["no other file", "a name that ends in digits", "shared number", "old names", "macOS", "cloud"],
)
def test_names_of_participants_in_all_shapes(files: list[str], labels: list[str]) -> None:
    assert list(plan(*files).labels) == labels


def test_parts_of_one_meeting_follow_each_other() -> None:
    names = [f"Audio Record/audio{name}{n}{part}639780501.m4a" for part in (2, 1) for n, name in ((1, "Ян"), (2, "Ия"))]
    found = plan(*names, "audio1639780501.m4a", "audio2639780501.m4a")

    assert [(item.path.name[5:7], item.path.name[8]) for item in found.items] == [
        *(("Ия", "1"), ("Ян", "1"), ("Ия", "2"), ("Ян", "2"))
    ]


def test_a_zoom_folder_with_one_mixed_file_and_one_not_yet_converted() -> None:
    found = plan(f"{MEETING}/audio1604417720.m4a", f"{MEETING}/double_click_to_convert_01.zoom")

    assert told(found) == [("audio1604417720.m4a", "mixed", None, 1, AT)]
    assert left(found) == {"double_click_to_convert_01.zoom": "not_converted"}
    assert told(plan(f"{MEETING}/zoom_0.mp4")) == [("zoom_0.mp4", "mixed", None, 1, AT)]


def test_a_cloud_download_tells_its_moment_in_utc() -> None:
    stem = "GMT20250321-060011_Recording"
    found = plan(f"{stem}.m4a", f"{stem}.mp4", f"{stem}.transcript.vtt", f"{stem}.cc.vtt")
    moment = datetime(2025, 3, 21, 6, 0, 11, tzinfo=UTC)

    assert told(found) == [
        (f"{stem}.m4a", "mixed", None, 1, moment),
        (f"{stem}.transcript.vtt", "transcript", None, 2, moment),
    ]
    assert left(found) == {f"{stem}.mp4": "picture", f"{stem}.cc.vtt": "captions"}


RUSSIAN = """09.04.2025, 17:58 - Сообщения и звонки защищены сквозным шифрованием.
09.04.2025, 18:00 - Марина Полевая: PTT-20250409-WA0002.opus (файл добавлен)
09.04.2025, 18:02 - Мадина Свет: PTT-20250409-WA0001.opus (файл добавлен)
09.04.2025, 18:03 - Мадина Свет: Это про площадку: смотрите
вторая строка
09.04.2025, 18:04 - Мадина Свет: IMG-20250409-WA0009.jpg (файл добавлен)
09.04.2025, 18:05 - Мадина Свет: PTT-20250409-WA0007.opus (файл добавлен)
09.04.2025, 18:06 - Мадина Свет: <Без медиафайлов>
"""
IPHONE = (
    "\u200e[04/09/25, 6:00:05\u202fPM] Marina: \u200e<attached: 00000002-AUDIO-2025-04-09-18-00-05.opus>\r\n"
    "\u200e[04/13/25, 6:02:05\u202fPM] Madina: \u200e<attached: 00000003-AUDIO-2025-04-13-18-02-05.opus>\r\n"
)


def test_a_whatsapp_chat_tells_order_senders_and_times() -> None:
    chat = f"{CHAT_FOLDER}/{CHAT_FOLDER}.txt"
    voices = [f"{CHAT_FOLDER}/PTT-20250409-WA000{n}.opus" for n in (1, 2, 3)]
    found = plan(chat, *voices, f"{CHAT_FOLDER}/IMG-20250409-WA0009.jpg", texts={chat: RUSSIAN})

    assert told(found) == [
        ("PTT-20250409-WA0002.opus", "message", "Марина Полевая", 1, datetime(2025, 4, 9, 18, 0)),  # noqa: DTZ001
        ("PTT-20250409-WA0001.opus", "message", "Мадина Свет", 2, datetime(2025, 4, 9, 18, 2)),  # noqa: DTZ001
        ("PTT-20250409-WA0003.opus", "message", None, 3, datetime(2025, 4, 9)),  # noqa: DTZ001
    ]
    assert left(found) == {
        f"{CHAT_FOLDER}.txt": "chat",
        "PTT-20250409-WA0007.opus": "missing",
        "IMG-20250409-WA0009.jpg": "picture",
    }


def test_an_iphone_chat_in_english_with_the_month_first() -> None:
    names = ["00000002-AUDIO-2025-04-09-18-00-05.opus", "00000003-AUDIO-2025-04-13-18-02-05.opus"]
    found = plan("_chat.txt", *names, texts={"_chat.txt": IPHONE})

    assert told(found) == [
        (names[0], "message", "Marina", 1, datetime(2025, 4, 9, 18, 0, 5)),  # noqa: DTZ001
        (names[1], "message", "Madina", 2, datetime(2025, 4, 13, 18, 2, 5)),  # noqa: DTZ001
    ]


def test_loose_files_are_interviews_of_their_own_and_tell_their_moment() -> None:
    found = plan(
        *("Голос 250417_170021.m4a", "250428_1231.wav", "WhatsApp Ptt 2025-04-09 at 6.02.11 PM.ogg", "запись.mp3"),
        *("Литвинов, интервью 03.04.docx", "kim_27_03.txt", "a.srt", "чат.zip", ".DS_Store", "99999999_999999.wav"),
        texts={"kim_27_03.txt": "Интервьюер: Добрый день.\nЭксперт: Здравствуйте.\n"},
    )
    moments = {item.path.name: (item.kind.value, item.started_at) for item in found.items}

    assert moments == {
        "Голос 250417_170021.m4a": ("mixed", datetime(2025, 4, 17, 17, 0, 21)),  # noqa: DTZ001
        "250428_1231.wav": ("mixed", datetime(2025, 4, 28, 12, 31)),  # noqa: DTZ001
        "WhatsApp Ptt 2025-04-09 at 6.02.11 PM.ogg": ("message", datetime(2025, 4, 9, 18, 2, 11)),  # noqa: DTZ001
        "запись.mp3": ("mixed", None),
        "Литвинов, интервью 03.04.docx": ("transcript", None),
        "kim_27_03.txt": ("transcript", None),
        "a.srt": ("transcript", None),
        "99999999_999999.wav": ("mixed", None),
    }
    assert left(found) == {"чат.zip": "archive", ".DS_Store": "program_file"}


def test_names_tell_whose_track_it_is_across_alphabets() -> None:
    names = Names(interviewer=("Данияр Касымов",), expert=("Ахметов Руслан Ерланович", "Ruslan Akhmetov", "Рус"))

    assert speakers(["Данияр Касымов", "Ruslan Akhmetov"], names) == {
        "Данияр Касымов": "interviewer",
        "Ruslan Akhmetov": "expert",
    }
    assert speakers(["Daniyar Kasymov", "iPhone"], names) == {"Daniyar Kasymov": "interviewer", "iPhone": "expert"}
    assert speakers(["iPhone", "iPad"], names) == {"iPhone": None, "iPad": None}


def test_a_folder_on_disk_becomes_files_with_their_speakers(tmp_path: Path) -> None:
    folder = tmp_path / CHAT_FOLDER
    folder.mkdir()
    (folder / f"{CHAT_FOLDER}.txt").write_text(RUSSIAN, encoding="utf-8-sig")
    for number in (1, 2):
        (folder / f"PTT-20250409-WA000{number}.opus").touch()
    found = survey([tmp_path])
    roles = speakers(found.labels, Names(("Полевая Марина",), ("Светличная Мадина", "Мадина Свет")))

    assert planned_files(found, roles) == [
        PlannedFile(folder / "PTT-20250409-WA0002.opus", RecordingKind.MESSAGE, "interviewer"),
        PlannedFile(folder / "PTT-20250409-WA0001.opus", RecordingKind.MESSAGE, "expert"),
    ]
