"""The tariff schedule: which measure applies to goods on a day, and the sentence that says why."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from bonded.rules.errors import InputInvalid, RuleViolation
from bonded.rules.validity import Validity
from tariffs.rules.rate_grammar import rate_text
from tariffs.rules.rates import Rate
from tariffs.rules.regimes import Regime
from tariffs.rules.wording import Wording

ANY = ""  # A measure for every origin, or for every regime.
UNKNOWN_ORIGINS = frozenset({"", "XX", "ZZ"})


class MeasureKind(StrEnum):
    """What a measure charges; the four kinds of duty exclude each other."""

    DUTY_GENERAL = "duty_general"  # 普通税率: goods of unknown origin, or of one without any agreement.
    DUTY_MFN = "duty_mfn"  # 最惠国税率: the usual rate.
    DUTY_AGREEMENT = "duty_agreement"  # 协定税率: an origin with a trade agreement.
    DUTY_PROVISIONAL = "duty_provisional"  # 暂定税率: takes the place of the MFN rate for a time.
    ANTI_DUMPING = "anti_dumping"  # Charged beside the duty.
    CONSUMPTION_TAX = "consumption_tax"
    VAT = "vat"
    VAT_REFUND_ABOVE = "vat_refund_above"  # 即征即退: the VAT above this rate is given back at once.
    FEE = "fee"


class Document(StrEnum):
    """What unlocks a measure: without it the measure is passed over, and the answer says so."""

    CERTIFICATE_OF_ORIGIN = "certificate_of_origin"  # 原产地证书: for an agreement's rate.
    QUOTA_CERTIFICATE = "quota_certificate"  # 配额证: for a rate within a quota.
    KIMBERLEY_CERTIFICATE = "kimberley_certificate"
    SUSPENSION_NOTICE = "suspension_notice"  # For a rate that is suspended for named importers.


NO_DOCUMENT = ""  # A measure that needs none.
ENDED = ""  # What stands in the place of a rate for days on which a measure was ended.


NO_QUOTA = ""  # A measure without a limit.


def rate_sentence(rate: str, quota: str) -> str:
    """Say of a version's rate, or of its end, what people read."""
    if rate == ENDED:
        return "ended"
    return f"{rate} within quota {quota}" if quota else rate


class SupersededTooSoon(RuleViolation):
    """A version can't be superseded at the moment at which it was published, nor before."""

    code = "superseded_too_soon"


class MeasureMissing(RuleViolation):
    """No measure says what such goods are charged on that day; nothing is assumed to be free."""

    code = "measure_missing"


class HsCodeInvalid(InputInvalid):
    """The text is not an HS code: 2 to 10 digits, dots allowed."""

    code = "hs_code_invalid"


def hs_digits(text: str) -> str:
    """Give the digits of an HS code such as `7103.91.00`; raises HsCodeInvalid."""
    digits = text.replace(".", "")
    if len(text) > 16 or not re.fullmatch(r"[0-9]{2,10}", digits):
        raise HsCodeInvalid("An HS code has 2 to 10 digits, such as 7103.91.00.", text=text[:16])
    return digits


@dataclass(frozen=True, slots=True)
class Measure:
    """One row of the schedule: a rate for a code, chapter or heading, an origin and a regime, for some days.

    `version` names the row for ever: a row is never edited, only followed by another.
    `hs_code` holds digits only and covers every code that begins with it.
    """

    version: str
    kind: MeasureKind
    hs_code: str
    origin: str
    regime: str
    rate: Rate
    validity: Validity
    source: str
    is_verified: bool = True
    needs_document: str = NO_DOCUMENT
    quota: str = NO_QUOTA  # The order number of the quota within which the rate holds.

    def covers(self, *, hs_code: str, origin: str, regime: str, on: date) -> bool:
        """Say whether the measure is about such goods on that day."""
        return (
            hs_code.startswith(self.hs_code)
            and self.origin in (ANY, origin)
            and self.regime in (ANY, regime)
            and self.validity.covers(on)
        )

    @property
    def specificity(self) -> tuple[bool, bool, int, bool]:
        """Give what the most specific has most of: a regime of its own, an origin of its own, digits, a document."""
        return (self.regime != ANY, self.origin != ANY, len(self.hs_code), self.needs_document != NO_DOCUMENT)


@dataclass(frozen=True, slots=True)
class Choice:
    """The measure that applies, and why this one."""

    measure: Measure
    why: Wording


def covering(schedule: Iterable[Measure], *, hs_code: str, origin: str, regime: str, on: date) -> tuple[Measure, ...]:
    """Pick from the schedule the measures that are about such goods on that day."""
    return tuple(m for m in schedule if m.covers(hs_code=hs_code, origin=origin, regime=regime, on=on))


def unlocked(measures: Iterable[Measure], documents: Collection[str]) -> tuple[Measure, ...]:
    """Keep the measures that need no document, or one of those that are there."""
    return tuple(measure for measure in measures if measure.needs_document in (NO_DOCUMENT, *documents))


