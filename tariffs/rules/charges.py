"""What goods owe: customs value, duty, consumption tax, VAT and fees, line by line and in all."""

from __future__ import annotations

from dataclasses import dataclass

from bonded.rules.money import Money


@dataclass(frozen=True, slots=True)
class Charges:
    """The figures of one line, or of several together; all of one currency.

    `duty` includes anti-dumping duty. `vat_refunded` is what is given back in the moment it is levied.
    """

    customs_value: Money
    duty: Money
    consumption_tax: Money
    fees: Money
    vat_levied: Money
    vat_refunded: Money

    @classmethod
    def nothing(cls, currency: str) -> Charges:
        """Give charges of zero, to which others are added."""
        return cls(*[Money(0, currency)] * 6)

    def __add__(self, other: Charges) -> Charges:
        return Charges(
            customs_value=self.customs_value + other.customs_value,
            duty=self.duty + other.duty,
            consumption_tax=self.consumption_tax + other.consumption_tax,
            fees=self.fees + other.fees,
            vat_levied=self.vat_levied + other.vat_levied,
            vat_refunded=self.vat_refunded + other.vat_refunded,
        )

    @property
    def vat(self) -> Money:
        """Give the VAT that is borne in the end."""
        return self.vat_levied - self.vat_refunded

    @property
    def total(self) -> Money:
        """Give what is owed: duty, consumption tax, VAT and fees; the value itself is not a charge."""
        return self.duty + self.consumption_tax + self.vat + self.fees

    @property
    def landed(self) -> Money:
        """Give what the goods cost landed: the customs value and everything owed."""
        return self.customs_value + self.total
