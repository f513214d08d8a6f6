"""Where an expert stands, told from what is known."""

from datetime import UTC, datetime, timedelta

import pytest

from fieldwork.overview.rules import Facts, Mark, Note, path_of

NOW = datetime(2025, 4, 28, 9, 0, tzinfo=UTC)
AGREED = {"status": "agreed", "consented": True}
HELD = {**AGREED, "starts_at": NOW - timedelta(days=1)}
SOUND = {**HELD, "sounds": 1}


@pytest.mark.parametrize(
    ("known", "dots", "note", "share"),
    [
        ({"status": "candidate"}, "o------", Note.TO_INVITE, 0),
        ({"status": "invited"}, "o------", Note.AWAITS_ANSWER, 0),
        ({"status": "declined"}, "-------", Note.DECLINED, 0),
        ({"status": "agreed"}, ".o-----", Note.AWAITS_CONSENT, 0),
        ({"status": "agreed", "starts_at": NOW + timedelta(days=9)}, ".o-----", Note.AWAITS_CONSENT, 0),
        ({"status": "agreed", "starts_at": NOW + timedelta(days=2)}, ".!-----", Note.AWAITS_CONSENT, 0),
        (AGREED, "..o----", Note.TO_PLAN, 0),
        ({**AGREED, "starts_at": NOW + timedelta(days=2)}, "..o----", Note.PLANNED, 0),
        (HELD, "...o---", Note.TO_RECORD, 0),
        ({**AGREED, "starts_at": NOW - timedelta(days=4)}, "...!---", Note.TO_RECORD, 0),
        (SOUND, "....o--", Note.TO_TRANSCRIBE, 0),
        ({**SOUND, "transcript": "in_progress", "transcription_share": 40}, "....%--", Note.TRANSCRIBING, 40),
        ({**SOUND, "transcription_failed": True}, "....!--", Note.TRANSCRIPTION_FAILED, 0),
        ({**SOUND, "transcript": "raw"}, ".....o-", Note.TO_DETECT, 0),
        ({**SOUND, "transcript": "raw", "places": 4, "unchecked": 3}, "....%--", Note.TO_CHECK, 25),
        ({**SOUND, "transcript": "raw", "places": 4}, ".....o-", Note.TO_DETECT, 0),
        ({**SOUND, "transcript": "raw", "unchecked": 3, "places": 4, "mentions": 2}, ".....%-", Note.TO_REVIEW, 100),
        ({**SOUND, "transcript": "raw", "mentions": 10, "undecided": 3}, ".....%-", Note.TO_REVIEW, 70),
        ({**SOUND, "transcript": "anonymised"}, "......o", Note.TO_CODE, 0),
        ({**SOUND, "transcript": "anonymised", "codings": 5}, "......*", Note.CODED, 0),
        ({**SOUND, "withdrawn": True}, "-------", Note.WITHDRAWN, 0),
    ],
)
def test_the_path(known: dict[str, object], dots: str, note: Note, share: int) -> None:
    shapes = dict(zip(".*%o!-", Mark, strict=True))
    path = path_of(Facts(code="E01", group="учитель", **known), NOW)  # type: ignore[arg-type]
    assert (list(path.marks), path.note, path.share) == ([shapes[dot] for dot in dots], note, share)
    assert path.is_stuck == ("!" in dots)
