"""What is chosen when a transcription is started: the language is said, never guessed."""

from collections.abc import Callable, Sequence

import pytest

from fieldwork.core.work import Ground
from fieldwork.recording.models import Recording
from fieldwork.scheduling.models import Interview
from fieldwork.scheduling.rules import LanguageWrong
from fieldwork.transcription.recognition import add_windows, windows_of
from fieldwork.transcription.services import request_transcription
from fieldwork.transcription.windows import Window


def test_the_language_is_the_interviews_or_the_one_chosen_and_another_one_begins_anew(
    ground: Ground,
    interview_with: Callable[[str], Interview],
    record_messages: Callable[[int], Sequence[Recording]],
) -> None:
    [recording] = record_messages(1)
    interview = interview_with("E08")
    with ground.work() as work:
        transcript = request_transcription(work, interview, "whisper", "turbo")
        assert transcript.language == "ru"
        add_windows(work, transcript, {recording.id: [Window(0, 1000, ())]})
        request_transcription(work, interview, "whisper", "turbo")
        assert len(windows_of(work, transcript)) == 1
        request_transcription(work, interview, "whisper", "turbo", language="kk")
        assert (transcript.language, windows_of(work, transcript)) == ("kk", [])
        with pytest.raises(LanguageWrong):
            request_transcription(work, interview, "whisper", "turbo", language="xx")
        request_transcription(work, interview, "whisper", "turbo")
        assert transcript.language == "kk"
