"""Approval: the pseudonymised text takes the place of the raw one, and the way back, for those who may take it."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlmodel import col, select

from fieldwork.anonymisation.contexts import said, settle_cases
from fieldwork.anonymisation.detection import is_stale, terms_changed_since, was_detected
from fieldwork.anonymisation.grammar_door import Ask, ask_here
from fieldwork.anonymisation.identities import KnownIdentity
from fieldwork.anonymisation.leak_door import look_here
from fieldwork.anonymisation.mention import Mention as Found
from fieldwork.anonymisation.models import Approval, Decision, Mention
from fieldwork.anonymisation.placeholders import Piece, Rewritten, apply
from fieldwork.anonymisation.rules import Leak
from fieldwork.anonymisation.second import require_second
from fieldwork.anonymisation.services import known_identities, mentions_of, original_of
from fieldwork.core.audit import record
from fieldwork.core.errors import Refusal
from fieldwork.core.work import Work
from fieldwork.programme.services import study_of
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.history import forget_corrections
from fieldwork.transcription.models import Segment, Transcript, TranscriptState
from fieldwork.transcription.reading_back import forget_read_backs
from fieldwork.transcription.rules import require_raw
from fieldwork.transcription.services import code_of, segment_rows, text_of

if TYPE_CHECKING:
    from fieldwork.anonymisation.leaks import Finding

PATTERN = "pattern"
Look = Callable[[Sequence[KnownIdentity], Sequence[str]], "Sequence[Sequence[Finding]]"]
"""Looks for known identities in texts: in this process, or in another."""


class NotDetected(Refusal):
    """Nobody has looked for names in the transcript yet."""

    message = "Names have not been looked for in the transcript of {code}. Run: fieldwork anonymisation detect"
    on_pages = "Names have not been looked for in the transcript of {code}. Look for them first: «Find names»."


class ReviewIncomplete(Refusal):
    """Mentions are undecided."""

    message = (
        "{count} mentions in the transcript of {code} are undecided. Decide them first: fieldwork anonymisation review"
    )
    on_pages = "{count} mentions in the transcript of {code} are undecided. Decide them first."


class MentionsStale(Refusal):
    """The text was corrected after names had been looked for."""

    message = (
        "The text of segment {position} in the transcript of {code} was corrected after its names were looked for. "
        "Look again: fieldwork anonymisation detect"
    )
    on_pages = (
        "Turn {position} in the transcript of {code} was corrected after its names were looked for. "
        "Look for names again."
    )


class CorrectedSince(Refusal):
    """Words were typed, or turns cut anew, where nobody has looked for names yet."""

    message = (
        "The transcript of {code} was corrected after its names were looked for. Look for them again: "
        "what has been decided stays."
    )


class TermsSince(Refusal):
    """The study has said of other words that they are to be found."""

    message = (
        "The study's own terms were changed after names were looked for in the transcript of {code}. Look for them "
        "again: what has been decided stays."
    )


class NameLeft(Refusal):
    """A known name would stand in the published text."""

    message = (
        "Segment {position} of the transcript of {code} would still name a person the study knows ({whose}). "
        "Accept that mention, or add one that covers it."
    )


class PatternLeft(Refusal):
    """A phone number, an address or a number of a document would stand in the published text."""

    message = (
        "Segment {position} of the transcript of {code} would still hold what looks like a phone number, an e-mail, a "
        "link or a number of a document. Mark it, or reject the mention of it: then a person has said that it may stay."
    )


def approve(work: Work, transcript: Transcript, *, look: Look = look_here, ask: Ask = ask_here) -> Approval:
    """Take responsibility for a transcript's anonymisation.

    Its segments' text becomes the pseudonymised one, the raw text goes, and every accepted mention learns where its
    placeholder stands. What was said can be put together again from the sealed originals.

    Args:
        work: the unit of work.
        transcript: a raw one whose mentions are decided.
        look: how to look for known identities that were left.
        ask: how to tell the case of mentions that were marked by hand, where a pseudonym is to bend by it.

    Raises:
        NotTranscribed, AlreadyApproved: the transcript is not raw.
        NotDetected: names have not been looked for.
        ReviewIncomplete: some mentions are undecided.
        SecondMissing, DifferencesOpen: a second look is wanted, or not settled.
        MentionsStale, CorrectedSince, TermsSince: the text, or the study's terms, were changed since.
        NameLeft, PatternLeft: the result would still name somebody the study knows, or hold a number or an address.
        KeyDestroyed: its expert was erased.
    """
    interview = work.get(Interview, transcript.interview_id)
    code = code_of(work, interview)
    require_raw(transcript.state, code)
    mentions = _decided(work, transcript, code)
    require_second(work, transcript)
    settle_cases(work, mentions, ask)
    segments = segment_rows(work, transcript)
    rewritten = [_rewritten(work, segment, mentions, interview, code) for segment in segments]
    if is_stale(work, transcript):
        raise CorrectedSince(code=code)
    if terms_changed_since(work, transcript):
        raise TermsSince(code=code)
    for leak in _leaks(work, interview, segments, rewritten, look):
        if leak.blocking and leak.kind == PATTERN:
            raise PatternLeft(position=leak.position, code=code)
        if leak.blocking:
            raise NameLeft(position=leak.position, code=code, whose=leak.whose)
    for segment, result in zip(segments, rewritten, strict=True):
        _write(work, segment, mentions, result)
    forget_corrections(work, transcript)
    forget_read_backs(work, transcript)
    transcript.state = TranscriptState.ANONYMISED
    work.add(transcript)
    approval = work.add(
        Approval(transcript_id=transcript.id, approved_by_id=work.actor.account_id, approved_at=work.now)
    )
    replaced = sum(mention.decision == Decision.ACCEPTED for mention in mentions)
    record(
        work, "anonymisation.approved", study_id=interview.study_id, subject_id=transcript.id,
        segments=len(segments), replaced=replaced, kept=len(mentions) - replaced,
    )  # fmt: skip
    return approval


def _decided(work: Work, transcript: Transcript, code: str) -> list[Mention]:
    """The mentions of a transcript in which names were looked for, and all of them decided.

    Raises:
        NotDetected, ReviewIncomplete: they were not, or are not.
    """
    mentions = mentions_of(work, transcript)
    if not mentions and not was_detected(work, transcript):
        raise NotDetected(code=code)
    undecided = sum(mention.decision == Decision.PENDING for mention in mentions)
    if undecided:
        raise ReviewIncomplete(count=undecided, code=code)
    return mentions


def leaks_of(work: Work, transcript: Transcript, *, look: Look = look_here) -> list[Leak]:
    """Where a raw transcript would still tell whom it is about if it were approved now, in order. Nothing is changed.

    Raises:
        NotTranscribed, AlreadyApproved: the transcript is not raw.
        MentionsStale: the text was corrected since names were looked for.
        KeyDestroyed: its expert was erased.
    """
    interview = work.get(Interview, transcript.interview_id)
    code = code_of(work, interview)
    require_raw(transcript.state, code)
    mentions, segments = mentions_of(work, transcript), segment_rows(work, transcript)
    rewritten = [_rewritten(work, segment, mentions, interview, code) for segment in segments]
    return _leaks(work, interview, segments, rewritten, look)


def raw_to_pseudonymised_map(work: Work, segment: Segment) -> Rewritten:
    """An approved segment's text with the table that leads spans of the raw text into it and back; holds no names."""
    query = (
        select(Mention)
        .where(Mention.segment_id == segment.id, col(Mention.replaced_start).is_not(None))
        .where(Mention.decision == Decision.ACCEPTED)  # what stayed has its place, too
        .order_by(col(Mention.start))
    )
    return Rewritten(
        segment.text or "",
        tuple(
            Piece(mention.start, mention.end, mention.replaced_start or 0, mention.replaced_end or 0)
            for mention in work.session.exec(query)
        ),
    )


