"""Translations without system tools: `python -m config.translations` gathers what pages say, and compiles.

Every sentence that templates and Python mark for translation goes into the one catalogue, sorted and without line
numbers, so that two people's changes merge; what is no longer said is dropped. Refusals, states, kinds and acts are
told by their codes, which the code itself lists. English has a catalogue of its own for acts, and for those other words
that read badly with their underscores taken out.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

PROJECT = Path(__file__).resolve().parent.parent
LOCALE = PROJECT / "config" / "locale"
LANGUAGES = ("zh_Hans", "en")
SOURCES = ("bonded", "tariffs", "inspections", "config")
KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "pgettext": ((1, "c"), 2),
            "ngettext": (1, 2), "pgettext_lazy": ((1, "c"), 2)}  # fmt: skip
LEADING_SPACE = re.compile(r"^[ \t]+", re.MULTILINE)
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
            # A template's indentation says nothing to whoever reads it as code.
            code = LEADING_SPACE.sub("", templatize(text)) if path.suffix == ".html" else text
            for _, sentence, _, context in extract("python", io.BytesIO(code.encode()), KEYWORDS):
                # Contexts with computed words are gathered by `codes`.
                if sentence and not (isinstance(sentence, tuple) and not all(sentence)):
                    yield context, sentence


def codes() -> Iterator[Message]:
    """Give every refusal's code, every state, kind and role that a page may show, and what must hold."""
    from bonded.queries.invariants import INVARIANTS
    from config.vocabulary import SHAPES, refusal_codes, words_of_states

    yield from ((None, sentence) for sentence in INVARIANTS)
    yield from (("refusal", code) for code in sorted(refusal_codes()))
    yield from (("state", word) for word in sorted(words_of_states()))
    yield from (("shape", shape) for shape in sorted(SHAPES))


def all_messages() -> list[Message]:
    """Give everything that needs a translation, once, in order."""
    return sorted({*messages_in_code(), *codes()}, key=lambda one: (one[0] or "", str(one[1])))


def catalogue_of(language: str) -> Path:
    """Give the file of a language's sentences."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """Give what is translated so far."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po

    path = catalogue_of(language)
    return read_po(io.BytesIO(path.read_bytes()), locale=language) if path.exists() else Catalog(locale=language)


def messages_of(language: str, known: Catalog) -> list[Message]:
    """Give what a language needs words for: Chinese everything, English acts and what reads badly."""
    from config.vocabulary import words_of_acts

    if language != "en":
        return all_messages()
    acts = words_of_acts()
    return [(about, one) for about, one in all_messages()
            if about == "state" and (one in acts or known.get(one, context=about))]  # fmt: skip


def gathered(language: str) -> tuple[bytes, int]:
    """Give the catalogue as it should be, keeping translations, and how many sentences have none yet."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    known = read(language)
    catalogue = Catalog(locale=language, fuzzy=False, project="Bonded Trade Platform")
    missing = 0
    for context, sentence in messages_of(language, known):
        before = known.get(sentence, context=context)
        translated = before.string if before else ""
        missing += not (all(translated) if isinstance(translated, tuple) else translated)
        flags = ("python-format",) if "%(" in str(sentence) else ()
        catalogue.add(sentence, translated, flags=flags, context=context)
    text = io.BytesIO()
    write_po(text, catalogue, width=10_000, no_location=True, omit_header=True)
    plural = {"zh_Hans": "nplurals=1; plural=0;", "en": "nplurals=2; plural=(n != 1);"}[language]
    headers = (f"Language: {language}", "Content-Type: text/plain; charset=utf-8", f"Plural-Forms: {plural}")
    header = 'msgid ""\nmsgstr ""\n' + "".join(f'"{line}\\n"\n' for line in headers)
    return header.encode() + b"\n" + text.getvalue(), missing


def compiled(language: str) -> bytes:
    """Give the catalogue as gettext reads it."""
    from babel.messages.mofile import write_mo

    catalogue = read(language)
    # The header's dates would make every compilation another file.
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


if __name__ == "__main__":
    import django

    django.setup()
    for language in LANGUAGES:
        text, untranslated = gathered(language)
        catalogue_of(language).parent.mkdir(parents=True, exist_ok=True)
        catalogue_of(language).write_bytes(text)
        catalogue_of(language).with_suffix(".mo").write_bytes(compiled(language))
        print(f"{language}: {untranslated} sentences have no translation yet.", file=sys.stderr)
