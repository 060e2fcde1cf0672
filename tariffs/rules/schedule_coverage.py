"""Whether the schedule has a rate for every code on every day: what is not said is not free, it is a gap."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from bonded.rules.validity import Validity
from tariffs.rules.jurisdictions import Jurisdiction
from tariffs.rules.regimes import usual_regime
from tariffs.rules.schedule import ANY, MeasureKind

# Jurisdiction → the charges that every code must have, each with the kinds of measure that say it for any origin.
REQUIRED: dict[Jurisdiction, dict[str, frozenset[MeasureKind]]] = {
    Jurisdiction.CN: {
        "duty": frozenset({MeasureKind.DUTY_MFN, MeasureKind.DUTY_PROVISIONAL}),
        "consumption tax": frozenset({MeasureKind.CONSUMPTION_TAX}),
        "VAT": frozenset({MeasureKind.VAT}),
    }
}


@dataclass(frozen=True, slots=True)
class Cover:
    """What a measure says for coverage: a kind of charge for codes that begin so, for some days."""

    kind: MeasureKind
    hs_code: str
    origin: str
    regime: str
    validity: Validity

    def less(self, ended: Cover) -> list[Cover]:
        """Give what is left once a measure of the same kind, code, origin and regime has ended for some days."""
        is_same = replace(ended, validity=self.validity) == self
        return [replace(self, validity=days) for days in self.validity.without(ended.validity)] if is_same else [self]


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """Days on which a code has no rate of a charge that it must have; no end means for ever."""

    hs_code: str
    charge: str
    begins: date
    ends: date | None

    @property
    def sentence(self) -> str:
        """Say it for a person."""
        until = f" until {self.ends.isoformat()}" if self.ends else ""
        return f"{self.hs_code} has no {self.charge} from {self.begins.isoformat()}{until}."


def gaps_of(
    covers: Sequence[Cover], *, hs_codes: Collection[str], begins: date, jurisdiction: Jurisdiction = Jurisdiction.CN
) -> list[Gap]:
    """Find, for every code, the days from `begins` on that no measure covers for goods of any origin.

    Only measures for every origin count, under the regime by which goods of the code usually clear.
    """
    found = []
    for code in sorted(hs_codes):
        regime = usual_regime(code)
        ours = [c for c in covers if code.startswith(c.hs_code) and c.origin == ANY and c.regime in (ANY, regime)]
        for charge, kinds in REQUIRED.get(jurisdiction, {}).items():
            spans = (cover.validity for cover in ours if cover.kind in kinds)
            found += [Gap(code, charge, first, last) for first, last in _uncovered(spans, begins=begins)]
    return found


def gaps_opened(
    covers: Sequence[Cover], ends: Sequence[Cover], *, added: Sequence[Cover], in_bond: Collection[str], begins: date
) -> list[Gap]:
    """Find the gaps that would not be there without the ends, among the codes that these are about.

    `covers` is what is said now, `added` what is said anew together with the ends. An end is about the most detailed
    codes of its own and beneath it that goods in bond have, or that the schedule still names on some of its days:
    a code of which the schedule says nothing any more is no code.
    """
    after: list[Cover] = list(covers)
    for end in ends:
        after = [left for cover in after for left in cover.less(end)]
    after += added
    named = {one.hs_code for one in after if any(one.validity.overlaps(end.validity) for end in ends)}
    known = sorted(named | set(in_bond))
    detailed = [code for code, following in pairwise([*known, ""]) if not following.startswith(code)]
    concerned = [code for code in detailed if code.startswith(tuple(end.hs_code for end in ends))]
    before = set(gaps_of(covers, hs_codes=concerned, begins=begins))
    return [gap for gap in gaps_of(after, hs_codes=concerned, begins=begins) if gap not in before]


def _uncovered(spans: Iterable[Validity], *, begins: date) -> Iterable[tuple[date, date | None]]:
    """Go along the spans by their first days, and give what lies between them."""
    reached: date | None = begins
    for span in sorted(spans, key=lambda one: one.from_on):
        if reached is None:
            return
        if span.from_on > reached:
            yield reached, span.from_on
        if span.until_on is None:
            reached = None
        elif span.until_on > reached:
            reached = span.until_on
    if reached is not None:
        yield reached, None
