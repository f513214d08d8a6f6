"""The one door for what leaves a study: what it must not tell is gathered, the thing is looked into, or stays.

Whoever writes a file for others, or answers with one, calls ``let_out`` (jobs, commands) or ``fieldwork.web.leaving``
(pages) with it: DOCX, CSV, REFI-QDA and archives are looked into like the report.
"""

import hashlib
import json
import secrets
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import BinaryIO, Final
from uuid import UUID

from sqlmodel import col, select

from fieldwork.anonymisation.leaving.door import Leaving, Look, look_here, look_outside
from fieldwork.anonymisation.leaving.parts import told
from fieldwork.anonymisation.leaving.spotted import Spotted, blocking
from fieldwork.anonymisation.models import Decision, Entity, Mention, StudyTerm
from fieldwork.anonymisation.sealed import SealedName, Secrets
from fieldwork.anonymisation.services import entities_of, forms_of, known_identities, original_of
from fieldwork.core.audit import record
from fieldwork.core.errors import Refusal
from fieldwork.core.vault import KeyDestroyed, expert_subject, study_subject
from fieldwork.core.work import Work
from fieldwork.programme.models import Study
from fieldwork.programme.services import signatures_of
from fieldwork.sampling.models import Expert
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.models import Segment, Transcript, TranscriptState

TERM_FIELD: Final = "study_term.sealed_words"
_SHOWN: Final = 12
_REMEMBERED: Final = 200


class WouldTell(Refusal):
    """A file would tell who somebody is: ``found`` are the places."""

    found: Sequence[Spotted] = ()

    message = (
        "This would tell who somebody is, so it does not leave. Places ({count}): {places}. "
        "Put placeholders there and try again."
    )
    on_pages = (
        "This would tell who somebody is ({count}), so it does not leave. Look where («Without names», then "
        "«Check a file»), put placeholders there and try again."
    )


class ReviewOpen(Refusal):
    """Mentions were found in a transcript that is used, and nobody has decided them."""

    message = (
        "{count} mentions in the transcript of {code} are undecided, so nothing that uses it leaves. "
        "Decide them first: fieldwork anonymisation review"
    )
    on_pages = (
        "{count} mentions in the transcript of {code} are undecided, so nothing that uses it leaves. Decide them."
    )


def secrets_of(work: Work, study: Study) -> Secrets:
    """Everything that must not leave a study; what belonged to erased experts is gone."""
    return Secrets(
        tuple(known_identities(work, study)),
        (*_replaced(work, study), *_terms(work, study)),
        tuple(one.display_name for one in signatures_of(work, study)),
        tuple(_words(work, study, "exception")),
    )


def open_reviews(work: Work, study: Study, transcripts: Collection[UUID] | None = None) -> list[tuple[str, int]]:
    """(Expert's code, undecided mentions) of transcripts that others read: those given, else all approved ones."""
    query = (
        select(Expert.code, Mention.id)
        .join(Interview, col(Interview.expert_id) == col(Expert.id))
        .join(Transcript, col(Transcript.interview_id) == col(Interview.id))
        .join(Segment, col(Segment.transcript_id) == col(Transcript.id))
        .join(Mention, col(Mention.segment_id) == col(Segment.id))
        .where(Expert.study_id == study.id, Mention.decision == Decision.PENDING)
        .order_by(col(Expert.code))
    )
    if transcripts is None:
        query = query.where(Transcript.state == TranscriptState.ANONYMISED)
    else:
        query = query.where(col(Transcript.id).in_(transcripts))
    counts: dict[str, int] = defaultdict(int)
    for code, _ in work.session.exec(query):
        counts[code] += 1
    return list(counts.items())


def require_reviewed(work: Work, study: Study, transcripts: Collection[UUID] | None = None) -> None:
    """Let a study pass whose texts hold no undecided mention.

    Raises:
        ReviewOpen: one does.
    """
    for code, count in open_reviews(work, study, transcripts):
        raise ReviewOpen(code=code, count=count)


def let_out(work: Work, study: Study, leaving: Leaving, *, look: Look = look_here) -> list[Spotted]:
    """Look into something on its way out.

    Args:
        work: the unit of work.
        study: the study it comes from.
        leaving: the file, or texts.
        look: in this process, or in a child.

    Returns:
        What asks for a look and does not forbid it.

    Raises:
        ReviewOpen: mentions in approved transcripts are undecided.
        WouldTell: tells the places and whose it is by code, never the words.
        Unreadable, Encrypted, Damaged, TooMuch: it cannot be looked into.
    """
    require_reviewed(work, study)
    found = look(secrets_of(work, study), leaving)
    require_silent(found)
    return found


