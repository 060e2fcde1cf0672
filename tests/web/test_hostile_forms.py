"""Every form of every page, filled with what nobody should type: it acts or says why not, and shows words as words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from html.parser import HTMLParser

from django.db import transaction
from django.test import Client

from tests.browser.every_page import LOOKERS, addresses
from tests.cast import Cast
from tests.situations.pages import a_lived_in_platform  # noqa: F401  # what `addresses` fills the platform with
from tests.situations.web_clients import NAUGHTY, signed_in, words_of

MOST_FIELDS = 6
HUGE = "x" * 1_000_000
# Fields that the form itself fills in, or whose choices it names.
CHOSEN = frozenset({"hidden", "radio", "checkbox", "submit", "file"})


@dataclass
class Form:
    """One form of a page: where it is sent to, what it says by itself, and what a person types into."""

    action: str
    said: dict[str, str] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)


class Forms(HTMLParser):
    """Collects a page's forms that act."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.inside: Form | None = None
        self.choice = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what a browser would send."""
        words = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = Form(words.get("action", "")) if words.get("method") == "post" else None
            self.forms += [self.inside] if self.inside else []
        if self.inside is None or not words.get("name"):
            if tag == "option" and self.inside and self.choice:
                self.inside.said.setdefault(self.choice, words.get("value", ""))
            return
        name, kind = words["name"], words.get("type", "text")
        if tag == "select":
            self.choice = name
        elif tag == "textarea" or (tag == "input" and kind not in CHOSEN):
            self.inside.typed.append(name)
        elif tag in ("input", "button") and kind != "file":
            self.inside.said.setdefault(name, words.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """Leave a form, or a choice."""
        if tag == "form":
            self.inside = None
        elif tag == "select":
            self.choice = ""


def forms_of(client: Client, path: str) -> list[Form]:
    """Give the forms of a page that are its own, and not of every page's frame."""
    reader = Forms()
    reader.feed(words_of(client.get(path)))
    return [form for form in reader.forms if form.action.startswith("/") and not form.action.startswith("/account")]


def fillings(form: Form) -> Iterator[dict[str, str]]:
    """Give the form as one might send it in order to break something."""
    yield dict.fromkeys(form.typed, NAUGHTY)
    yield dict.fromkeys(form.typed, "")
    yield dict.fromkeys(form.typed, "9" * 40)
    yield dict.fromkeys(form.typed, "\ud7ff\u0000 nul")
    # What is wrong with one field may hide behind what is wrong with another.
    for name in form.typed[:MOST_FIELDS]:
        yield dict.fromkeys(form.typed, "1") | {name: NAUGHTY}
    for name in form.typed[:1]:
        yield dict.fromkeys(form.typed, "1") | {name: HUGE}


def test_every_form__takes_hostile_words_as_words(cast: Cast, at: datetime) -> None:
    faults, sent = [], 0
    seen: set[tuple[str, str]] = set()
    for one in addresses(cast, at):
        if one.name not in LOOKERS or one.username is None:
            continue
        client = signed_in(one.username)
        client.raise_request_exception = False
        for form in forms_of(client, one.path):
            if (form.action, "".join(form.typed)) in seen:
                continue
            seen.add((form.action, "".join(form.typed)))
            for words in fillings(form):
                point = transaction.savepoint()
                answer = client.post(form.action, form.said | words, follow=True)
                transaction.savepoint_rollback(point)
                sent += 1
                told = answer.content.decode(errors="replace")
                if answer.status_code >= 500 or "<script>alert(1)" in told:
                    faults.append(f"{one}: {form.action} {answer.status_code} {list(words.items())[:1]}"[:200])

    assert faults == []
    assert sent > 200
