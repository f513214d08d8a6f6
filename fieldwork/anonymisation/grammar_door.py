"""Grammar from both sides of a process: here, or in a child of its own.

The dictionaries take 60 MB and stay. A command and a job can bear that; a server asks a child, which hears names on its
standard input, answers with forms and cases, and ends.
"""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from fieldwork.anonymisation.wordings import Bent
from fieldwork.core.errors import Refusal

MOST_FORMS = 12
"""Other forms of an entity that help to tell a case; more tell nothing new."""
PATIENCE = 60  # s; a study's longest list takes two
_ROOT = Path(__file__).resolve().parents[2]
_QUOTED = re.compile(r"[«„“\"]([^«»„“”\"]+)[»“”\"]")
_CHILD = "from fieldwork.anonymisation.grammar_door import answer; answer()"
_one_at_a_time = threading.Lock()


class GrammarUnfinished(Refusal):
    """The child was too slow or was killed."""

    message = "The forms could not be made just now. Try again in a minute."


@dataclass(frozen=True, slots=True, repr=False)
class Place:
    """A mention in its turn, whose case is wanted; ``forms`` are others its entity was met in."""

    before: str
    words: str
    after: str
    label: str
    forms: Sequence[str] = ()

    def __repr__(self) -> str:
        """Its kind, never what it says."""
        return f"Place({self.label})"


@dataclass(frozen=True, slots=True, repr=False)
class Order:
    """What is asked for.

    Attributes:
        wordings: (text, whether it names a person, m or f where it is known) to be bent.
        places: mentions whose cases are wanted.
        sealed: names that the first wording must not be, as ``Secrets.packed`` gives them; None: nobody asks.
        entities: key -> (label, forms) of entities that generalisations are wanted for.
    """

    wordings: Sequence[tuple[str, bool, str]] = ()
    places: Sequence[Place] = ()
    sealed: Mapping[str, Any] | None = None
    entities: Mapping[str, tuple[str, Sequence[str]]] = field(default_factory=dict)

    def __repr__(self) -> str:
        """How much it is, never what it says."""
        return f"Order({len(self.wordings)} wordings, {len(self.places)} places)"


@dataclass(frozen=True, slots=True)
class Grammar:
    """The answer, index for index.

    Attributes:
        bent: the wordings with their forms.
        cases: those of each place.
        clashes: whose name the first wording is: codes and keys, none where it is nobody's.
        general: the generalisations of each entity.
    """

    bent: Sequence[Bent] = ()
    cases: Sequence[Sequence[str]] = ()
    clashes: Sequence[str] = ()
    general: Mapping[str, Sequence[Bent]] = field(default_factory=dict)


Ask = Callable[[Order], Grammar]


def ask_here(order: Order) -> Grammar:
    """The answer, made in this process."""
    # dictionaries: only whoever bends pays for them
    from fieldwork.anonymisation.cases import cases_of  # noqa: PLC0415
    from fieldwork.anonymisation.generalisations import suggested  # noqa: PLC0415
    from fieldwork.anonymisation.pseudonyms import bend  # noqa: PLC0415

    general = {key: [bend(one, person=False) for one in suggested(*told)] for key, told in order.entities.items()}
    return Grammar(
        [bend(text, person=person, gender=gender) for text, person, gender in order.wordings],
        [cases_of(one.before, one.words, one.after, one.label, one.forms) for one in order.places],
        _clashes(order),
        general,
    )


def ask_outside(order: Order) -> Grammar:
    """The answer, made in a child process; one at a time.

    Raises:
        GrammarUnfinished: it took too long, or something ended it.
    """
    with _one_at_a_time:
        try:
            child = subprocess.run(
                [sys.executable, "-W", "ignore", "-P", "-c", _CHILD],
                check=True, input=json.dumps(asdict(order)).encode(), capture_output=True, cwd="/", timeout=PATIENCE,
                env={"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1", "PATH": ""},
            )  # fmt: skip
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
            raise GrammarUnfinished from None  # what it said may quote the names
    told = json.loads(child.stdout)
    return Grammar(
        [Bent(**one) for one in told["bent"]],
        told["cases"],
        told["clashes"],
        {key: [Bent(**one) for one in found] for key, found in told["general"].items()},
    )


def answer() -> None:
    """The child: the order is its standard input, the answer goes to its standard output."""
    told = json.load(sys.stdin)
    order = Order(
        [(text, person, gender) for text, person, gender in told["wordings"]],
        [Place(**one) for one in told["places"]],
        told["sealed"],
        {key: (label, forms) for key, (label, forms) in told["entities"].items()},
    )
    json.dump(asdict(ask_here(order)), sys.stdout)


def _clashes(order: Order) -> list[str]:
    """Whose name the first wording is, in whatever form."""
    if order.sealed is None or not order.wordings:
        return []
    # the same dictionaries, and the leak check's indexes
    from fieldwork.anonymisation.leaks import LeakChecker  # noqa: PLC0415
    from fieldwork.anonymisation.sealed import Secrets  # noqa: PLC0415

    secrets = Secrets.unpacked(order.sealed)
    text = order.wordings[0][0]
    # a name in quotation marks is one without them, too
    sealed = [
        replace(one, forms=(*one.forms, *(n for f in one.forms for n in _QUOTED.findall(f)))) for one in secrets.sealed
    ]
    checker = LeakChecker(secrets.known, sealed)
    found = [*checker.check(text), *checker.check(f"«{text}»")]
    return list(dict.fromkeys(one.entity for one in found if one.entity))