def choose(
    measures: Sequence[Measure], documents: Collection[str], select: Callable[[Sequence[Measure]], Choice | None]
) -> Choice | None:
    """Select among the measures that are unlocked, and say what a document that is not there would change."""
    open_ones = unlocked(measures, documents)
    choice = select(open_ones)
    if choice is not None and choice.measure.quota:
        choice = Choice(choice.measure, choice.why.then(_WITHIN_QUOTA.filled(quota=choice.measure.quota)))
    otherwise = select(measures) if len(open_ones) < len(measures) else None
    if choice is None or otherwise is None or otherwise.measure.needs_document in (NO_DOCUMENT, *documents):
        return choice
    other = otherwise.measure
    document = Document(other.needs_document)
    would = _WOULD_APPLY.filled(rate=rate_text(other.rate), en=document.replace("_", " "), zh=_DOCUMENTS[document])
    if other.quota:
        would = would.then(_WITHIN_QUOTA.filled(quota=other.quota))
    return Choice(choice.measure, choice.why.then(would))


def most_specific(measures: Iterable[Measure], kind: MeasureKind) -> Choice | None:
    """Choose, among measures that cover the goods, the most specific of one kind; None when there is none.

    A regime of its own beats an origin of its own, which beats more digits of the code. The
    database lets no two measures of one kind, code, origin and regime cover the same day.
    """
    candidates = sorted((measure for measure in measures if measure.kind is kind), key=lambda m: m.specificity)
    if not candidates:
        return None
    winner = candidates[-1]
    return Choice(winner, _why_specific(winner, others=len(candidates) - 1))


def applicable_duty(measures: Sequence[Measure], *, origin: str, amount: Callable[[Rate], Fraction]) -> Choice | None:
    """Choose the duty among measures that cover the goods, after China's Tariff Law, Arts. 12 and 13.

    Unknown origin pays the general rate, and who pays the general rate gets no provisional one.
    Else a provisional rate takes the place of the MFN rate, and the lower of that and an
    agreement's rate is charged; `amount` says what a rate comes to on these goods.
    """
    general = most_specific(measures, MeasureKind.DUTY_GENERAL)
    if origin in UNKNOWN_ORIGINS:
        return general and Choice(general.measure, _UNKNOWN_ORIGIN.then(general.why))
    mfn, provisional, agreement = (
        most_specific(measures, kind)
        for kind in (MeasureKind.DUTY_MFN, MeasureKind.DUTY_PROVISIONAL, MeasureKind.DUTY_AGREEMENT)
    )
    if mfn and provisional:
        mfn = Choice(provisional.measure, _PROVISIONAL.then(provisional.why))
    if mfn is None or agreement is None:
        return mfn or agreement or general
    if amount(agreement.measure.rate) < amount(mfn.measure.rate):
        return Choice(agreement.measure, _AGREEMENT_LOWER.then(agreement.why))
    return Choice(mfn.measure, mfn.why.then(_AGREEMENT_NOT_LOWER))


_DOCUMENTS = {
    Document.CERTIFICATE_OF_ORIGIN: "原产地证书",
    Document.QUOTA_CERTIFICATE: "配额证",
    Document.KIMBERLEY_CERTIFICATE: "金伯利进程证书",
    Document.SUSPENSION_NOTICE: "暂停征税通知",
}
_WOULD_APPLY = Wording("{rate} would apply with a {en}.", "如有{zh},则适用{rate}。")
_WITHIN_QUOTA = Wording("It holds only within quota {quota}.", "仅在配额{quota}内有效。")
_UNKNOWN_ORIGIN = Wording("The origin is unknown, so the general rate applies.", "原产地不明,适用普通税率。")
_PROVISIONAL = Wording("A provisional rate takes the place of the MFN rate.", "有暂定税率的,优先于最惠国税率适用。")
_AGREEMENT_LOWER = Wording("The agreement's rate is the lower one.", "协定税率较低,从低适用。")
_AGREEMENT_NOT_LOWER = Wording("The agreement's rate is not lower.", "协定税率并不更低,不予适用。")
_ONLY_ONE = Wording("{rate} for {what}: the only rate.", "{what}适用{rate}:唯一税率。")
_MOST_SPECIFIC = Wording(
    "{rate} for {what}: more specific than {others} other(s).", "{what}适用{rate}:比其他{others}项更具体。"
)


def _why_specific(winner: Measure, *, others: int) -> Wording:
    # The exchange goes by its abbreviation in both languages.
    regime = winner.regime.upper() if winner.regime == Regime.SDE else winner.regime
    what = " ".join(part for part in (winner.hs_code, winner.origin, regime) if part)
    reason = _MOST_SPECIFIC if others else _ONLY_ONE
    return reason.filled(rate=rate_text(winner.rate), what=what, others=str(others))
