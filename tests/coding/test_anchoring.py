"""Quotations find their places: exactly, in their words, by likeness, over placeholders."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fieldwork.coding.anchoring import Found, SegmentText, find
from fieldwork.coding.models import Anchor

TEXT = (
    "Пока нас во всех анкетах записывают в графу «прочее». Мы пока только в начале пути, и ёлка на площади стоит "
    "дороже, чем мастерская на год. Аренда у нас и есть главный куратор: половину выручки я отношу хозяйке."
)
WORDS = TEXT.split()


def texts(*plain: str) -> list[SegmentText]:
    return [SegmentText(text) for text in plain]


@given(st.text(min_size=1, max_size=300), st.data())
def test_any_stretch_of_any_text_is_found_exactly(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    quote = text[start:end]
    assume(quote.strip())
    found = find(quote, texts(text))
    assert found is not None
    assert (found.anchor, found.likeness, found.quote) == (Anchor.EXACT, 1.0, quote)
    assert text[found.start_offset : found.end_offset] == quote


@given(st.lists(st.text(max_size=40), min_size=1, max_size=6), st.data())
def test_a_stretch_over_turns_is_found_with_its_turns(turns: list[str], data: st.DataObject) -> None:
    whole = "\n".join(turns)
    assume(whole.strip())
    start = data.draw(st.integers(0, len(whole) - 1))
    end = data.draw(st.integers(start + 1, len(whole)))
    quote = whole[start:end]
    assume(quote.strip() and not quote.startswith("\n") and not quote.endswith("\n"))
    found = find(quote, texts(*turns))
    assert found is not None
    assert (found.anchor, found.quote) == (Anchor.EXACT, quote)


@settings(max_examples=200)
@given(st.integers(0, len(WORDS) - 8), st.integers(8, 14), st.data())
def test_one_word_altered_is_found_by_likeness(first: int, length: int, data: st.DataObject) -> None:
    words = WORDS[first : first + length]
    altered = data.draw(st.integers(0, len(words) - 1))
    assume(len(words[altered]) <= sum(map(len, words)) * 0.15)
    words[altered] = "тюбик"
    found = find(" ".join(words), texts("Расскажите о деньгах и о помещении.", TEXT, "Спасибо за беседу!"))
    assert found is not None
    assert (found.start_segment, found.end_segment, found.anchor) == (1, 1, Anchor.LIKENESS)
    assert 0.8 <= found.likeness < 1
    inside = set(words) - {"тюбик", words[0], words[-1]}
    assert all(word.strip(".,:«»") in found.quote for word in inside)


def test_an_unrelated_sentence_is_not_found() -> None:
    assert find("Банк закрыл три отделения в пригороде", texts(TEXT)) is None
    assert find("   ", texts(TEXT)) is None
    assert find("«…»", texts(TEXT)) is None
    assert find("слово", []) is None


def test_marks_capitals_yo_and_blanks_do_not_matter() -> None:
    found = find("пока нас во всех  анкетах записывают в графу прочее", texts(TEXT))
    assert found == Found(0, 0, 0, 52, "Пока нас во всех анкетах записывают в графу «прочее»", Anchor.EXACT, 1.0)
    found = find("И елка на площади", texts(TEXT))
    assert found is not None
    assert (found.quote, found.anchor) == ("и ёлка на площади", Anchor.EXACT)


def test_whole_words_go_before_parts_of_words() -> None:
    found = find("он", texts("Закон плох, а он хорош"))
    assert found is not None
    assert found.start_offset == 14


def test_of_two_places_the_one_near_the_utterance_is_taken() -> None:
    turns = texts("Не знаю.", "А дальше?", "Не знаю.", "И потом?", "Не знаю.")
    assert [found.start_segment for i in range(5) if (found := find("Не знаю", turns, range(i, i + 1)))] == [
        0,
        0,
        2,
        2,
        4,
    ]


def test_elsewhere_is_searched_only_when_asked() -> None:
    turns = texts("Мы пока только в начале пути.", "Что?", "Да.", "Так.", "Нет.")
    assert find("только в начале пути", turns, range(4, 5)) is not None
    assert find("только в начале пути", turns, range(4, 5), elsewhere=False) is None


def test_a_name_in_the_quotation_lands_on_its_placeholder() -> None:
    raw = "Декорации строим вместе с архитектором Пашей Литвиновым, на улице Гоголя."
    segment = SegmentText.of_raw(raw, [(39, 55, "[E06]"), (60, 72, "[улица-1]")])
    assert segment.text == "Декорации строим вместе с архитектором [E06], на [улица-1]."
    found = find("строим вместе с архитектором Пашей Литвиновым", [segment])
    assert found == Found(0, 10, 0, 44, "строим вместе с архитектором [E06]", Anchor.EXACT, 1.0)
    by_placeholder = find("строим вместе с архитектором [E06]", [segment])
    assert by_placeholder == found
    part_of_a_name = find("с архитектором Пашей", [segment])
    assert part_of_a_name is not None
    assert part_of_a_name.quote == "с архитектором [E06]"
    misheard = find("строим вместе с архитекторам Пашей Литвиновом на улице Гоголя", [segment])
    assert misheard is not None
    assert (misheard.quote, misheard.anchor) == ("строим вместе с архитектором [E06], на [улица-1]", Anchor.LIKENESS)


@given(st.data())
def test_over_any_placeholders_the_quotation_is_what_stands_there(data: st.DataObject) -> None:
    raw = data.draw(st.text(alphabet="xyz q.", min_size=1, max_size=60))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(raw)), max_size=6)))
    spans = [(start, end, f"[человек-{start}]") for start, end in zip(cuts[::2], cuts[1::2], strict=False)]
    segment = SegmentText.of_raw(raw, spans)
    assert "".join(_restored(segment)) == raw
    found = find(raw, [segment])
    assert (found is None) == (not raw.strip())
    if found is not None:
        assert (found.quote, found.start_offset, found.end_offset) == (segment.text, 0, len(segment.text))


def _restored(segment: SegmentText) -> list[str]:
    parts, at = [], 0
    for one in segment.replaced:
        parts += [segment.text[at : one.start], one.original]
        at = one.end
    return [*parts, segment.text[at:]]


def test_what_the_machine_joined_or_parted_is_still_found() -> None:
    turns = texts("Публика устала от", "копий и хочет слышать казахский рог")
    found = find("Публика устала от копий и хочет слышать казахский рок", turns)
    assert found is not None
    assert (found.start_segment, found.end_segment, found.anchor) == (0, 1, Anchor.LIKENESS)
    assert found.quote == "Публика устала от\nкопий и хочет слышать казахский рог"


def test_reprs_hold_no_words() -> None:
    assert repr(SegmentText.of_raw("Айкой зовут", [(0, 5, "[E01]")])) == "SegmentText(11 code points, 1 placeholders)"
