"""Companies, their people and the platform's health on the administrator's pages."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core import mail
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from bonded.actions.invariants import ask_invariants
from bonded.models import Company, Membership, User
from bonded.models.activity import Activity
from tests.cast import Cast
from tests.situations.web_clients import signed_in, words_of

FIRM = {"name": "Dogwood Gems", "kind": "trader", "registration_number": "CN-77", "country": "CN"}
PERSON = {"username": "dora", "email": "dora@example.com", "role": "buyer"}


def test_register__lets_a_company_deal_once(cast: Cast) -> None:
    client, before = signed_in("ada"), Company.objects.count()

    for wrong in ({"name": ""}, {"name": "x" * 1_000_000}, {"kind": "bank"}, {"country": "cn"}):
        assert client.post("/companies/register", FIRM | wrong).status_code == 400
    assert Company.objects.count() == before
    answers = [client.post("/companies/register", FIRM | {"key": "k"}) for _ in range(2)]
    company = Company.objects.get(name="Dogwood Gems")
    assert [one["Location"] for one in answers] == [f"/companies/{company.pk}"] * 2
    assert client.post("/companies/register", FIRM | {"name": "Another"}).status_code == 409
    assert Activity.objects.filter(act="bonded.company.register").count() == 1
    assert "Dogwood Gems" in words_of(client.get("/companies"))


def test_add__invites_who_is_new_to_set_a_password(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    address = f"/companies/{cast.alder.pk}"

    with django_capture_on_commit_callbacks(execute=True):
        added = signed_in("ada").post(f"{address}/members", PERSON)

    assert added.status_code == 303
    dora = User.objects.get(username="dora")
    assert not dora.has_usable_password()
    assert [one.to for one in mail.outbox] == [["dora@example.com"]]
    link = next(word for word in str(mail.outbox[0].body).split() if "/password/reset/key/" in word)
    stranger = Client()
    form = stranger.get(link.partition("testserver")[2], follow=True)
    word = "a long enough word"
    stranger.post(form.redirect_chain[-1][0], {"password1": word, "password2": word})
    dora.refresh_from_db()
    assert dora.check_password(word)
    assert "Alder Trading" in words_of(signed_in("dora").get("/memberships"))


def test_add__gives_a_known_person_another_role_without_a_mail(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    User.objects.filter(username="alice").update(email="alice@example.com")
    client, address = signed_in("ada"), f"/companies/{cast.alder.pk}/members"
    form = {"username": "alice", "email": "Alice@example.com", "role": "supplier"}

    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(address, form).status_code == 303

    assert mail.outbox == []
    assert client.post(address, form).status_code == 409
    assert client.post(address, form | {"email": "else@example.com", "role": "buyer"}).status_code == 409
    assert set(Membership.objects.filter(user__username="alice").values_list("role", flat=True)) == {
        "buyer",
        "supplier",
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"role": "vault_keeper"},
        {"role": "system"},
        {"role": "king"},
        {"email": "nobody"},
        {"username": "<script>"},
        {"username": "x" * 1_000_000},
        {"email": "a\0@example.com"},
    ],
)
def test_add__refuses_what_is_no_member(cast: Cast, wrong: dict[str, str]) -> None:
    refused = signed_in("ada").post(f"/companies/{cast.alder.pk}/members", PERSON | wrong)

    assert refused.status_code == 400
    assert not User.objects.filter(email="dora@example.com").exists()


def test_end__takes_a_role_away_but_not_ones_own(cast: Cast) -> None:
    client, address = signed_in("ada"), f"/companies/{cast.alder.pk}/members/end"
    bob = Membership.objects.get(user__username="bob")
    ada = Membership.objects.get(user__username="ada")
    own = {"membership": str(ada.pk), "reason": "Leaving."}

    assert client.post(address, {"membership": str(bob.pk), "reason": ""}).status_code == 400
    assert client.post(f"/companies/{ada.company_id}/members/end", own).status_code == 409
    # Of another company's page, nobody's membership of this one is ended.
    assert (
        client.post(f"/companies/{cast.cedar.pk}/members/end", {"membership": str(bob.pk), "reason": "x"}).status_code
        == 404
    )
    assert Membership.objects.filter(pk__in=[bob.pk, ada.pk]).count() == 2
    assert client.post(address, {"membership": str(bob.pk), "reason": "Left."}).status_code == 303
    assert not Membership.objects.filter(pk=bob.pk).exists()
    assert Activity.objects.get(act="bonded.membership.end").facts["reason"] == "Left."


def test_standing__is_changed_with_a_reason_and_not_from_a_stale_page(cast: Cast) -> None:
    client, address = signed_in("ada"), f"/companies/{cast.alder.pk}"
    form = {"standing": "bad", "reason": "Did not pay.", "seen": "0"}

    assert client.post(f"{address}/standing", form | {"reason": ""}).status_code == 400
    assert client.post(f"{address}/standing", form).status_code == 303
    assert client.post(f"{address}/standing", form | {"standing": "good"}).status_code == 409
    cast.alder.refresh_from_db()
    assert not cast.alder.is_in_good_standing
    assert "not in good standing" in words_of(client.get(address))


def test_companies__are_read_by_auditors_and_kept_from_others(cast: Cast) -> None:
    pages = ("/companies", f"/companies/{cast.alder.pk}", "/health")

    assert [signed_in("audrey").get(one).status_code for one in pages] == [200] * 3
    for name in ("alice", "olga", "victor", "sven"):
        assert [signed_in(name).get(one).status_code for one in pages] == [403] * 3
    for act in ("members", "members/end", "members/invite", "standing"):
        assert signed_in("audrey").post(f"{pages[1]}/{act}", PERSON).status_code == 403
    assert signed_in("audrey").post("/companies/register", FIRM).status_code == 403
    assert signed_in("ada").get("/companies/999999").status_code == 404
    assert signed_in("ada").post("/companies/999999/members", PERSON).status_code == 404


def test_health__tells_what_was_found_and_lets_a_worker_ask(
    cast: Cast,
    at: datetime,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    rung: list[bool] = []
    monkeypatch.setattr("bonded.tasks.Bell.ring", lambda self: rung.append(True))
    client = signed_in("ada")
    assert "Nobody asked yet" in words_of(client.get("/health"))

    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/health/ask", {}).status_code == 303
    report = ask_invariants(actor=cast.ada, at=at)

    assert rung == [True]
    assert f"all {report.questions} hold" in words_of(client.get("/health"))
    assert signed_in("alice").post("/health/ask", {}).status_code == 403
