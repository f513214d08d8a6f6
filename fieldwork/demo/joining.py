"""Letting somebody who asks for it into the demo study, and knowing it from a study of that name."""

from sqlmodel import select

from fieldwork.core.accounts import Account
from fieldwork.core.jobs import Job, JobState, enqueue
from fieldwork.core.work import Work
from fieldwork.demo.material import SLUG, document
from fieldwork.programme.models import Role, Study
from fieldwork.programme.services import add_member, members_of, membership
from fieldwork.report.models import WrittenReport

JOB_KIND = "demo.build"
_LEAST, _MOST = 2, 3


def build_job(work: Work) -> Job | None:
    """The job that builds the demo, if it was asked for here."""
    return work.session.exec(select(Job).where(Job.key == JOB_KIND)).first()


def ask_for_demo(work: Work) -> Job:
    """Ask for the demo to be built; what is built already stays."""
    return enqueue(work, JOB_KIND, JOB_KIND)


def demo_study(work: Work) -> Study | None:
    """The demo study, once it is whole: by its short name and its title, so that no other study is mistaken for it."""
    study = work.session.exec(select(Study).where(Study.slug == SLUG)).first()
    if study is None or study.title != document("study")["title"]:
        return None
    job = build_job(work)
    if job is not None and job.state != JobState.DONE:
        return None
    whole = work.session.exec(select(WrittenReport.id).where(WrittenReport.study_id == study.id)).first()
    return study if whole else None


def join(work: Work, study: Study, account: Account) -> None:
    """Make the account a member of the demo, with initials of its own."""
    if membership(work, study.slug, account) is not None:
        return
    taken = {member.initials for member in members_of(work, study)}
    initials = next(one for one in _proposals(account.display_name or account.login) if one not in taken)
    add_member(
        work,
        study,
        login=account.login,
        display_name=account.display_name,
        initials=initials,
        role=Role.PRINCIPAL_INVESTIGATOR,
    )


def _proposals(name: str) -> list[str]:
    """Initials in the order of preference: «АС» (or «Ай»), then with a number."""
    words = [word for word in name.split() if word[0].isalpha()] or ["Я"]
    short = "".join(word[0].upper() for word in words)[:_MOST]
    first = short if len(short) >= _LEAST else words[0][:_LEAST].capitalize()
    return [first, *(f"{first}{number}" for number in range(2, 1000))]