def original_text(work: Work, segment: Segment) -> str:
    """A segment's raw text, put together from the sealed originals after approval. Who may ask is for the caller.

    Raises:
        KeyDestroyed: the expert was erased.
    """
    expert_id = work.get(Interview, work.get(Transcript, segment.transcript_id).interview_id).expert_id
    return said(work, segment, expert_id)


def _rewritten(work: Work, segment: Segment, mentions: Sequence[Mention], interview: Interview, code: str) -> Rewritten:
    """What the segment's text will be.

    Raises:
        MentionsStale: a mention's words do not stand where they were found.
    """
    text = text_of(work, segment, interview.expert_id)
    own = [mention for mention in mentions if mention.segment_id == segment.id]
    for mention in own:
        if text[mention.start : mention.end] != original_of(work, mention, interview.expert_id):
            raise MentionsStale(position=segment.position, code=code)
    accepted = [
        Found(mention.start, mention.end, "", mention.label, replacement=mention.replacement)
        for mention in own
        if mention.decision == Decision.ACCEPTED and mention.replacement != text[mention.start : mention.end]
    ]
    result = apply(text, accepted)
    if len(result.pieces) != len(accepted):
        raise MentionsStale(position=segment.position, code=code)  # two cover the same words: look again
    return result


def _leaks(
    work: Work, interview: Interview, segments: Sequence[Segment], rewritten: Sequence[Rewritten], look: Look
) -> list[Leak]:
    known = known_identities(work, study_of(work, interview.study_id))
    found = look(known, [result.text for result in rewritten])
    let = _let_stand(work, segments)
    return [
        Leak(
            segment.position, *result.back(one.start, one.end), one.kind,
            one.blocking or (one.kind == PATTERN and not _covered(result.back(one.start, one.end), let[segment.id])),
            one.entity,
            before=result.text[: one.start], words=result.text[one.start : one.end], after=result.text[one.end :],
        )
        for segment, result, places in zip(segments, rewritten, found, strict=True)
        for one in places
    ]  # fmt: skip


