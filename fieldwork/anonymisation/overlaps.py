"""One mention per place: where detectors overlap, one wins."""

import bisect
import re
from collections.abc import Iterable
from dataclasses import replace

from fieldwork.anonymisation.detectors.guesses import GUESS
from fieldwork.anonymisation.detectors.organisations import head_forms
from fieldwork.anonymisation.letters import plain
from fieldwork.anonymisation.mention import (
    ADDRESS,
    DATE,
    EMAIL,
    HANDLE,
    ID,
    LOC,
    ORG,
    PER,
    PHONE,
    POSITION,
    URL,
    Mention,
)

# Written forms beat names, names of people beat names of things; a position never hides a name.
_RANK = {EMAIL: 0, URL: 1, HANDLE: 1, ID: 2, PHONE: 2, DATE: 3, ADDRESS: 4, PER: 5, ORG: 5, LOC: 6, POSITION: 9}
_OPENING, _CLOSING = "«“„", "»”“"
_RULED = frozenset({"organisations", "known", "speakers", "streets", "places", "terms"})


def resolve(mentions: Iterable[Mention], text: str) -> list[Mention]:
    """Disjoint mentions in order of place.

    Names of one kind that overlap are joined. Between kinds the better rank wins, then the certain one, the rule over
    the model, the longer one; what the loser covers outside the winner is kept when it is a word of its own.
    """
    joined = _places_first(_join(_sifted(mentions), text))
    chosen: list[Mention] = []
    for mention in sorted(joined, key=_weight):
        rest = [mention]
        for other in _touching(chosen, mention):
            rest = [piece for part in rest for piece in _outside(part, other, text)]
        for piece in rest:
            bisect.insort(chosen, piece, key=lambda m: m.start)
    return [_balanced(m, text) for m in chosen]


def _sifted(mentions: Iterable[Mention]) -> list[Mention]:
    """Guesses only where nothing else was found, terms only where no known person is; sorted by label and place."""
    ordered = _without_taken_terms(sorted(mentions, key=lambda m: m.start))
    found, reached = [], -1
    for index, mention in enumerate(ordered):
        following = ordered[index + 1] if index + 1 < len(ordered) else None
        hidden = mention.start < reached or (following is not None and following.start < mention.end)
        if mention.detector != GUESS or not hidden:
            found.append(mention)
        reached = max(reached, mention.end)
    return sorted(found, key=lambda m: (m.label, m.start, -m.end))


def _without_taken_terms(ordered: list[Mention]) -> list[Mention]:
    """A known person's name is never hidden by a term («Айгерим» as a shop)."""
    if not any(mention.detector == "terms" for mention in ordered):
        return ordered
    people = [m for m in ordered if m.label == PER and m.detector == "known"]
    return [
        m
        for m in ordered
        if m.detector != "terms" or not any(p.start < m.end and m.start < p.end for p in _touching(people, m))
    ]


def _touching(chosen: list[Mention], mention: Mention) -> list[Mention]:
    """The chosen mentions (disjoint, in order) that overlap one: found by bisection, a text may have thousands."""
    first = max(0, bisect.bisect_right(chosen, mention.start, key=lambda m: m.start) - 1)
    last = bisect.bisect_left(chosen, mention.end, key=lambda m: m.start)
    return [other for other in chosen[first:last] if other.end > mention.start]


def _balanced(mention: Mention, text: str) -> Mention:
    """An organisation's mention never cuts a pair of quotation marks: a head noun stays outside them."""
    opening = max(mention.text.rfind(mark) for mark in _OPENING)
    if mention.label != ORG or opening < 0:
        return mention
    closed = any(mark in mention.text[opening + 1 :] for mark in _CLOSING)
    heads = all(plain(word) in head_forms() for word in re.findall(r"[^\W\d_]+", mention.text[:opening]))
    start, end = mention.start, mention.end
    if heads:
        start, end = start + opening + 1, end - (1 if closed and mention.text[-1] in _CLOSING else 0)
    elif not closed and text[end : end + 1] in tuple(_CLOSING):
        end += 1
    return replace(mention, start=start, end=end, text=text[start:end]) if start < end else mention


def _places_first(mentions: list[Mention]) -> list[Mention]:
    """A listed place takes its word back from the name rules (a street or a whole name around it stays)."""
    places = [m for m in mentions if m.label in {LOC, ADDRESS} and m.detector in {"places", "streets"}]
    same = {(m.start, m.end) for m in places if m.label == LOC}
    # «Самал-2»: the model's name ends where the number begins, or covers it
    numbered = {m.start for m in places if m.text[-1:].isdigit()}
    return [
        m
        for m in mentions
        if m.label not in {PER, ORG}
        or m.detector in {"known", "terms"}
        or not ((m.label == PER and (m.start, m.end) in same) or (m.start in numbered and " " not in m.text))
    ]


def _weight(mention: Mention) -> tuple[int, bool, bool, bool, bool, int, int]:
    # What the study said itself comes first; a known person's name beats what the model sees there («Irina Schneider»
    # as an organisation), and a street called after the same name beats both.
    # A transcript's own labels are names, whatever the model takes «kamila_k» for.
    told = mention.label == PER and mention.detector in ("known", "speakers")
    terms = mention.detector == "terms"
    return (
        min(_RANK[ADDRESS], _RANK[mention.label]) if told or terms else _RANK[mention.label],
        not terms,
        not mention.certain,
        mention.detector not in _RULED,
        mention.label != ADDRESS,
        mention.start - mention.end,
        mention.start,
    )


def _join(ordered: list[Mention], text: str) -> list[Mention]:
    joined: list[Mention] = []
    for mention in ordered:
        last = joined[-1] if joined else None
        if last is None or last.label != mention.label or mention.start >= last.end:
            joined.append(mention)
            continue
        ruled = last.detector if last.detector in _RULED else mention.detector
        end = max(last.end, mention.end)
        certain = last.certain or mention.certain
        joined[-1] = replace(last, end=end, text=text[last.start : end], certain=certain, detector=ruled)
    return joined


def _outside(mention: Mention, winner: Mention, text: str) -> list[Mention]:
    if mention.end <= winner.start or winner.end <= mention.start:
        return [mention]
    if mention.label not in {PER, ORG, ADDRESS, LOC, POSITION}:
        return []
    pieces = []
    for start, end in ((mention.start, winner.start), (winner.end, mention.end)):
        piece = text[start:end] if start < end else ""
        kept = piece.strip(' \t\u00a0«»"“”„.,;:!?()—–-')
        if len(kept) > 1 and (kept[0].isupper() or mention.label == POSITION):
            offset = start + piece.index(kept)
            pieces.append(
                replace(mention, start=offset, end=offset + len(kept), text=kept, certain=mention.label == LOC)
            )
    return pieces
