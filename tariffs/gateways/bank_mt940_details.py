"""What banks write into :86: of MT940: subfields by `?20`, words between slashes, or plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tariffs.gateways.bank_texts import LONGEST_WORD

_SUBFIELDS = re.compile(r"([0-9]{3})?\?[0-9]{2}")
# The other subfields say by what bank and key an entry was booked.
_SUBFIELD_MEANS = {
    **{f"?{number}": "remittance" for number in (*range(20, 30), *range(60, 64))},
    "?31": "account",
    "?32": "counterparty",
    "?33": "counterparty",
}
_PASSED_BY = (
    "ORDP", "BENM", "ADDR", "BIC", "MARF", "CSID", "ISDT", "PREF", "RTRN", "TRTP", "ULTC", "ULTD", "PURP",
)  # fmt: skip
_WORD_MEANS = {
    "/REMI/": "remittance",
    "/USTD/": "remittance",
    "/NAME/": "counterparty",
    "/IBAN/": "account",
    "/ACCT/": "account",
    "/CNTP/": "account",
    "/EREF/": "end_to_end",
    **{f"/{name}/": "passed by" for name in _PASSED_BY},
}
_WORDS = re.compile(f"({'|'.join(_WORD_MEANS)})")
# What a line has one of, as a column of that width.
_ONCE = frozenset({"account", "end_to_end"})


def details_of(texts: Sequence[str]) -> dict[str, str]:
    """Give `counterparty`, `account`, `remittance` and `end_to_end` of the lines of one :86:, empty when not said.

    A payer may write what looks like a word of the bank. So the first account and the first end-to-end id count, and
    one that comes again, or is longer than 35 characters, is a part of the remittance, with its word.
    """
    said = dict.fromkeys(("counterparty", "account", "remittance", "end_to_end", "passed by"), "")
    for name, meaning, text in _parts(texts):
        if meaning in _ONCE and text.strip() and (said[meaning] or len(" ".join(text.split())) > LONGEST_WORD):
            said["remittance"] += f" {name} {text} " if name.startswith("/") else f"{name}{text}"
        else:
            said[meaning] += text
    return {name: " ".join(text.split()) for name, text in said.items()}


def _parts(texts: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Give what is said piece by piece: by what word, what that means, and the text."""
    if _SUBFIELDS.match("".join(texts)):
        # Subfields cut a text wherever it is full, in the middle of a word too.
        parts = re.split(r"(\?[0-9]{2})", "".join(texts))
        for name, text in zip(parts[1::2], parts[2::2], strict=True):
            yield name, _SUBFIELD_MEANS.get(name, "passed by"), text
    elif _WORDS.match(" ".join(texts)):
        parts = _WORDS.split(" ".join(texts))
        for name, text in zip(parts[1::2], parts[2::2], strict=True):
            if name == "/CNTP/":
                account, _bank, party = [*text.split("/"), "", ""][:3]
                yield name, "account", account
                yield name, "counterparty", f" {party}"
            else:
                yield name, _WORD_MEANS[name], f" {text.strip(' /')}"
    else:
        yield "", "remittance", " ".join(texts)
