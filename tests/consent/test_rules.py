from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldwork.consent import rules
from fieldwork.consent.models import Scope
from fieldwork.consent.rules import Decision, QuoteTopic, quotable

GIVEN = datetime(2025, 4, 11, 13, tzinfo=UTC)
EXCEPTIONS = (
    QuoteTopic("removed_works", frozenset({9}), frozenset({"S6", "S7"})),
    QuoteTopic("sponsors", frozenset({11}), frozenset({"N1", "N3"})),
)


def decision(*granted: Scope, withdrawn: bool = False, exceptions: tuple[QuoteTopic, ...] = ()) -> Decision:
    return Decision(
        expert="E10",
        form_id=uuid4(),
        given_at=GIVEN,
        language="ru",
        method="online",
        granted=frozenset(granted),
        exceptions=exceptions,
        withdrawn_at=datetime(2025, 5, 1, 9, tzinfo=UTC) if withdrawn else None,
    )


@pytest.mark.parametrize(
    ("question", "categories", "expected"),
    [
        (1, ["I1"], True),
        (1, [], True),
        (9, ["I1"], False),
        (9, [], False),
        (1, ["S6"], False),
        (1, ["I1", "N3"], False),
        (11, ["S7"], False),
        (None, ["I1"], False),
    ],
)
def test_a_passage_is_withheld_when_its_question_or_its_category_is_listed(
    question: int | None,
    categories: list[str],
    expected: bool,  # noqa: FBT001
) -> None:
    assert quotable(EXCEPTIONS, question, categories) is expected


def test_without_exceptions_everything_may_be_quoted() -> None:
    assert quotable((), None, ["S6"]) is True


def test_an_unknown_question_is_quotable_when_no_exception_names_questions() -> None:
    topics = (QuoteTopic("sponsors", frozenset(), frozenset({"N1"})),)

    assert quotable(topics, None, ["I1"]) is True
    assert quotable(topics, None, ["N1"]) is False


topics = st.builds(
    QuoteTopic,
    st.text(min_size=1),
    st.frozensets(st.integers(1, 12)),
    st.frozensets(st.sampled_from(["I1", "S6", "N1", "F2"])),
)


@given(
    st.lists(topics, max_size=4),
    topics,
    st.one_of(st.none(), st.integers(1, 12)),
    st.lists(st.sampled_from(["I1", "S6", "N1", "F2"])),
)
def test_a_further_exception_never_frees_a_passage(
    exceptions: list[QuoteTopic], further: QuoteTopic, question: int | None, categories: list[str]
) -> None:
    if quotable([*exceptions, further], question, categories):
        assert quotable(exceptions, question, categories)


def test_without_the_quote_scope_nothing_is_quotable() -> None:
    assert decision(Scope.QUOTE, exceptions=EXCEPTIONS).quotable(1, ["I1"]) is True
    assert decision(Scope.QUOTE, exceptions=EXCEPTIONS).quotable(9, ["I1"]) is False
    assert decision(Scope.RECORD).quotable(1, ["I1"]) is False
    assert decision(Scope.QUOTE, withdrawn=True).quotable(1, ["I1"]) is False


@pytest.mark.parametrize("scope", list(Scope))
def test_a_withdrawn_consent_allows_nothing(scope: Scope) -> None:
    assert decision(*Scope, withdrawn=True).allows(scope) is False


def test_the_gate_names_expert_scope_and_what_to_do() -> None:
    with pytest.raises(rules.ConsentMissing) as absent:
        rules.check_allowed("E10", None, Scope.RECORD)
    with pytest.raises(rules.ConsentMissing) as refused:
        rules.check_allowed("E10", decision(Scope.RECORD), Scope.ARCHIVE)
    with pytest.raises(rules.ConsentMissing) as withdrawn:
        rules.check_allowed("E10", decision(*Scope, withdrawn=True), Scope.QUOTE)

    assert str(absent.value) == "There is no consent of E10 to «record». Ask for it, and record the answer."
    assert str(refused.value) == (
        "E10 has not allowed «archive», so it cannot be done. If the expert decides otherwise, record the new decision."
    )
    assert str(withdrawn.value) == (
        "E10 withdrew consent on 2025-05-01, so «quote» is not allowed any more. Only a new decision of the expert "
        "would change that."
    )


def test_names_of_scopes_and_methods() -> None:
    assert rules.scope_called("archive") is Scope.ARCHIVE
    rules.check_method("voice")

    with pytest.raises(rules.ScopeUnknown):
        rules.scope_called("film")
    with pytest.raises(rules.MethodUnknown):
        rules.check_method("telepathy")
