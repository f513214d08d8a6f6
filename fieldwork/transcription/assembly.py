"""From what was heard or written down to segments: whose they are, and which question of the guide they belong to."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from fieldwork.core.work import Work
from fieldwork.programme.guides import guide_of, probes_of, questions_of
from fieldwork.programme.models import Study
from fieldwork.transcription.formats import Utterance
from fieldwork.transcription.models import Speaker
from fieldwork.transcription.turns import GuideWords, Turn, TurnCue, propose_questions, propose_roles
from fieldwork.transcription.writing import NewCue, NewSegment

NOBODY = "unknown"  # the label of turns that may be anybody's


def guide_words(work: Work, study: Study, language: str) -> GuideWords:
    """The study's guide in the language of an interview, for likeness; empty while there is none."""
    guide = guide_of(work, study)
    questions = questions_of(work, study)
    probes = probes_of(work, study)
    return GuideWords(
        tuple(question.text.get(language, "") for question in questions),
        tuple(tuple(probe.text.get(language, "") for probe in probes.get(row.id, ())) for row in questions),
        guide.opening.get(language, "") if guide else "",
    )


def from_turns(
    turns: Sequence[Turn], guide: GuideWords, given: Mapping[str, Speaker] | None = None
) -> list[NewSegment]:
    """Segments of recognised turns, in order; a turn's ``source`` is the id of its recording.

    Args:
        turns: with labels for their speakers.
        guide: the questions, in the language of the interview.
        given: roles that are known, by label.
    """
    segments = [
        NewSegment(
            speaker=Speaker.UNKNOWN,
            text=turn.text,
            recording_id=turn.source if isinstance(turn.source, UUID) else None,
            start_ms=turn.start_ms,
            end_ms=turn.end_ms,
            cues=_cues(turn.cues),
            words=turn.words,
        )
        for turn in turns
    ]
    return _assigned([turn.speaker for turn in turns], segments, guide, given or {})


def from_utterances(
    utterances: Sequence[Utterance], guide: GuideWords, given: Mapping[str, Speaker]
) -> list[NewSegment]:
    """Segments of a finished transcript, in order; arguments as for ``from_turns``."""
    segments = [
        NewSegment(
            speaker=Speaker.UNKNOWN,
            text=one.text,
            start_ms=one.start_ms,
            end_ms=one.end_ms,
            cues=_cues(one.cues),
            words=one.words,
        )
        for one in utterances
    ]
    return _assigned([one.speaker_label or NOBODY for one in utterances], segments, guide, given)


def _assigned(
    labels: Sequence[str], segments: Sequence[NewSegment], guide: GuideWords, given: Mapping[str, Speaker]
) -> list[NewSegment]:
    labelled = [(label, segment.text) for label, segment in zip(labels, segments, strict=True)]
    roles = propose_roles(labelled, guide, {NOBODY: Speaker.UNKNOWN} | dict(given)).roles
    proposals = propose_questions([(roles[label], text) for label, text in labelled], guide)
    return [
        replace(segment, speaker=roles[label], question_number=proposal.question)
        for label, segment, proposal in zip(labels, segments, proposals, strict=True)
    ]


def _cues(cues: Sequence[TurnCue]) -> tuple[NewCue, ...]:
    return tuple(
        NewCue(cue.start, cue.end, cue.start_ms, cue.end_ms, cue.avg_logprob, cue.no_speech_prob) for cue in cues
    )
