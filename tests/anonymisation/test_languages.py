import pytest

from fieldwork.anonymisation.languages import language_doubt, language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Потом мы открыли студию и позвали всех.", "ru"),
        ("Мы работали в КазНУ, у Мөлдір была мастерская.", "ru"),
        ("Біз шеберханада отырдық, сосын кетіп қалдық.", "kk"),
        ("сол кезде мен айттым деп ойлаймын", "kk"),
        ("Бул менин үйүм, анан биз көчтүк.", "ky"),
        ("We opened the studio in spring and it was fine.", "en"),
        ("Die Ausstellung wurde im Frühling eröffnet.", "other"),
        ("我们在春天开了一个工作室。", "other"),
        ("Иә.", "ru"),
        ("Tengri Art Space", "ru"),
        ("12 000 …", "ru"),
        ("", "ru"),
    ],
)  # fmt: skip
def test_languages_are_told_by_letters_and_everyday_words(text: str, language: str) -> None:
    assert language_of(text) == language


def test_passages_lead_to_their_places() -> None:
    texts = [
        "Она так и сказала. Біз ертең келеміз деді. Көп адам болады. И ушла.",
        "А потом ничего.",
        "I said that we are not ready. Ну и всё.",
    ]
    doubt = language_doubt(texts)
    told = [(p.turn, texts[p.turn][p.start : p.end], p.language) for p in doubt.passages]
    assert told == [
        (0, "Біз ертең келеміз деді. Көп адам болады.", "kk"),
        (2, "I said that we are not ready.", "en"),
    ]
    assert doubt.of_turn(1) == ()
    assert (round(doubt.share, 2), doubt.mostly) == (0.54, "kk")


def test_a_transcript_in_another_language_is_told_as_a_whole() -> None:
    kazakh = ["Мен ол кезде студент едім, жұмыс жоқ болды.", "Иә, сосын біз көрме аштық, көп адам келді."]
    assert language_doubt(kazakh).mostly == "kk"
    assert language_doubt(["The gallery was closed.", "And we had to move to a flat."]).mostly == "en"
    assert language_doubt(["Потом всё закрыли.", "И мы ушли."]) == ((), 0.0, "")
    assert language_doubt([]) == ((), 0.0, "")
