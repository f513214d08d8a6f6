"""Pieces become turns in order; who asks and which question it is are proposed from the guide."""

import pytest

from fieldwork.transcription.engines import Recognised
from fieldwork.transcription.models import Speaker
from fieldwork.transcription.turns import (
    GuideWords,
    QuestionProposal,
    RoleProposal,
    Track,
    Turn,
    TurnCue,
    join,
    propose_questions,
    propose_roles,
    role_of_label,
)

GUIDE = GuideWords(
    questions=(
        "Расскажите, пожалуйста, как Вы пришли в креативную сферу и чем занимаетесь сейчас?",
        "Существует ли в Казахстане креативный класс? Кого Вы к нему относите?",
        "Хватает ли в Алматы пространств для творческой работы?",
        "Как Вы оцениваете поддержку со стороны государства?",
    ),
    probes=(("Кто повлиял на этот выбор?",), (), ("Какова аренда мастерской?",), ("Пользовались ли Вы грантами?",)),
    opening="Здравствуйте, спасибо, что нашли время. Правильных ответов нет, остановиться можно в любой момент.",
)
ASK, TELL = Speaker.INTERVIEWER, Speaker.EXPERT


def piece(start_ms: int, end_ms: int, text: str) -> Recognised:
    return Recognised(start_ms, end_ms, text, -0.25, 0.01, 1.2)


def test_tracks_are_merged_by_time_and_pieces_of_one_speaker_joined() -> None:
    asks = Track("Данияр", [piece(500, 2000, "Как вы начинали?"), piece(9000, 9600, "А потом?")], source="a")
    tells = Track(
        "Руслан", [piece(2500, 4000, " С кружка."), piece(4200, 6000, "С театра. "), piece(7000, 7100, " ")], "b"
    )

    assert join([asks, tells]) == [
        Turn("Данияр", "Как вы начинали?", 500, 2000, (TurnCue(0, 16, 500, 2000, -0.25, 0.01),), "a"),
        Turn(
            *("Руслан", "С кружка. С театра.", 2500, 6000),
            (TurnCue(0, 9, 2500, 4000, -0.25, 0.01), TurnCue(10, 19, 4200, 6000, -0.25, 0.01)),
            "b",
        ),
        Turn("Данияр", "А потом?", 9000, 9600, (TurnCue(0, 8, 9000, 9600, -0.25, 0.01),), "a"),
    ]


def test_messages_follow_each_other_and_keep_their_own_times() -> None:
    messages = [
        Track("Марина", [piece(0, 900, "Вопрос.")], source=1),
        Track("Мадина", [piece(0, 700, "Ответ."), piece(800, 1500, "Дальше.")], source=2, offset_ms=1000),
        Track("Мадина", [piece(100, 900, "Ещё ответ.")], source=3, offset_ms=2600),
    ]

    assert [(turn.speaker, turn.text, turn.start_ms, turn.end_ms, turn.source) for turn in join(messages)] == [
        ("Марина", "Вопрос.", 0, 900, 1),
        ("Мадина", "Ответ. Дальше.", 0, 1500, 2),
        ("Мадина", "Ещё ответ.", 100, 900, 3),
    ]
    assert join([]) == []


def test_who_speaks_into_the_other_stands_where_they_began() -> None:
    one = Track("А", [piece(0, 5000, "Первое."), piece(5100, 9000, "Третье.")])
    two = Track("Б", [piece(4000, 5000, "Угу.")])

    assert [turn.text for turn in join([one, two])] == ["Первое.", "Угу.", "Третье."]


INTERVIEW = [
    ("Здравствуйте! Спасибо, что нашли время. Остановиться можно в любой момент, правильных ответов нет.", None),
    ("Как вы пришли в креативную сферу?", 1),
    ("А кто на это повлиял?", 1),
    ("Есть ли у нас креативный класс?", 2),
    ("Хватает вам пространств?", 3),
    ("Можно пример?", 3),
    ("Как оцениваете поддержку государства?", 4),
]