def require_silent(found: Sequence[Spotted]) -> None:
    """Let findings pass that forbid nothing.

    Raises:
        WouldTell: some do.
    """
    if hard := blocking(found):
        places = list(dict.fromkeys(described(one) for one in hard))
        shown = "; ".join([*places[:_SHOWN], *(["…"] if len(places) > _SHOWN else [])])
        refusal = WouldTell(count=len(hard), places=shown)
        refusal.found = hard
        raise refusal


def described(one: Spotted) -> str:
    """A finding in English: «report.pdf, page 7 (name of E02)»."""
    return f"{told(one.place)} ({one.kind}{f' of {one.whose}' if one.whose else ''})"


def check_file(work: Work, study: Study, leaving: Leaving, *, look: Look = look_outside) -> list[Spotted]:
    """What a file from elsewhere would tell (a report that a colleague edited by hand). The trail says who looked.

    Raises:
        Unreadable, Encrypted, Damaged, TooMuch: it cannot be looked into.
    """
    found = look(secrets_of(work, study), leaving)
    note_checked(work, study, found)
    return found


def note_checked(work: Work, study: Study, found: Sequence[Spotted]) -> None:
    """Write into the trail that files were looked into: they show whom the study knows."""
    record(work, "leaks.checked", study_id=study.id, found=len(found), blocking=len(blocking(found)))


class Door:
    """The door of the pages: looks in a child, and remembers what passed until the study knows other names.

    What is remembered are digests under a key of this process, of the file and of the names.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._passed: OrderedDict[bytes, None] = OrderedDict()

    def __call__(self, work: Work, study: Study, file: BinaryIO, name: str) -> None:
        """Let a file pass that tells nothing.

        Raises:
            Refusal: any of ``let_out``.
        """
        require_reviewed(work, study)
        known = secrets_of(work, study)
        digest = self._digest(study, known, file, name)
        with self._lock:
            if digest in self._passed:
                return
        require_silent(look_outside(known, Leaving(file, name)))
        with self._lock:
            self._passed[digest] = None
            while len(self._passed) > _REMEMBERED:
                self._passed.popitem(last=False)

    def _digest(self, study: Study, known: Secrets, file: BinaryIO, name: str) -> bytes:
        digest = hashlib.blake2b(key=self._key)
        digest.update(json.dumps([str(study.id), name, known.packed()]).encode())
        file.seek(0)
        while block := file.read(1 << 20):
            digest.update(block)
        return digest.digest()


def _replaced(work: Work, study: Study) -> Iterable[SealedName]:
    """Entities that were replaced somewhere, with every form in which they were met."""
    forms = _originals(work, study)
    for entity in entities_of(work, study):
        if entity.id not in forms:
            continue
        met = [*_forms(work, entity), *forms[entity.id]]
        if met:
            yield SealedName(entity.key, entity.label, tuple(dict.fromkeys(met)))


def _forms(work: Work, entity: Entity) -> list[str]:
    try:
        return forms_of(work, entity)
    except KeyDestroyed:
        return []


def _originals(work: Work, study: Study) -> dict[UUID, list[str]]:
    """Entity id -> the words that were replaced as its mentions, where their seal still opens."""
    rows = work.session.exec(
        select(Mention, Interview.expert_id)
        .join(Segment, col(Segment.id) == col(Mention.segment_id))
        .join(Transcript, col(Transcript.id) == col(Segment.transcript_id))
        .join(Interview, col(Interview.id) == col(Transcript.interview_id))
        .where(
            Interview.study_id == study.id,
            Mention.decision == Decision.ACCEPTED,
            col(Mention.replaced_start).is_not(None),
        )
    )
    found: dict[UUID, list[str]] = {}
    destroyed: dict[UUID, bool] = {}
    for mention, expert_id in rows:
        if expert_id not in destroyed:
            destroyed[expert_id] = work.vault.is_destroyed(expert_subject(expert_id))
        words = "" if destroyed[expert_id] else original_of(work, mention, expert_id)
        if words != mention.replacement:  # replaced by itself: it was kept
            found.setdefault(mention.entity_id, []).extend([words] if words else [])
    return found


def _terms(work: Work, study: Study) -> Iterable[SealedName]:
    for number, (label, words) in enumerate(_labelled(work, study, "term"), start=1):
        yield SealedName(f"term-{number}", label, (words,))


def _words(work: Work, study: Study, kind: str) -> Iterable[str]:
    return (words for _, words in _labelled(work, study, kind))


def _labelled(work: Work, study: Study, kind: str) -> Iterable[tuple[str, str]]:
    rows = work.session.exec(
        select(StudyTerm)
        .where(StudyTerm.study_id == study.id, StudyTerm.kind == kind, col(StudyTerm.removed_at).is_(None))
        .order_by(col(StudyTerm.added_at), col(StudyTerm.id))
    )
    for row in rows:
        yield row.label, work.vault.unseal_text(study_subject(study.id), TERM_FIELD, row.id, row.sealed_words)
