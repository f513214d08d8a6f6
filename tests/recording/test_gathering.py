"""Files that make one interview come together; each group knows what matching asks of it."""

from datetime import datetime
from pathlib import PurePosixPath

import pytest

from fieldwork.core.clock import ALMATY
from fieldwork.recording.gathering import Gathered, Piece, Told, gather, moment, voice_of
from fieldwork.recording.shapes import plan_import
from fieldwork.recording.tus import HeaderWrong
from fieldwork.scheduling.models import Mode

MEETING = "2025-03-25 15.00.14 Встреча 71234567890"
LATER = "2025-03-25 15.48.02 Встреча 71234567890"


def pieces(*paths: str, minutes: int = 0) -> list[Piece]:
    plan = plan_import(map(PurePosixPath, paths), {})
    return [Piece(str(number), Told.of(item), minutes * 60_000) for number, item in enumerate(plan.items)]


def told(found: list[Gathered]) -> list[tuple[str, list[str]]]:
    return [(one.sort.value, [piece.told.name for piece in one.pieces]) for one in found]


def test_tracks_of_one_meeting_and_the_segments_of_one_belong_together() -> None:
    tracks = [
        f"{folder}/Audio Record/audio{name}1825530417.m4a" for folder in (MEETING, LATER) for name in ("Ия1", "Ян2")
    ]
    other = "2025-03-25 16.00.00 Другая 79999999999/audio1111111111.m4a"

    assert told(gather(pieces(*tracks[:2]))) == [("tracks", [path.split("/")[-1] for path in tracks[:2]])]
    found = gather(pieces(*tracks, other))
    assert [(one.sort, len(one.pieces)) for one in found] == [("segments", 4), ("file", 1)]
    assert (found[0].title, found[0].labels) == (MEETING, ("Ия", "Ян"))
    assert (found[0].heard.mode, found[0].heard.began_at) == (
        Mode.ZOOM,
        datetime(2025, 3, 25, 15, 0, 14, tzinfo=ALMATY),
    )


def test_two_downloads_from_the_cloud_in_one_folder_are_two_meetings() -> None:
    found = gather(pieces("GMT20250321-060011_Recording.m4a", "GMT20250322-060011_Recording.m4a"))

    assert told(found) == [
        ("file", ["GMT20250321-060011_Recording.m4a"]),
        ("file", ["GMT20250322-060011_Recording.m4a"]),
    ]


def test_a_recorders_files_follow_each_other_only_where_one_goes_on_with_the_other() -> None:
    names = ["250428_1200.wav", "250428_1235.wav", "250428_1400.wav"]

    assert told(gather(pieces(*names, minutes=30))) == [("segments", names[:2]), ("file", names[2:])]
    assert [len(one.pieces) for one in gather(pieces(*names))] == [1, 1, 1]  # how long they are is not known


def test_loose_tracks_of_one_meeting_are_tracks() -> None:
    found = gather(pieces("audioДаниярКасымов11825530417.m4a", "audioRuslanAkhmetov21825530417.m4a"))

    assert [(one.sort, one.labels) for one in found] == [("tracks", ("Ruslan Akhmetov", "Данияр Касымов"))]


def test_messages_of_a_day_tell_the_day_only() -> None:
    (found,) = gather(pieces("PTT-20250409-WA0002.opus", "PTT-20250409-WA0001.opus"))

    assert (found.sort, found.heard.only_day, found.heard.mode) == ("chat", True, Mode.WHATSAPP)
    assert found.labels == ("PTT-20250409-WA0001.opus", "PTT-20250409-WA0002.opus")


def test_what_a_browser_tells_is_read_or_refused() -> None:
    told = Told("a/b.opus", "a", "message", 3, "Мадина", "2025-04-09T18:02:11", hint="E08")

    assert Told.read(told.told()) == told
    assert moment(told) == datetime(2025, 4, 9, 18, 2, 11, tzinfo=ALMATY)
    assert (voice_of(told), voice_of(Told("a.wav", "a.wav"))) == ("Мадина", "")
    assert Told.read('{"path": "a.wav", "order": "x", "what": 1}') == Told("a.wav", "a.wav")
    for wrong in ("", "[]", "{}", '{"path": "a", "kind": "x"}', '{"path": "a", "began": "yesterday"}'):
        with pytest.raises(HeaderWrong):
            Told.read(wrong)
