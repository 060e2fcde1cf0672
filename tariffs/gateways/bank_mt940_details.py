"""What banks write into :86: of MT940: subfields by `?20`, words between slashes, or plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SUBFIELDS = re.compile(r"([0-9]{3})?\?[0-9]{2}")
# The other subfields say by what bank and key an entry was booked.
_SUBFIELD_MEANS = {
    **{str(number): "remittance" for number in (*range(20, 30), *range(60, 64))},
    "31": "account",
    "32": "counterparty",
    "33": "counterparty",
}
_WORD_MEANS = {
    "REMI": "remittance",
    "USTD": "remittance",
    "NAME": "counterparty",
    "IBAN": "account",
    "ACCT": "account",
    "EREF": "end_to_end",
    **dict.fromkeys(("ORDP", "BENM", "ADDR", "BIC", "MARF", "CSID", "ISDT", "PREF", "RTRN"), "passed by"),
}
_WORDS = re.compile(f"/({'|'.join(_WORD_MEANS)})/")


def details_of(texts: Sequence[str]) -> dict[str, str]:
    """Give `counterparty`, `account`, `remittance` and `end_to_end` of the lines of one :86:, empty when not said."""
    said = dict.fromkeys(("counterparty", "account", "remittance", "end_to_end", "passed by"), "")
    if _SUBFIELDS.match("".join(texts)):
        parts = re.split(r"\?([0-9]{2})", "".join(texts))
        for number, text in zip(parts[1::2], parts[2::2], strict=True):
            said[_SUBFIELD_MEANS.get(number, "passed by")] += text
    elif _WORDS.match(" ".join(texts)):
        parts = _WORDS.split(" ".join(texts))
        for name, text in zip(parts[1::2], parts[2::2], strict=True):
            said[_WORD_MEANS[name]] += f" {text.strip(' /')}"
    else:
        said["remittance"] = " ".join(texts)
    return {name: " ".join(text.split()) for name, text in said.items()}
