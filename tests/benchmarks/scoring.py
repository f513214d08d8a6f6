"""How the benchmarks of anonymisation count: tokens per label, B-cubed, limits."""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from fieldwork.anonymisation.mention import Mention

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "anonymisation"
LABELS = ("PER", "ORG", "LOC", "ADDRESS", "PHONE", "EMAIL", "URL", "HANDLE", "ID", "DATE", "POSITION")
Span = tuple[int, int, str]


def say(*lines: object) -> None:
    """Lines on the standard output."""
    sys.stdout.write("\n".join(map(str, lines)) + "\n")


def limit(name: str, value: float, edge: float, unit: str, *, least: bool = False) -> None:
    """One line: what was measured, its limit, and the ratio of the two (1 or better is within; see the sign)."""
    sign = ">=" if least else "<="
    say(f"{name:<60} {value:12,.3f} {unit} {sign} {edge:,.2f}   ratio {value / edge:5.2f}")


def load(path: Path) -> object:
    """A YAML file."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def words(text: str) -> list[tuple[int, int]]:
    """Token spans: letters and digits, inner hyphens included."""
    return [m.span() for m in re.finditer(r"\w+(?:[-']\w+)*", text)]


class Scores:
    """Token counts per label."""

    def __init__(self) -> None:
        self.hit: Counter[str] = Counter()
        self.gold: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.masked: Counter[str] = Counter()
        self.missed: list[str] = []
        self.extra: list[str] = []

    def add(self, text: str, gold: Sequence[Span], found: Sequence[Mention], where: str) -> None:
        """Count one text."""
        for start, end in words(text):
            wanted = {label for a, b, label in gold if a < end and start < b}
            given = {m.label for m in found if m.start < end and start < m.end}
            masked = any(
                m.start < end and start < m.end and (m.replacement != m.text or m.label == "LOC") for m in found
            )
            for label in wanted:
                self.gold[label] += 1
                self.hit[label] += label in given
                self.masked[label] += masked
                if label not in given:
                    self.missed.append(f"{where} {label} {text[start:end]!r} seen as {sorted(given)} masked={masked}")
            for label in given:
                self.found[label] += 1
                if label not in wanted:
                    self.extra.append(f"{where} {label} {text[start:end]!r} gold {sorted(wanted)}")

    def table(self, title: str) -> None:
        """Print recall, precision, any-mask recall."""
        say(f"\n{title}\n{'label':10}{'tokens':>7}{'recall':>8}{'precis.':>8}{'F1':>7}{'masked':>8}")
        for label in LABELS:
            if not self.gold[label]:
                continue
            recall = self.hit[label] / self.gold[label]
            precision = self.hit[label] / max(1, self.found[label])
            f1 = 2 * recall * precision / max(1e-9, recall + precision)
            masked = self.masked[label] / self.gold[label]
            say(f"{label:10}{self.gold[label]:7}{recall:8.3f}{precision:8.3f}{f1:7.3f}{masked:8.3f}")


def b_cubed(pairs: Iterable[tuple[str, str]]) -> tuple[float, float]:
    """Precision and recall of (system key, gold key) pairs (Bagga and Baldwin 1998)."""
    rows = list(pairs)
    both, system, gold = Counter(rows), Counter(s for s, _ in rows), Counter(g for _, g in rows)
    precision = sum(both[row] / system[row[0]] for row in rows) / len(rows)
    recall = sum(both[row] / gold[row[1]] for row in rows) / len(rows)
    return precision, recall


def unmark(row: str) -> tuple[str, list[Span]]:
    """Take the marks out of a gold sentence."""
    text, spans, at = "", [], 0
    for match in re.finditer(r"\[\[(.+?)\|(\w+)\]\]", row):
        text += row[at : match.start()]
        spans.append((len(text), len(text) + len(match[1]), match[2]))
        text += match[1]
        at = match.end()
    return text + row[at:], spans
