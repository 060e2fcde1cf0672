"""A machine's token from the terminal: shown once, and acting in one membership."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from bonded.models import ApiToken


def test_make_api_token__prints_a_token_that_acts(cast, capsys):
    call_command("make_api_token", "alice", "buyer", "till")

    headers = {"Authorization": f"Token {capsys.readouterr().out.strip()}"}
    assert Client().get("/api/v1/me", headers=headers).json()["role"] == "buyer"


def test_make_api_token__refuses_a_role_that_the_person_has_not(cast):
    with pytest.raises(CommandError, match="alice has 0 memberships as customs_officer"):
        call_command("make_api_token", "alice", "customs_officer", "till")

    assert ApiToken.objects.count() == 0
