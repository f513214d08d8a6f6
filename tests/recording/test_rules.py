import pytest

from fieldwork.recording.models import RecordingKind
from fieldwork.recording.rules import DuplicateRecording, Place, SameFileTwice, Sound, places, require_new


def sounds(kind: RecordingKind, *durations_ms: int, speakers: tuple[str | None, ...] = ()) -> list[Sound]:
    speakers = speakers or (None,) * len(durations_ms)
    return [Sound(kind, speaker, ms) for speaker, ms in zip(speakers, durations_ms, strict=True)]


def test_messages_follow_one_another() -> None:
    assert places(sounds(RecordingKind.MESSAGE, 4000, 21_000, 7000)) == [Place(1, 0), Place(2, 4000), Place(3, 25_000)]


def test_tracks_share_the_clock_of_their_meeting() -> None:
    tracks = sounds(RecordingKind.TRACK, 60_000, 59_990, speakers=("interviewer", "expert"))
    assert places(tracks) == [Place(1, 0), Place(2, 0)]


def test_a_track_imported_after_the_other_joins_its_meeting() -> None:
    host, guest = sounds(RecordingKind.TRACK, 60_000, 59_990, speakers=("interviewer", "expert"))
    assert places([guest], [(host, Place(1, 0))]) == [Place(2, 0)]


def test_a_second_meeting_begins_where_the_first_ended() -> None:
    first = sounds(RecordingKind.TRACK, 60_000, 59_990, speakers=("interviewer", "expert"))
    second = sounds(RecordingKind.TRACK, 30_000, 30_000, speakers=("interviewer", "expert"))
    earlier = list(zip(first, places(first), strict=True))
    assert places(second, earlier) == [Place(3, 60_000), Place(4, 60_000)]


def test_parts_of_a_mixed_recording_follow_one_another_over_imports() -> None:
    (first,) = sounds(RecordingKind.MIXED, 1000)
    assert places(sounds(RecordingKind.MIXED, 2000, 500), [(first, Place(1, 0))]) == [Place(2, 1000), Place(3, 3000)]


def test_a_file_of_another_interview_is_refused_by_its_code() -> None:
    with pytest.raises(DuplicateRecording) as refusal:
        require_new(["aa", "bb"], {"bb": "E05"})
    assert refusal.value.values == {"number": 2, "code": "E05"}


def test_the_same_file_under_two_names_is_refused() -> None:
    with pytest.raises(SameFileTwice) as refusal:
        require_new(["aa", "bb", "aa"], {})
    assert refusal.value.values == {"first": 1, "number": 3}


def test_new_files_pass() -> None:
    require_new(["aa", "bb"], {"cc": "E05"})


def test_two_meetings_in_one_import_follow_one_another() -> None:
    tracks = sounds(
        RecordingKind.TRACK, 60_000, 59_990, 30_000, 30_500, speakers=("interviewer", "expert", "interviewer", "expert")
    )
    assert [place.offset_ms for place in places(tracks)] == [0, 0, 60_000, 60_000]


def test_tracks_after_a_mixed_recording_begin_where_it_ended() -> None:
    (mixed,) = sounds(RecordingKind.MIXED, 1000)
    tracks = sounds(RecordingKind.TRACK, 500, 500, speakers=("interviewer", "expert"))
    assert places(tracks, [(mixed, Place(1, 0))]) == [Place(2, 1000), Place(3, 1000)]
