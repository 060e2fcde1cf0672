"""Who deals on the platform."""

from enum import StrEnum


class CompanyKind(StrEnum):
    """What a company does here."""

    TRADER = "trader"  # Buys stones, and may supply them too.
    SUPPLIER = "supplier"  # Sends stones into bond.
    PLATFORM = "platform"  # Runs the vault and the books.
    CUSTOMS = "customs"  # The customs office.
