"""What every template may use without loading: figures as people read them, parts of forms, words of the trade."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from bonded.models.withdrawals import GrantedClearance
from bonded.queries.notices import unread_notices
from bonded.queries.stream_heads import latest_act
from bonded.rules.errors import Problem, RuleViolation
from bonded.rules.money import Money
from bonded.rules.permissions import Role
from bonded.rules.withdrawals import evidence_told
from bonded.web.figures import amount_alone, carats, day, decimal, moment, money
from bonded.web.helps import helps_of
from bonded.web.navigation import links_for
from bonded.web.refusals import refusal_sentence
from bonded.web.sections import sections_html
from bonded.web.terms import TERMS
from bonded.web.words import shape_of, word_of

register = template.Library()
for figure in (money, decimal, carats, moment, day):
    register.filter(figure.__name__, figure)


@register.filter
def word(state: str) -> str:
    """Write a state, kind or role in the reader's language."""
    return word_of(str(state))


@register.filter
def shape(name: str) -> str:
    """Write the shape of a stone in the reader's language."""
    return shape_of(name)


@register.filter
def sentence(refusal: RuleViolation | Problem) -> str:
    """Write why something was refused, or would have been, in the reader's language."""
    return refusal_sentence(refusal)


@register.filter
def evidence(granted: GrantedClearance) -> str:
    """Write what shows that something is settled in the reader's language, amounts as it writes them."""
    facts = dict(granted.facts)
    if "amount" in facts:
        facts["amount"] = amount_alone(Money.from_text(facts["amount"], facts["currency"]))
    return evidence_told(gettext(granted.evidence), facts)


@register.filter
def helps(refusal: RuleViolation) -> list[dict[str, Any]]:
    """Give what would help after a refusal."""
    return helps_of(refusal.facts)


@register.filter
def item(row: Mapping[str, Any], key: str) -> Any:
    """Give what a mapping has under a key that the template only knows by name."""
    return row.get(key)


@register.simple_tag
def once() -> SafeString:
    """Put a key into a form, so that sending it twice acts once."""
    return format_html('<input type="hidden" name="key" value="{}">', uuid4())


@register.simple_tag
def seen(kind: str, target_id: object) -> SafeString:
    """Put into a form how far the history of its thing had come, for `require_unchanged`."""
    return format_html('<input type="hidden" name="seen" value="{}">', latest_act(kind, str(target_id)))


@register.simple_tag(takes_context=True)
def typed(context: Context, name: str, otherwise: object = "") -> object:
    """Give what had been typed into a field before the form was refused, else what it holds at first."""
    values = getattr(context["request"], "typed", None)
    return values[name] if values is not None and name in values else otherwise


@register.simple_tag(takes_context=True)
def typed_at(context: Context, name: str, place: int) -> str:
    """Give what had been typed into one of several fields of a name, by its place from 0."""
    values = getattr(context["request"], "typed", None)
    texts = values.getlist(name) if values is not None else []
    return texts[place] if place < len(texts) else ""


@register.simple_tag(takes_context=True)
def chosen(context: Context, name: str, value: object, otherwise: object = "") -> str:
    """Mark the option that was chosen before, in the address or in the refused form."""
    request = context["request"]
    values = getattr(request, "typed", None) or request.GET
    picked = values.getlist(name) if name in values else [otherwise]
    return "selected" if str(value) in map(str, picked) else ""


@register.simple_tag(takes_context=True)
def ticked(context: Context, name: str, value: object) -> str:
    """Tick the box that was ticked before, in the address or in the refused form."""
    return "checked" if chosen(context, name, value) else ""


@register.simple_tag(takes_context=True)
def address(context: Context, **changes: object) -> str:
    """Give the address of this page with some words of its query changed; a None takes one out."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return f"{context['request'].path}?{query.urlencode()}"


@register.inclusion_tag("_next_page.html", takes_context=True)
def next_page(context: Context, page: Any, cursor: str = "cursor") -> dict[str, Any]:
    """Link to the page after and to the first one; `cursor` is the name by which the address keeps it."""
    return {
        "next": address(context, **{cursor: page.next_cursor}) if page.next_cursor else "",
        "first": address(context, **{cursor: None}) if cursor in context["request"].GET else "",
    }


@register.inclusion_tag("_term.html")
def term(key: str) -> dict[str, Any]:
    """Write a word of the trade with what it means a click or a key away."""
    word, meaning = TERMS[key]
    return {"word": word, "meaning": meaning, "id": f"term-{key}-{uuid4().hex[:6]}"}


@register.simple_tag(takes_context=True)
def sections(context: Context, place: str, subject: Any = None) -> SafeString:
    """Put what every app writes on the page of a thing here."""
    return sections_html(place, context["request"], subject)


@register.simple_tag(takes_context=True)
def unread(context: Context) -> int:
    """Count the notices that the reader has not read."""
    request = context["request"]
    return unread_notices(request.actor, at=request.at) if request.actor.role is not Role.ANONYMOUS else 0


@register.simple_tag(takes_context=True)
def links(context: Context) -> Any:
    """Give the links of the reader's role."""
    request = context["request"]
    return links_for(request.actor.role, request.path)
