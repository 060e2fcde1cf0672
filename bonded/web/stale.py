"""Forms that were open while somebody else changed what they are about."""

from __future__ import annotations

from django.http import QueryDict

from bonded.queries.custody import activities_of
from bonded.queries.stream_heads import latest_act
from bonded.rules.errors import RuleViolation
from bonded.web.words import word_of


class ChangedMeanwhile(RuleViolation):
    """The thing was changed after the page was opened."""

    code = "changed_meanwhile"


def require_unchanged(kind: str, target_id: str, typed: QueryDict) -> None:
    """Refuse a form whose thing has had another act since its page was made; the refusal names the acts since.

    The page says what it had seen in the hidden field `seen`, written by the tag `{% seen kind id %}`.
    """
    text = typed.get("seen", "")
    seen = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
    if seen < 0 or latest_act(kind, target_id) == seen:
        return
    acts = activities_of(kind, target_id)[seen:]
    since = [f"{word_of(one['act'])}, {one['actor__username'] or word_of('platform')}" for one in acts]
    raise ChangedMeanwhile(
        "This has changed since you opened the page. What you typed is kept: look again, then send it.", since=since
    )
