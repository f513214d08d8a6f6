"""What the report says about how much the masking missed: measured on a marked sample, or not measured. Pure."""

import math

from fieldwork.anonymisation.measuring import Result
from fieldwork.anonymisation.recall import Share
from fieldwork.report.russian import counted, form

PASSAGES = ("фрагмента", "фрагментов", "фрагментов")
PLACES = ("места", "мест", "мест")
TRANSCRIPTS = ("расшифровки", "расшифровок", "расшифровок")
WORDS = ("слово", "слова", "слов")
UNMEASURED = (
    "Точность обезличивания в этом исследовании не измерялась: случайную выборку текстов вручную не размечали, поэтому"
    " о доле пропущенных имён сказать нельзя."
)


def accuracy(result: Result | None) -> str:
    """One paragraph: how it was measured, what was found with its interval, and what that does not mean.

    Args:
        result: of the last sample that was measured; None where none was.
    """
    if result is None or result.machine is None:
        return UNMEASURED
    machine, reviewed = result.machine, result.reviewed
    text = (
        f"Точность обезличивания проверена на случайной выборке из {counted(result.passages, *PASSAGES)}"
        f" ({counted(result.words, *WORDS)}) из {counted(result.transcripts, *TRANSCRIPTS)}: каждый фрагмент разметили"
        " двое, независимо друг от друга и не видя найденного программой. Из"
        f" {counted(machine.there, *PLACES)}, по которым можно узнать человека или организацию, программа нашла"
        f" {machine.masked}, то есть {_told(machine, named=True)}."
    )
    if reviewed is not None:
        scope = "" if reviewed.there == machine.there else f" из {reviewed.there}, о которых это можно сказать,"
        closed = form(reviewed.masked, "закрыто", "закрыты", "закрыто")
        text += (
            f" После проверки человеком в утверждённых текстах{scope} {closed} {reviewed.masked}, то есть"
            f" {_told(reviewed)}."
        )
    return (
        f"{text} Места, пропущенные вместе, не считались независимыми. Эти доли относятся к текстам исследования"
        " и не означают, что никого из участников нельзя узнать."
    )


def _told(share: Share, *, named: bool = False) -> str:
    """«93,3 % (95-процентный доверительный интервал 87,1–97,1 %)»; the interval never narrower than it is."""
    low, high = math.floor(share.low * 1000) / 10, math.ceil(share.high * 1000) / 10
    name = "95-процентный доверительный интервал " if named else ""
    return f"{_number(share.value * 100)}\N{NO-BREAK SPACE}% ({name}{_number(low)}–{_number(high)}\N{NO-BREAK SPACE}%)"


def _number(value: float) -> str:
    return f"{round(value, 1):g}".replace(".", ",")
