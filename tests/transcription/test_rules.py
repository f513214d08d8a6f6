import pytest

from fieldwork.transcription.models import TranscriptState
from fieldwork.transcription.rules import (
    AlreadyApproved,
    CueSpan,
    NotTranscribed,
    Piece,
    refit,
    require_raw,
    tinted,
)
from fieldwork.transcription.word_times import Word


@pytest.mark.parametrize(
    ("before", "after", "cues", "moved"),
    [
        ("да нет", "да нет", [(0, 2), (3, 6)], [(0, 2), (3, 6)]),
        ("да нет", "ну да нет", [(0, 2), (3, 6)], [(0, 5), (6, 9)]),
        ("да нет", "да, конечно нет", [(0, 2), (3, 6)], [(0, 11), (12, 15)]),
        ("да нет", "нет", [(0, 2), (3, 6)], [None, (0, 3)]),
        ("да нет", "да нет же", [(0, 2), (3, 6)], [(0, 2), (3, 9)]),
        ("кот", "кит", [(0, 3)], [(0, 3)]),
    ],
)
def test_cues_move_with_their_words(
    before: str, after: str, cues: list[tuple[int, int]], moved: list[tuple[int, int] | None]
) -> None:
    assert refit([CueSpan(*cue) for cue in cues], before, after) == moved


def test_only_raw_transcripts_are_changed() -> None:
    require_raw(TranscriptState.RAW, "E01")
    with pytest.raises(NotTranscribed):
        require_raw(TranscriptState.IN_PROGRESS, "E01")
    with pytest.raises(AlreadyApproved) as refusal:
        require_raw(TranscriptState.ANONYMISED, "E01")
    assert str(refusal.value) == (
        "The transcript of E01 has been anonymised and approved: its raw text can no longer be changed."
    )


def test_single_words_of_which_the_engine_was_unsure_are_cut_out() -> None:
    words = [Word(0, 3, 0, 300, 0.49), Word(4, 6, 300, 500, 0.5), Word(6, 9, 500, 900, 0.1)]
    first, second = tinted([Piece("Вот да", 0, 500), Piece("нет.")], words)
    assert (first.text, first.parts) == ("Вот да", (("Вот", True), (" да", False)))
    assert second.parts == (("нет", True), (".", False))
    across = tinted([Piece("ну во"), Piece("т.")], [Word(3, 6, None, None, 0.2)])
    assert [one.parts for one in across] == [(("ну ", False), ("во", True)), (("т", True), (".", False))]
    assert tinted([Piece("ну")], [Word(0, 2, None, None, 0.9)]) == [Piece("ну")]
