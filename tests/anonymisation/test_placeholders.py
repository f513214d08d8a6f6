from hypothesis import given
from hypothesis import strategies as st

from fieldwork.anonymisation.mention import ADDRESS, LOC, ORG, PER, PHONE, POSITION, Mention
from fieldwork.anonymisation.overlaps import resolve
from fieldwork.anonymisation.placeholders import Numbering, Piece, Profile, apply

TEXT = "Руслан ждал Розу на Гоголя, звонил 87010000000 из Тараза."


def at(words: str, label: str, entity: str, text: str = TEXT) -> Mention:
    start = text.index(words)
    return Mention(start, start + len(words), words, label, entity=entity)


def test_placeholders_are_numbered_in_order_and_stay() -> None:
    numbering = Numbering({"E02": "expert", "АС": "interviewer", "C15": "other"})
    asked = [(PER, "E02"), (PER, "АС"), (PER, "person-9"), (PER, "C15"), (ORG, "organisation-3"),
             (ADDRESS, "address-1"),
             (PHONE, "phone-1"), (POSITION, "position-1"), (PER, "person-9")]  # fmt: skip
    assert [numbering.placeholder(label, entity) for label, entity in asked] == [
        "[E02]", "[интервьюер]", "[человек-1]", "[человек-2]", "[организация-1]", "[улица-1]", "[телефон]",
        "[должность-1]", "[человек-1]",
    ]  # fmt: skip


def test_numbering_goes_on_where_the_study_left_it() -> None:
    numbering = Numbering({}, {"person-1": "[человек-1]", "person-7": "[человек-4]"})
    assert numbering.placeholder(PER, "person-7") == "[человек-4]"
    assert numbering.placeholder(PER, "person-8") == "[человек-5]"


def test_text_is_rewritten_and_positions_lead_both_ways() -> None:
    mentions = [
        at("Руслан", PER, "E02"),
        at("Розу", PER, "person-1"),
        at("Гоголя", ADDRESS, "address-1"),
        at("87010000000", PHONE, "phone-1"),
        at("Тараза", LOC, "place-1"),
    ]
    filled = Numbering({"E02": "expert"}).fill(mentions, Profile())
    rewritten = apply(TEXT, filled)
    assert rewritten.text == "[E02] ждал [человек-1] на [улица-1], звонил [телефон] из Тараза."
    assert rewritten.pieces[0] == Piece(0, 6, 0, 5)
    assert len(rewritten.pieces) == 4
    assert filled[-1].replacement == "Тараза"
    old, new = TEXT.index("ждал Розу"), rewritten.text.index("ждал [человек-1]")
    assert rewritten.forward(old, old + len("ждал Розу")) == (new, new + len("ждал [человек-1]"))
    assert rewritten.back(new, new + len("ждал [человек-1]")) == (old, old + len("ждал Розу"))


def test_a_cut_placeholder_is_taken_whole() -> None:
    rewritten = apply("Ах, Роза!", [Mention(4, 8, "Роза", PER, replacement="[человек-1]")])
    assert rewritten.forward(5, 7) == (4, 15)
    assert rewritten.back(6, 9) == (4, 8)


def test_a_profile_decides_what_leaves() -> None:
    mention = at("Тараза", LOC, "place-1")
    assert Numbering({}).fill([mention], Profile(masked={LOC}))[0].replacement == "[место-1]"


def test_of_overlapping_mentions_one_remains() -> None:
    text = "Мы шли на улицу Гоголя, 15 с Анной Ли и Ли"
    mentions = [
        Mention(16, 22, "Гоголя", PER, detector="slovnet"),
        Mention(10, 26, "улицу Гоголя, 15", ADDRESS, detector="streets"),
        Mention(29, 34, "Анной", PER, detector="names"),
        Mention(29, 37, "Анной Ли", PER, certain=False, detector="slovnet"),
        Mention(40, 42, "Ли", ORG, certain=False),
        Mention(40, 42, "Ли", PER),
    ]
    assert [(m.text, m.label, m.certain) for m in resolve(mentions, text)] == [
        ("улицу Гоголя, 15", ADDRESS, True),
        ("Анной Ли", PER, True),
        ("Ли", PER, True),
    ]


@given(st.data())
def test_positions_outside_mentions_come_back_to_themselves(data: st.DataObject) -> None:
    text = data.draw(st.text(min_size=1, max_size=40))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    mentions = [Mention(a, b, text[a:b], PER, replacement=f"[человек-{n}]") for n, (a, b) in enumerate(spans)]
    rewritten = apply(text, mentions)
    for position in range(len(text) + 1):
        if not any(a < position < b for a, b in spans):
            there = rewritten.forward(position, position)
            assert rewritten.back(there[0], there[0])[0] == position
    for piece, (a, b) in zip(rewritten.pieces, spans, strict=True):
        assert rewritten.back(piece.new_start, piece.new_end) == (a, b)
        assert rewritten.forward(a, b) == (piece.new_start, piece.new_end)
