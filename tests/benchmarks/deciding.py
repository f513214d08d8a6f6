"""A decision of the review, there and back: the demo's biggest transcript, raw again, decided mention by mention."""

import http.client
import json
import os
import re
import shutil
import tempfile
import time
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import urlencode

from pages import served  # beside this file: the folder is run as a script
from sqlmodel import select

from fieldwork.anonymisation.approval import original_text
from fieldwork.anonymisation.models import Approval, Decision
from fieldwork.anonymisation.services import mentions_of
from fieldwork.core.accounts import Account
from fieldwork.core.schema import upgrade
from fieldwork.core.settings import Settings
from fieldwork.core.work import Ground, Work, open_ground
from fieldwork.programme.models import Member, Role, Study
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.corrections import seal
from fieldwork.transcription.models import Transcript, TranscriptState
from fieldwork.transcription.services import code_of, segment_rows
from fieldwork.web.guard import SESSION_COOKIE, csrf_of
from fieldwork.web.services import start_session

LIMIT_MS = 150.0
DEMO = "FIELDWORK_BENCH_DEMO"
_MARK = re.compile(r'id="m-([^"]+)"[^>]*data-state="pending"[^>]*data-seen="([^"]+)"')


def main(say: Any) -> None:
    """Decide every mention, one request after the other; ``say(name, value, limit, unit)`` prints the figure.

    ``FIELDWORK_BENCH_DEMO`` names the data folder of a finished run of the demo; without it nothing is measured.
    """
    if DEMO not in os.environ:
        print(f"  a decision's round trip is measured where {DEMO} names a finished demo")  # noqa: T201
        return
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "data"
        shutil.copytree(os.environ[DEMO], data)
        upgrade(Settings(data=data).database_url)
        ground = open_ground(Settings(data=data))
        try:
            address, session, turns = _raw_again(ground)
        finally:
            ground.close()
        with served(data) as (port, _):
            times = _decided(port, address, session)
    print(f"  {len(times)} decisions in {turns} turns, median {sorted(times)[len(times) // 2]:.1f} ms")  # noqa: T201
    say("a decision of the review, p95, the demo's biggest transcript", quantiles(times, n=20)[-1], LIMIT_MS, "ms")


def _raw_again(ground: Ground) -> tuple[str, str, int]:
    """The address of the biggest transcript's review, a session, and how many turns it has; its mentions wait."""
    with ground.work() as work:
        study = work.session.exec(select(Study)).one()
        biggest = max(work.session.exec(select(Transcript)).all(), key=lambda one: _size(work, one))
        interview = work.get(Interview, biggest.interview_id)
        segments = segment_rows(work, biggest)
        texts = {one.id: original_text(work, one) for one in segments}
        for segment in segments:
            seal(work, interview, segment, texts[segment.id])
            segment.text = None
            work.add(segment)
        for mention in mentions_of(work, biggest):
            mention.decision, mention.decided_at, mention.decided_by_id = Decision.PENDING, None, None
            mention.replaced_start = mention.replaced_end = None
            work.add(mention)
        for approval in work.session.exec(select(Approval).where(Approval.transcript_id == biggest.id)):
            work.session.delete(approval)
        biggest.state = TranscriptState.RAW
        work.add(biggest)
        account = work.add(Account(login="bench-review@example.org", display_name="Bench", created_at=work.now))
        work.add(Member(study_id=study.id, account_id=account.id, initials="BR", role=Role.PRINCIPAL_INVESTIGATOR))
        address = f"/s/{study.slug}/anonymisation/{code_of(work, interview)}"
        return address, start_session(work, account), len(segments)


def _size(work: Work, transcript: Transcript) -> int:
    return sum(len(segment.text or "") for segment in segment_rows(work, transcript))


def _decided(port: int, address: str, session: str) -> list[float]:
    """Milliseconds of each decision: the request, its answer with the changed turns, and the commit between them."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Cookie": f"{SESSION_COOKIE}={session}", "HX-Request": "true"}
    connection.request("GET", address, headers=headers)
    page = connection.getresponse().read().decode()
    stamp = re.findall(r'data-stamp="([^"]+)"', page)[0]
    times = []
    for mention, seen in _MARK.findall(page):
        form = {"csrf_token": csrf_of(session), "deed": "accept", "seen": seen, "stamp": stamp}
        typed = headers | {"Content-Type": "application/x-www-form-urlencoded"}
        started = time.perf_counter()
        connection.request("POST", f"{address}/mentions/{mention}", body=urlencode(form), headers=typed)
        answer = connection.getresponse()
        told = answer.read()
        times.append(1000 * (time.perf_counter() - started))
        if answer.status != http.client.OK:
            raise RuntimeError(f"{answer.status}")
        stamp = json.loads(told)["stamp"]
    connection.close()
    return times
