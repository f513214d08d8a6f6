import json
from collections.abc import Callable
from typing import Any

from fieldwork.core.schema import shipped
from fieldwork.programme.models import Study

CHAT = shipped("audio/demo") / "Чат WhatsApp с контактом Мадина Свет"
Run = Callable[..., Any]


def test_a_zoom_folder_is_imported_listed_and_refused_the_second_time(study: Study, run: Run) -> None:
    folder = next(path for path in shipped("audio/demo").iterdir() if path.name.startswith("2025-03-25"))
    done = run("recordings", "import", study.slug, "E02", folder)
    assert (done.code, done.out.splitlines()[2:]) == (
        0,
        [
            "E02   1       track  expert       0:00:00  0:01:28  mp4        aac",
            "E02   2       track  interviewer  0:00:00  0:01:28  mp4        aac",
        ],
    )
    listed = json.loads(run("recordings", "list", study.slug, "--json").out)
    assert [(row["code"], row["kind"], row["speaker"]) for row in listed] == [
        ("E02", "track", "expert"),
        ("E02", "track", "interviewer"),
    ]
    assert "Ruslan" not in json.dumps(listed)
    again = run("recordings", "import", study.slug, "E02", folder)
    assert (again.code, again.out) == (1, "")
    assert "it belongs to the interview with E02" in again.err


def test_an_unknown_expert_is_refused(study: Study, run: Run) -> None:
    refused = run("recordings", "import", study.slug, "E77", CHAT / "PTT-20250409-WA0001.opus")
    assert (refused.code, refused.out) == (1, "")
    assert "E77" in refused.err
