"""Money as whole minor units with its currency: exact, and never two currencies at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext

from bonded.rules.errors import InputInvalid

# ISO 4217: the decimals of each currency that gem dealers invoice in.
CURRENCY_DECIMALS = {
    "AED": 2,
    "AUD": 2,
    "BWP": 2,
    "CAD": 2,
    "CHF": 2,
    "CNY": 2,
    "EUR": 2,
    "GBP": 2,
    "HKD": 2,
    "ILS": 2,
    "INR": 2,
    "JPY": 0,
    "LKR": 2,
    "SGD": 2,
    "THB": 2,
    "USD": 2,
    "ZAR": 2,
}
# A BIGINT holds 9.2e18; one amount beyond a quadrillion is a slip, not a price.
LARGEST_MINOR = 10**15


class CurrencyUnknown(InputInvalid):
    """The code is not a currency that the platform keeps books in."""

    code = "currency_unknown"


class CurrenciesDiffer(InputInvalid):
    """Two amounts in different currencies were added or compared."""

    code = "currencies_differ"


class AmountInvalid(InputInvalid):
    """The text is not an amount of this currency."""

    code = "amount_invalid"


def currency_decimals(currency: str) -> int:
    """Give the number of decimals of a currency by ISO 4217; raises CurrencyUnknown."""
    try:
        return CURRENCY_DECIMALS[currency]
    except KeyError:
        raise CurrencyUnknown(
            f"{currency[:8]!r} is not a currency known here.", currency=currency[:8], known=sorted(CURRENCY_DECIMALS)
        ) from None


def decimal_from_text(text: str, *, most_digits: int = 24) -> Decimal:
    """Read a plain decimal such as `-12.50`.

    Exponents, thousands separators, infinities, NaN and more than `most_digits`
    characters are refused with AmountInvalid: none of them is how money is written.
    """
    body = text.removeprefix("-")
    if len(text) > most_digits or not body.replace(".", "", 1).isdigit() or not body.isascii():
        raise AmountInvalid("Write a plain decimal number such as 12.50.", text=text[:most_digits])
    try:
        return Decimal(text)
    except InvalidOperation:
        raise AmountInvalid("Write a plain decimal number such as 12.50.", text=text[:most_digits]) from None


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount: whole minor units (fen, cents) of one ISO 4217 currency."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in CURRENCY_DECIMALS:
            currency_decimals(self.currency)

    @classmethod
    def from_text(cls, text: str, currency: str) -> Money:
        """Read an amount such as `12.50`; more decimals than the currency has are refused, not rounded."""
        amount = decimal_from_text(text)
        minor = amount.scaleb(currency_decimals(currency))
        if minor != minor.to_integral_value() or abs(minor) > LARGEST_MINOR:
            raise AmountInvalid(
                f"An amount in {currency} has at most {currency_decimals(currency)} decimals and 15 digits in all.",
                text=text,
                currency=currency,
            )
        return cls(int(minor), currency)

    @classmethod
    def rounded(cls, amount: Decimal, currency: str) -> Money:
        """Round an exact amount in major units half up, away from zero, to the minor unit."""
        with localcontext() as context:
            context.prec = 60
            minor = amount.scaleb(currency_decimals(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        return cls(int(minor), currency)

    def to_decimal(self) -> Decimal:
        """Give the amount in major units, with exactly the currency's decimals."""
        return Decimal(self.minor).scaleb(-currency_decimals(self.currency))

    def __str__(self) -> str:
        decimals = CURRENCY_DECIMALS[self.currency]
        sign, digits = "-" if self.minor < 0 else "", f"{abs(self.minor):0{decimals + 1}d}"
        return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else sign + digits

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._minor_of(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._minor_of(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._minor_of(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._minor_of(other)

    def _minor_of(self, other: Money) -> int:
        if other.currency != self.currency:
            raise CurrenciesDiffer(
                f"{self.currency} and {other.currency} can't be added or compared.",
                left=self.currency,
                right=other.currency,
            )
        return other.minor


def apportion(total_minor: int, weights: Sequence[int]) -> list[int]:
    """Split a non-negative whole amount in proportion to weights, so that the parts add up to it.

    Minor units in, minor units out, in the order of the weights. Each part is rounded
    down; the units left over go to the largest remainders, the earlier first. All
    weights zero means equal weights. An empty list can only share nothing.
    """
    assert total_minor >= 0
    assert all(weight >= 0 for weight in weights)
    if not weights:
        assert total_minor == 0
        return []
    whole = sum(weights)
    if whole == 0:
        weights, whole = [1] * len(weights), len(weights)
    parts = [total_minor * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total_minor * weights[i] % whole), i))
    for i in by_remainder[: total_minor - sum(parts)]:
        parts[i] += 1
    return parts
