"""The second keeper, who confirms at the same desk with a user name, a password and, having one, a code."""

from __future__ import annotations

import hashlib
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate

from bonded.gateways.call_counts import count_call, take_call_back
from bonded.models import User
from bonded.queries.parties import is_keeper
from bonded.rules.errors import RuleViolation
from bonded.web.doors import PageRequest

# So few tries that nobody finds a password by standing at the desk, by the witness' name and by who types.
MOST_TRIES = 5
TRIES_SECONDS = 60
LONGEST = 150


class WitnessNotKnown(RuleViolation):
    """Name, password or code are not those of another active keeper; which of them is not said."""

    code = "witness_not_known"


class TooManyTries(RuleViolation):
    """Somebody typed a witness' words too often within a minute."""

    code = "too_many_tries"


class TriesNotCounted(RuleViolation):
    """Redis is away, and without a count somebody could try all passwords there are."""

    code = "tries_not_counted"


def _key(name: str, at: datetime) -> str:
    """Name the count of a minute."""
    minute = int(at.timestamp()) // TRIES_SECONDS
    return f"witness-tries:{minute}:" + hashlib.sha256(name.encode(errors="replace")).hexdigest()


def _count_try(name: str, at: datetime) -> None:
    """Count one more try of a minute, by all web processes together."""
    tries = count_call(_key(name, at), kept_seconds=TRIES_SECONDS)
    if tries is None:
        raise TriesNotCounted("Tries can't be counted now, so nobody can confirm: try again in a minute.")
    if tries > MOST_TRIES:
        raise TooManyTries("Too many tries: wait a minute.", seconds=TRIES_SECONDS)


def _has_right_code(user: User, code: str) -> bool:
    """Say whether the code is right; of somebody who has no code generator, that is not asked."""
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    return found is None or bool(found.wrap().validate_code(code))


def witness_from(request: PageRequest) -> int:
    """Give the id of the keeper who confirms; nothing of what was typed is kept, and what was right is no try.

    Raises WitnessNotKnown, TooManyTries, TriesNotCounted.
    """
    typed = request.POST
    username = typed.get("witness", "").strip()[:LONGEST]
    names = (f"by {request.user.pk}", f"of {username.casefold()}")
    for name in names:
        _count_try(name, request.at)
    password, code = typed.get("witness_password", ""), typed.get("witness_code", "").strip()[:LONGEST]
    is_sane = "\0" not in username and len(password) <= 4096
    user = authenticate(request, username=username, password=password) if is_sane else None
    is_other = isinstance(user, User) and user.pk != request.actor.user_id and is_keeper(user.pk)
    if not isinstance(user, User) or not is_other or not _has_right_code(user, code):
        raise WitnessNotKnown("The second keeper's name, password or code is not right.")
    for name in names:
        take_call_back(_key(name, request.at), kept_seconds=TRIES_SECONDS)
    return user.pk
