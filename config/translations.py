"""Translations without system tools: `python -m config.translations` gathers what pages say, and compiles.

Every sentence that templates and Python mark for translation goes into the one catalogue, sorted and without line
numbers, so that two people's changes merge; what is no longer said is dropped. Refusals, states and kinds are told by
their codes, which the code itself lists.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
CATALOGUE = PROJECT / "config" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
SOURCES = ("bonded", "tariffs", "inspections", "config")
KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "pgettext": ((1, "c"), 2),
            "ngettext": (1, 2), "pgettext_lazy": ((1, "c"), 2)}  # fmt: skip
Message = tuple[str | None, str | tuple[str, ...]]


def messages_in_code() -> Iterator[Message]:
    """Give every (context, sentence) that Python and templates mark."""
    from babel.messages.extract import extract
    from django.utils.translation.template import templatize

    for app in SOURCES:
        for path in sorted((PROJECT / app).rglob("*")):
            if path.suffix not in (".py", ".html") or "migrations" in path.parts:
                continue
            text = path.read_text()
            code = templatize(text) if path.suffix == ".html" else text
            for _, sentence, _, context in extract("python", io.BytesIO(code.encode()), KEYWORDS):
                # Contexts with computed words are gathered by `codes`.
                if sentence and not (isinstance(sentence, tuple) and not all(sentence)):
                    yield context, sentence


def codes() -> Iterator[Message]:
    """Give every refusal's code and every state, kind and role that a page may show."""
    from config.vocabulary import refusal_codes, words_of_states

    yield from (("refusal", code) for code in sorted(refusal_codes()))
    yield from (("state", word) for word in sorted(words_of_states()))


def all_messages() -> list[Message]:
    """Give everything that needs a translation, once, in order."""
    return sorted({*messages_in_code(), *codes()}, key=lambda one: (one[0] or "", str(one[1])))


def gather() -> int:
    """Write the catalogue anew, keeping what is translated; gives how many sentences have no translation yet."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po, write_po

    known = read_po(io.BytesIO(CATALOGUE.read_bytes()), locale="zh_Hans") if CATALOGUE.exists() else Catalog()
    catalogue = Catalog(locale="zh_Hans", fuzzy=False, project="Bonded Trade Platform")
    missing = 0
    for context, sentence in all_messages():
        before = known.get(sentence, context=context)
        translated = before.string if before else ""
        missing += not translated
        flags = ("python-format",) if "%(" in str(sentence) else ()
        catalogue.add(sentence, translated, flags=flags, context=context)
    text = io.BytesIO()
    write_po(text, catalogue, width=10_000, no_location=True, omit_header=True)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    header = b'msgid ""\nmsgstr ""\n"Language: zh_Hans\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    CATALOGUE.write_bytes(header + b'"Plural-Forms: nplurals=1; plural=0;\\n"\n\n' + text.getvalue())
    return missing


def compiled() -> bytes:
    """Give the catalogue as gettext reads it."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    catalogue = read_po(io.BytesIO(CATALOGUE.read_bytes()), locale="zh_Hans")
    # The header's dates would make every compilation another file.
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


if __name__ == "__main__":
    import django

    django.setup()
    untranslated = gather()
    CATALOGUE.with_suffix(".mo").write_bytes(compiled())
    print(f"{CATALOGUE.relative_to(PROJECT)}: {untranslated} sentences have no translation yet.", file=sys.stderr)
