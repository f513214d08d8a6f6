"""What pages tell of the sound of recordings: hints before time is spent on it, and where the recorder did not run."""

from collections.abc import Sequence

from fieldwork.core.work import Work
from fieldwork.recording.live_ends import missed_before
from fieldwork.recording.models import Recording
from fieldwork.recording.soundness import hints_of
from fieldwork.scheduling.models import Interview
from fieldwork.web.languages import gettext as _
from fieldwork.web.languages import refusal_told


def told_hints(recordings: Sequence[Recording]) -> list[str]:
    """What there is to be known of the sound of an interview's recordings, in the visitor's language."""
    several = len(recordings) > 1
    return [
        _("File %(number)s. %(told)s", number=one.position, told=refusal_told(hint)) if several else refusal_told(hint)
        for one in recordings
        for hint in hints_of(one)
    ]


def told_missed(work: Work, interview: Interview, recordings: Sequence[Recording]) -> list[tuple[int, int]]:
    """Where the browser's recorder did not run: ms of the interview, and how many ms are missing there."""
    missed = missed_before(work, interview)
    return [(one.offset_ms, missed[one.id]) for one in recordings if one.id in missed]
