"""What it costs that pages of one transcript ask again and again what its turns are by now.

A raw transcript of 400 turns, two people at it; requests go through the whole application, inside this process, on
SQLite. What is told is time of the processor, so that what else the machine does is not measured.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

from flask.testing import FlaskClient

from fieldwork.app import create_app
from fieldwork.core.accounts import Account
from fieldwork.core.schema import upgrade
from fieldwork.core.settings import Settings
from fieldwork.core.work import Ground, open_ground
from fieldwork.demo.field import set_up
from fieldwork.programme.models import Member, Role
from fieldwork.programme.services import find_study
from fieldwork.sampling.services import find_expert
from fieldwork.scheduling.services import find_interview
from fieldwork.transcription.formats import parse
from fieldwork.transcription.importing import import_transcript
from fieldwork.web.guard import SESSION_COOKIE, csrf_of
from fieldwork.web.services import access_of, start_session

TURNS = 400
ASKED = 300
HERE = "/s/creative-class/transcripts/E04"
LIMIT_MS = 50.0
"""An answer to «what is new»; a page of this size takes several times as long."""
PAGE_LIMIT_MS = 600.0


def captions() -> str:
    """Two speakers, turn by turn, some forty words each."""
    words = "Мы тогда собирались у друзей и говорили о том, что можно сделать с этим домом на углу улицы. " * 3
    cues = (
        f"{n + 1}\n{n // 360:02}:{n // 6 % 60:02}:{n % 6 * 10:02}.000 --> {n // 360:02}:{n // 6 % 60:02}:"
        f"{n % 6 * 10 + 9:02}.000\n{('Интервьюер', 'Эксперт')[n % 2]}: {words}{n}\n"
        for n in range(TURNS)
    )
    return "WEBVTT\n\n" + "\n".join(cues)


def entered(ground: Ground, client: FlaskClient, name: str) -> str:
    """Let somebody in; the token of their forms."""
    with ground.work() as work:
        account = work.add(Account(login=name, display_name=name, created_at=work.now))
        access_of(work, account.id)
        study = find_study(work, "creative-class")
        work.add(Member(study_id=study.id, account_id=account.id, initials=name, role=Role.PRINCIPAL_INVESTIGATOR))
        token = start_session(work, account)
    client.set_cookie(SESSION_COOKIE, token, path="/")
    return csrf_of(token)


def p95_ms(deed: Callable[[], object], times: int = ASKED) -> float:
    """Milliseconds within which 19 of 20 are done."""
    taken = []
    for _ in range(times):
        started = time.process_time()
        deed()
        taken.append((time.process_time() - started) * 1000)
    return quantiles(taken, n=20)[-1]


def main(say: Callable[[str, float, float, str], None]) -> None:
    """Measure asking, a heartbeat, the turns that changed, and the page itself."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        upgrade(settings.database_url)
        ground = open_ground(settings)
        with ground.work() as work:
            study = set_up(work)
            import_transcript(work, find_interview(work, find_expert(work, study, "E04")), parse(captions().encode()))
        app = create_app(ground=ground)
        client, other = app.test_client(), app.test_client()
        token, theirs = entered(ground, client, "ab"), entered(ground, other, "cd")
        other.post(f"{HERE}/now", data={"csrf_token": theirs})
        told = client.get(f"{HERE}/now").json
        turn, known = told["turns"][7][0], told["state"]
        say("nothing is new, 400 turns, p95", p95_ms(lambda: client.get(f"{HERE}/now?known={known}")), LIMIT_MS, "ms")
        say("every turn told anew, p95", p95_ms(lambda: client.get(f"{HERE}/now")), LIMIT_MS, "ms")
        beat = {"csrf_token": token, "known": known, "turn": turn}
        say("a heartbeat, p95", p95_ms(lambda: client.post(f"{HERE}/now", data=beat)), LIMIT_MS, "ms")
        one = f"{HERE}/turns?turn={turn}"
        say("one changed turn, p95", p95_ms(lambda: client.get(one), 60), PAGE_LIMIT_MS, "ms")
        say("the page itself, p95", p95_ms(lambda: client.get(HERE), 20), PAGE_LIMIT_MS * 2, "ms")
        ground.close()