def _let_stand(work: Work, segments: Sequence[Segment]) -> dict[UUID, list[tuple[int, int]]]:
    """Where a person has said that a mention stays, by turn."""
    let: dict[UUID, list[tuple[int, int]]] = {segment.id: [] for segment in segments}
    query = select(Mention).where(
        col(Mention.segment_id).in_(let), Mention.decision == Decision.REJECTED, col(Mention.decided_at).is_not(None)
    )
    for mention in work.session.exec(query):
        let[mention.segment_id].append((mention.start, mention.end))
    return let


def _covered(place: tuple[int, int], by: Iterable[tuple[int, int]]) -> bool:
    return any(start < place[1] and place[0] < end for start, end in by)


def _write(work: Work, segment: Segment, mentions: Iterable[Mention], result: Rewritten) -> None:
    segment.text, segment.sealed_text = result.text, None
    work.session.add(segment)
    places = {(piece.start, piece.end): piece for piece in result.pieces}
    for mention in mentions:
        if mention.segment_id != segment.id:
            continue
        piece = places.get((mention.start, mention.end))
        if piece is not None:
            mention.replaced_start, mention.replaced_end = piece.new_start, piece.new_end
        elif mention.decision == Decision.REJECTED and not _crossed(mention, result):
            # it stays: an export may say less of it, and has to know where it is
            mention.replaced_start, mention.replaced_end = result.forward(mention.start, mention.end)
        work.session.add(mention)


def _crossed(mention: Mention, result: Rewritten) -> bool:
    """Whether some of its words were replaced with another mention."""
    return any(piece.start < mention.end and mention.start < piece.end for piece in result.pieces)