def test_questions_are_found_in_other_words_and_follow_ups_stay_with_them() -> None:
    turns = [turn for text, _ in INTERVIEW for turn in ((ASK, text), (TELL, "Да, вот так."))]
    found = propose_questions(turns, GUIDE)

    assert [proposal.question for proposal in found] == [number for _, number in INTERVIEW for _ in range(2)]
    assert [number for number, proposal in enumerate(found) if proposal.asks] == [2, 6, 8, 12]
    assert found[2].likeness == pytest.approx(0.7, abs=0.2)
    assert found[0] == QuestionProposal(None)


def test_a_question_left_out_moves_no_other() -> None:
    turns = [(ASK, text) for text, number in INTERVIEW if number != 2]

    assert [proposal.question for proposal in propose_questions(turns, GUIDE)] == [None, 1, 1, 3, 3, 4]


def test_the_answer_helps_where_the_question_is_vague() -> None:
    turns = [
        *((ASK, "С чего начнём?"), (TELL, "Я пришёл в креативную сферу из банка, сейчас занимаюсь театром.")),
        *((ASK, "А дальше?"), (TELL, "Государство нас поддерживает: гранты, поддержка мастерских.")),
    ]

    assert [proposal.question for proposal in propose_questions(turns, GUIDE)] == [1, 1, 4, 4]
    assert propose_questions([], GUIDE) == []


def test_without_a_known_interviewer_any_turn_may_ask() -> None:
    turns = [(Speaker.UNKNOWN, "Как вы пришли в креативную сферу?"), (Speaker.UNKNOWN, "Случайно.")]

    assert [proposal.question for proposal in propose_questions(turns, GUIDE)] == [1, 1]


@pytest.mark.parametrize(
    ("label", "role"),
    [
        *(("Интервьюер", ASK), ("И", ASK), ("и.", ASK), ("Q:", ASK), ("Вопрос 3", ASK), ("Interviewer", ASK)),
        *(("Эксперт", TELL), ("Э", TELL), ("A", TELL), ("Эксперт 2", TELL), ("Респондент", TELL), ("Сарапшы", TELL)),
        *(("Айгерим", None), ("Ирина", None), ("Q Band", None), ("", None)),
    ],
)
def test_labels_that_say_a_role(label: str, role: Speaker | None) -> None:
    assert role_of_label(label) == role


def test_labels_decide_before_words_do() -> None:
    turns = [("И", "Да."), ("Э", "Как вы пришли в креативную сферу?")]

    assert propose_roles(turns, GUIDE) == RoleProposal({"И": ASK, "Э": TELL})


def test_names_get_their_roles_from_who_asks() -> None:
    turns = [
        *(("Aigerim Bekova", "Добрый день."), ("Асель", "Как вы пришли в креативную сферу?")),
        *(("Aigerim Bekova", "Работала в банке."), ("Асель", "А креативный класс у нас есть?")),
    ]

    assert propose_roles(turns, GUIDE) == RoleProposal({"Aigerim Bekova": TELL, "Асель": ASK})
    assert propose_roles(turns, GUIDE, {"Асель": TELL}) == RoleProposal({"Aigerim Bekova": ASK, "Асель": TELL})


def test_what_is_not_certain_is_said() -> None:
    alike = [("voice-1", "Да, конечно."), ("voice-2", "Нет, никогда.")]
    three = [("Асель", "Как вы пришли в креативную сферу?"), ("Тимур", "Из архитектуры, давно."), ("Жанна", "Чай?")]

    assert propose_roles(alike, GUIDE).uncertain == ("voice-1", "voice-2")
    assert propose_roles(three, GUIDE) == RoleProposal(
        {"Асель": ASK, "Тимур": TELL, "Жанна": Speaker.UNKNOWN}, ("Тимур", "Жанна")
    )
    assert propose_roles([], GUIDE) == RoleProposal({})
