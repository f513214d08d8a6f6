"""Chosen pseudonyms, generalisations and export profiles on a study's texts, before and after approval."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlmodel import select

from fieldwork.anonymisation.approval import approve, original_text
from fieldwork.anonymisation.detection import detect
from fieldwork.anonymisation.export_profiles import (
    FirstStays,
    LevelUnknown,
    ProfileInUse,
    ProfilesFull,
    find_profile,
    profiles_of,
    reader_of,
    remove_profile,
    report_profile,
    restore_profile,
    save_profile,
    use_for_report,
)
from fieldwork.anonymisation.grammar_door import Order, Place, ask_here, ask_outside
from fieldwork.anonymisation.marking import find_entity
from fieldwork.anonymisation.meanings import wordings_of
from fieldwork.anonymisation.models import Decision, Entity, Mention
from fieldwork.anonymisation.naming import (
    BeforeUnknown,
    NameTaken,
    PseudonymIsSign,
    PseudonymTaken,
    TooManySteps,
    call_by_sign,
    call_otherwise,
    choose_pseudonym,
    generalise,
    standing_before,
    take_name_back,
)
from fieldwork.anonymisation.profiles import ARCHIVE, Detail, Names
from fieldwork.anonymisation.review import accept_all, add_mention, decide
from fieldwork.anonymisation.rules import ReplacementEmpty
from fieldwork.anonymisation.services import mentions_of
from fieldwork.anonymisation.study_terms import TermKnown, add_term, entries_of, remove_term, restore_term
from fieldwork.core.errors import NotFound
from fieldwork.core.work import Ground, Work
from fieldwork.programme.models import Study
from fieldwork.scheduling.models import Interview
from fieldwork.transcription.corrections import segment_at
from fieldwork.transcription.models import Speaker, Transcript
from fieldwork.transcription.services import segment_rows, segments_of
from fieldwork.transcription.writing import NewSegment, write_segments

LINES = (
    "Кто вам помог?",
    "Я позвонила Жанне Тулегеновой, и с Жанной мы поехали в Алматы. Жанна Тулегенова нас вытянула.",
)
Take = Callable[..., Transcript]


@pytest.fixture
def take(ground: Ground, interview_with: Callable[[str], Interview]) -> Take:
    """Puts a finished transcript into the interview with an expert, and looks for names in it."""

    def take_in(code: str, *lines: str) -> Transcript:
        with ground.work() as work:
            transcript = work.add(Transcript(interview_id=interview_with(code).id, source="plain", created_at=work.now))
            turns = [
                NewSegment(Speaker("expert" if n % 2 else "interviewer"), line, None) for n, line in enumerate(lines)
            ]
            write_segments(work, transcript, turns)
        with ground.work() as work:
            detect(work, transcript)
        return transcript

    return take_in


def entity(work: Work, study: Study, key: str) -> Entity:
    found = find_entity(work, study.id, key)
    assert found is not None
    return found


def stands(work: Work, transcript: Transcript) -> list[str]:
    return [mention.replacement for mention in mentions_of(work, transcript)]


def texts(work: Work, transcript: Transcript) -> list[str]:
    return [view.text for view in segments_of(work, transcript)]


def test_a_pseudonym_takes_the_case_of_each_mention(ground: Ground, study: Study, take: Take) -> None:
    transcript = take("E02", *LINES)
    with ground.work() as work:
        assert [mention.cases for mention in mentions_of(work, transcript)] == ["datv", "ablt", "accs", "nomn"]
        called = choose_pseudonym(work, study, entity(work, study, "person-1"), "Асия Каримова", [transcript.id])
        assert (called.changed, called.bent, called.unsure) == (3, 3, 0)
    with ground.work() as work:
        assert stands(work, transcript) == ["Асии Каримовой", "Асией Каримовой", "[место-1]", "Асия Каримова"]
        accept_all(work, transcript)
        approve(work, transcript)
        said = original_text(work, segment_rows(work, transcript)[1])
        assert texts(work, transcript)[1] == (
            "Я позвонила Асии Каримовой, и с Асией Каримовой мы поехали в Алматы. Асия Каримова нас вытянула."
        )
        assert said == LINES[1]


def test_the_next_transcript_speaks_of_the_same_person_by_the_pseudonym(
    ground: Ground, study: Study, take: Take
) -> None:
    transcript = take("E02", *LINES)
    with ground.work() as work:
        choose_pseudonym(work, study, entity(work, study, "person-1"), "Асия", [transcript.id])
    later = take("E03", "А вам?", "О Жанне Тулегеновой я слышала, и Олега Савельева знаю.")
    with ground.work() as work:
        # its number is never given to somebody else
        assert stands(work, later) == ["Асии", "[человек-2]"]


def test_where_the_case_cannot_be_told_the_pseudonym_stands_unchanged(ground: Ground, study: Study, take: Take) -> None:
    transcript = take("E02", "Кто?", "Нас было трое: Диас, Ботагоз Сейтова и я. Без Ботагоз Сейтовой нас не было бы.")
    with ground.work() as work:
        row = next(one for one in work.session.exec(select(Entity)) if one.label == "PER" and _met(work, one) == 2)
        first, second = [one for one in mentions_of(work, transcript) if one.entity_id == row.id]
        first.cases, second.cases = "gent accs", "gent loct"  # as where the sentence settles nothing
        called = choose_pseudonym(work, study, row, "Асия", [transcript.id])
        assert (called.bent, called.unsure) == (1, 1)
        assert (first.replacement, second.replacement) == ("Асия", "Асии")


def _met(work: Work, row: Entity) -> int:
    return len(work.session.exec(select(Mention).where(Mention.entity_id == row.id)).all())


@pytest.mark.parametrize("name", ["Руслан", "Русланом", "Ruslan Akhmetov", "Олег Савельев", "Савельев"])
def test_a_name_that_the_study_knows_is_no_pseudonym(ground: Ground, study: Study, take: Take, name: str) -> None:
    transcript = take("E02", "Кто вам помог?", "Олег Савельев и Жанна Тулегенова, она же Тулегенова.")
    with ground.work() as work:
        accept_all(work, transcript)
    with ground.work() as work:
        row = next(one for one in work.session.exec(select(Entity)) if _met(work, one) == 2)
        approve(work, transcript)
        with pytest.raises(NameTaken):
            choose_pseudonym(work, study, row, name, [transcript.id])
        assert row.replacement.startswith("[человек-")


def test_two_entities_are_not_called_alike_in_any_form(ground: Ground, study: Study, take: Take) -> None:
    transcript = take("E02", "Кто вам помог?", "Олег Савельев помог, и Жанна Тулегенова.")
    with ground.work() as work:
        choose_pseudonym(work, study, entity(work, study, "person-1"), "Марат", [transcript.id])
        with pytest.raises(PseudonymTaken) as refused:
            choose_pseudonym(work, study, entity(work, study, "person-2"), "Марата", [transcript.id])
        assert "[человек-1]" in str(refused.value)
        with pytest.raises(PseudonymIsSign):
            choose_pseudonym(work, study, entity(work, study, "person-2"), "[человек-9]", [transcript.id])
        with pytest.raises(ReplacementEmpty):
            choose_pseudonym(work, study, entity(work, study, "person-2"), "  ", [transcript.id])


def test_what_an_entity_is_called_can_be_changed_and_taken_back(ground: Ground, study: Study, take: Take) -> None:
    transcript = take("E02", *LINES)
    with ground.work() as work:
        row = entity(work, study, "person-1")
        mentions = mentions_of(work, transcript)
        decide(work, mentions[3], accept=True, replacement="та, что помогла")
        signs = stands(work, transcript)
        before = standing_before(work, row)
        choose_pseudonym(work, study, row, "Асия", [transcript.id])
        assert stands(work, transcript) == ["Асии", "Асией", "[место-1]", "та, что помогла"]
        named = standing_before(work, row)
        call_otherwise(work, row, "наша подруга", [transcript.id])
        assert stands(work, transcript) == ["наша подруга", "наша подруга", "[место-1]", "та, что помогла"]
        take_name_back(work, row, named, [transcript.id])
        assert stands(work, transcript)[:2] == ["Асии", "Асией"]
        take_name_back(work, row, before, [transcript.id])
        assert (stands(work, transcript), wordings_of(work, [row.id])) == (signs, {})
        choose_pseudonym(work, study, row, "Асия", [transcript.id])
        call_by_sign(work, row, [transcript.id])
        assert stands(work, transcript) == signs
        for wrong in ("", "AAAA", standing_before(work, entity(work, study, "place-1"))):
            with pytest.raises(BeforeUnknown):
                take_name_back(work, row, wrong, [transcript.id])


def test_a_mention_that_was_marked_by_hand_is_bent_when_it_is_approved(
    ground: Ground, study: Study, take: Take
) -> None:
    transcript = take("E02", "Кто вам помог?", "Жанна Тулегенова. Я благодарна рыжей Жанусе.")
    with ground.work() as work:
        row = entity(work, study, "person-1")
        choose_pseudonym(work, study, row, "Асия", [transcript.id])
        segment = segment_at(work, transcript, 2)
        at = "Жанна Тулегенова. Я благодарна рыжей Жанусе.".index("Жанусе")
        if not any(one.start <= at < one.end for one in mentions_of(work, transcript)):
            add_mention(work, segment, at, at + 6, label="PER", entity=row)
        accept_all(work, transcript)
    with ground.work() as work:
        approve(work, transcript, ask=ask_outside)
        assert texts(work, transcript)[1] == "Асия. Я благодарна рыжей Асии."


def test_the_child_answers_as_this_process_does() -> None:
    order = Order(
        [("Асия", True, ""), ("крупный город", False, "")],
        [Place("Мы шли с ", "Айгерим", ".", "PER", ("Айгерим Сериковна",))],
        {
            "known": [],
            "sealed": [{"entity": "person-2", "label": "PER", "forms": ["Асии"]}],
            "signed": [],
            "exceptions": [],
        },
        {"place-1": ("LOC", ["Алматы"])},
    )
    here, outside = ask_here(order), ask_outside(order)
    assert (here.bent, list(here.clashes)) == (list(outside.bent), ["person-2"])
    assert (list(map(list, here.cases)), here.clashes) == (list(map(list, outside.cases)), outside.clashes)
    assert {key: list(one) for key, one in here.general.items()} == {
        key: list(one) for key, one in outside.general.items()
    }


def approved(ground: Ground, study: Study, take: Take) -> Transcript:
    """A transcript with a pseudonym, an organisation, an address and a city, approved."""
    transcript = take(
        "E02", "Где вы работали?",
        "С Жанной Тулегеновой мы работали в школе №5 на улице Гоголя, 12. Алматы нас любит, и мы живём в Алматы.",
    )  # fmt: skip
    with ground.work() as work:
        accept_all(work, transcript)
    with ground.work() as work:
        choose_pseudonym(work, study, entity(work, study, "person-1"), "Асия", [transcript.id])
        call_by_sign(work, entity(work, study, "person-1"), [transcript.id])
        approve(work, transcript)
    with ground.work() as work:
        choose_pseudonym(work, study, entity(work, study, "person-1"), "Асия", [transcript.id])
    return transcript


def test_each_profile_reads_an_approved_text_in_its_own_detail(ground: Ground, study: Study, take: Take) -> None:
    transcript = approved(ground, study, take)
    with ground.work() as work:
        segment = segment_rows(work, transcript)[1]
        text = segment.text or ""
        assert text.startswith("С [человек-1] мы работали в [организация-")
        read = {one.key: reader_of(work, study, one).segment(segment).text for one in profiles_of(work, study)}
        assert read["team"] == text
        assert read["report"] == text.replace("С [человек-1]", "С Асией")
        assert read["archive"].startswith("С [человек-1] мы работали в учебном заведении на ")
        assert read["archive"].endswith("Крупный город нас любит, и мы живём в крупном городе.")
        assert "Гоголя" not in read["archive"]
        assert "Алматы" not in read["archive"]
        far = replace(ARCHIVE, levels={**ARCHIVE.levels, "LOC": 2})
        assert reader_of(work, study, far).segment(segment).text.endswith("Город нас любит, и мы живём в городе.")
        assert segment.text == text
        assert not work.session.dirty


def test_a_quotation_is_read_where_it_stands_and_where_it_lost_its_place(
    ground: Ground, study: Study, take: Take
) -> None:
    transcript = approved(ground, study, take)
    with ground.work() as work:
        segment = segment_rows(work, transcript)[1]
        text = segment.text or ""
        reader = reader_of(work, study, ARCHIVE)
        start, end = text.index("Алматы нас"), text.index(", и мы")
        place = (segment.position, start), (segment.position, end)
        assert reader.quote(transcript.id, *place, text[start:end]) == "Крупный город нас любит"
        # a correction took the place away: the kept words are read word for word
        lost = reader.quote(transcript.id, *place, "мы живём в Алматы")
        assert lost.startswith("мы живём в ")
        assert "Алматы" not in lost


def test_places_that_stay_are_known_after_approval(ground: Ground, study: Study, take: Take) -> None:
    transcript = approved(ground, study, take)
    with ground.work() as work:
        text = segment_rows(work, transcript)[1].text or ""
        kept = [
            one for one in mentions_of(work, transcript) if one.decision == Decision.REJECTED and one.label == "LOC"
        ]
        assert [text[one.replaced_start : one.replaced_end] for one in kept] == ["Алматы", "Алматы"]


def test_a_person_says_what_says_less(ground: Ground, study: Study, take: Take) -> None:
    transcript = take("E02", "Где?", "Мы живём в Алматы.")
    with ground.work() as work:
        row = entity(work, study, "place-1")
        steps = [wordings_of(work, [row.id])[row.id][level].text for level in (1, 2)]
        assert steps == ["крупный город", "город"]  # by rule, from the search on
        bent = generalise(work, row, ["южная столица", " ", "город"], [transcript.id])
        assert [one.forms["loct"] for one in bent] == ["южной столице", "городе"]
        with pytest.raises(TooManySteps):
            generalise(work, row, ["а", "б", "в", "г"])
    with ground.work() as work:
        detect(work, transcript)  # what a person has said holds
        row = entity(work, study, "place-1")
        assert [one.text for _, one in sorted(wordings_of(work, [row.id])[row.id].items())] == [
            "южная столица",
            "город",
        ]
        generalise(work, row, [])
        assert wordings_of(work, [row.id]) == {}


def test_three_profiles_are_there_from_the_start_and_one_is_for_the_report(ground: Ground, study: Study) -> None:
    with ground.work() as work:
        assert [(one.key, one.for_report) for one in profiles_of(work, study)] == [
            ("team", False), ("report", True), ("archive", False),
        ]  # fmt: skip
        save_profile(work, study, Detail("own", "Для грантодателя", Names.SIGNS, {"LOC": 1}, places_stay=False))
        use_for_report(work, study, "own")
        assert report_profile(work, study).name == "Для грантодателя"
        assert sum(one.for_report for one in profiles_of(work, study)) == 1
        with pytest.raises(ProfileInUse):
            remove_profile(work, study, "own")
        use_for_report(work, study, "report")
        remove_profile(work, study, "own")
        with pytest.raises(NotFound):
            find_profile(work, study, "own")
        restore_profile(work, study, "own")
        assert find_profile(work, study, "own").levels == {"LOC": 1}
        with pytest.raises(FirstStays):
            remove_profile(work, study, "team")


def test_a_profile_says_only_what_can_be(ground: Ground, study: Study) -> None:
    with ground.work() as work:
        for levels in ({"PHONE": 1}, {"LOC": 4}, {"LOC": -1}):
            with pytest.raises(LevelUnknown):
                save_profile(work, study, Detail("own", "Свой", levels=levels))
        with pytest.raises(ReplacementEmpty):
            save_profile(work, study, Detail("own", " "))
        for number in range(9):
            save_profile(work, study, Detail(f"own-{number}", f"Свой {number}"))
        with pytest.raises(ProfilesFull):
            save_profile(work, study, Detail("one-more", "Ещё один"))


def test_terms_are_sealed_found_by_the_search_and_removed_with_a_way_back(
    ground: Ground, study: Study, take: Take
) -> None:
    with ground.work() as work:
        row = add_term(work, study, "  Собачий   клуб ", "term", label="ORG")
        add_term(work, study, "Жанна Тулегенова", "exception")
        assert [one.words for one in entries_of(work, study)] == ["Жанна Тулегенова", "Собачий клуб"]
        assert "клуб".encode() not in row.sealed_words
        with pytest.raises(TermKnown):
            add_term(work, study, "собачий клуб", "exception")
    transcript = take("E02", "Где?", "Мы ходили в Собачий клуб, и Жанна Тулегенова ходила.")
    with ground.work() as work:
        assert stands(work, transcript) == ["[организация-1]"]
        remove_term(work, study, row.id)
        with pytest.raises(NotFound):
            remove_term(work, study, row.id)
        restore_term(work, study, row.id)
        assert len(entries_of(work, study)) == 2
