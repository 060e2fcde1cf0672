"""The sign-in page, and the first page of every role."""

import pytest
from django.test import Client
from django.urls import reverse

from bonded.actions.holds import place_hold
from bonded.models import User
from bonded.rules.holds import HoldKind
from tests.cast import PEOPLE
from tests.situations.bonded import a_sealed_lot, a_withdrawal_ready_to_leave

TITLES = {
    "alice": ["Buyer", "Withdrawals under way"],
    "sven": ["Supplier", "Consignments"],
    "victor": ["Vault keeper", "Withdrawals under way", "Lots on hold", "Consignments"],
    "olga": ["Customs officer", "Withdrawals under way", "Lots on hold"],
    "ada": ["Administrator", "Withdrawals under way", "Lots on hold", "Books and custody"],
    "audrey": ["Auditor", "Books and custody"],
}


def page_of(username: str) -> str:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
    response = client.get("/")
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    return response.content.decode()


def test_home__sends_nobody_to_the_sign_in_page(db):
    response = Client().get("/")

    assert (response.status_code, response["Location"]) == (302, "/account/login/?next=/")
    assert "Accounts are made by the administrator" in Client().get(response["Location"]).content.decode()


def test_login__lets_a_person_in_with_the_right_password_only(cast):
    user = User.objects.get(username="alice")
    user.set_password("a long enough word")
    user.save()
    client = Client()

    refused = client.post("/account/login/", {"login": "alice", "password": "wrong"})
    let_in = client.post("/account/login/", {"login": "alice", "password": "a long enough word"})

    assert refused.status_code == 200
    assert "not correct" in refused.content.decode()
    assert (let_in.status_code, let_in["Location"]) == (302, "/")


def test_signup__is_closed(db):
    assert "Sign Up Closed" in Client().get("/account/signup/").content.decode()


@pytest.mark.parametrize("username", TITLES)
def test_home__lays_out_the_panels_of_each_role(cast, at, username):
    a_withdrawal_ready_to_leave(cast, at)

    page = page_of(username)

    for title in TITLES[username]:
        assert title in page


def test_home__shows_a_rival_nothing_of_a_withdrawal(cast, at):
    a_withdrawal_ready_to_leave(cast, at)

    assert "Alder Trading" in page_of("bob")
    assert "Alder Trading" not in page_of("charlie")


def test_home__leads_to_the_withdrawals_and_the_lots_on_hold(cast, at):
    withdrawal = a_withdrawal_ready_to_leave(cast, at)
    held = a_sealed_lot(cast, at)
    place_hold(lot_id=held.pk, kind=HoldKind.CUSTOMS, reason="A tip.", actor=cast.olga, at=at)

    assert f'href="/withdrawals/{withdrawal.pk}"' in page_of("bob")
    assert f'href="/withdrawals/{withdrawal.pk}"' in page_of("ada")
    packet = reverse("release", kwargs={"withdrawal_id": withdrawal.pk})
    assert f'href="{packet}"' in page_of("olga")
    # The queue's first rows lead to the packet too; no other panel may lead elsewhere.
    assert f'href="/withdrawals/{withdrawal.pk}"' not in page_of("olga")
    for name in ("olga", "victor", "ada"):
        assert f'href="{reverse("stone", kwargs={"stock_number": held.stock_number})}"' in page_of(name)


def test_home__tells_a_person_without_a_membership_whom_to_ask(db):
    User.objects.create(username="nobody")

    assert "ask the administrator" in page_of("nobody")


def test_cast__has_a_page_for_every_role():
    assert {PEOPLE[name][1] for name in TITLES} == {role for _, role in PEOPLE.values()}
