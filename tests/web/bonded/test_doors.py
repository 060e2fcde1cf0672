"""Forms act once, are refused with what was typed kept, and pages open to those they are for."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.test import Client

from bonded.models import Membership, User
from bonded.models.activity import Activity
from bonded.models.notices import NoticePreference
from bonded.queries.stream_heads import latest_act
from tests.cast import Cast
from tests.situations.bonded import a_sealed_lot, a_withdrawal_ready_to_leave
from tests.situations.web_clients import key_of, signed_in

QUIET = {"kind": "visit.booked", "channel": "both", "language": "en", "zone": "Asia/Shanghai"}


def test_acts__acts_once_for_a_form_that_is_sent_twice(cast: Cast) -> None:
    client = signed_in("alice")
    form = QUIET | {"key": key_of(client.get("/preferences").content.decode())}

    first, second = client.post("/preferences/notices", form), client.post("/preferences/notices", form)

    assert [first.status_code, second.status_code] == [303, 303]
    assert first["Location"] == second["Location"] == "/preferences"
    assert Activity.objects.filter(act="bonded.notice_preference.set").count() == 1


def test_acts__tells_when_a_sent_form_is_sent_again_with_other_words(cast: Cast) -> None:
    client = signed_in("alice")
    form = QUIET | {"key": "one"}
    client.post("/preferences/notices", form)

    again = client.post("/preferences/notices", form | {"channel": "none"})

    assert again.status_code == 400
    assert "This key was used for another request" in again.content.decode()
    assert NoticePreference.objects.get().channel == "both"


def test_acts__shows_the_page_again_with_the_reason_when_it_is_refused(cast: Cast) -> None:
    refused = signed_in("alice").post("/preferences/notices", QUIET | {"quiet_from": "21:00"})

    assert refused.status_code == 400
    assert "Quiet hours have a beginning and another end" in refused.content.decode()
    assert not NoticePreference.objects.exists()


def test_acts__shows_a_list_again_when_an_act_on_one_of_its_things_is_refused(cast: Cast) -> None:
    client, thing = signed_in("alice"), uuid4()
    client.post("/preferences/notices", QUIET | {"key": "one"})

    for act in (
        f"/notices/{thing}/read",
        f"/visits/places/{thing}",
        f"/visits/calendar/{thing}/end",
        "/searches/1/forget",
        "/searches/1/alert",
    ):
        again = client.post(act, {"key": "one"})
        assert again.status_code == 400
        assert "This key was used for another request" in again.content.decode()


def test_acts__refuses_what_the_form_does_not_offer(cast: Cast) -> None:
    for wrong in ({"kind": "x"}, {"channel": "<script>"}, {"zone": "Nowhere/Nothing"}, {"quiet_from": "99:99"}):
        assert signed_in("alice").post("/preferences/notices", QUIET | wrong).status_code == 400


def test_acts__is_not_read_and_a_page_does_not_act(cast: Cast) -> None:
    client = signed_in("alice")

    assert client.get("/preferences/notices").status_code == 405
    assert client.post("/preferences").status_code == 405


def test_console__sends_nobody_to_sign_in_and_back(db: None) -> None:
    answer = Client().get("/find?q=a&b")

    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/find%3Fq%3Da%26b")
    assert Client().post("/preferences/notices", QUIET).status_code == 302


def test_choose_membership__acts_for_another_company_from_then_on(cast: Cast) -> None:
    client = signed_in("alice")
    alice = User.objects.get(username="alice")
    other = Membership.objects.create(user=alice, company=cast.stones, role="supplier")

    client.post("/memberships/choose", {"membership": str(other.pk)})

    assert "Supplier" in client.get("/").content.decode()
    strangers = Membership.objects.exclude(user=alice).first()
    assert strangers
    assert client.post("/memberships/choose", {"membership": str(strangers.pk)}).status_code == 404
    assert "Supplier" in client.get("/").content.decode()


def test_find__goes_to_what_goes_by_the_number(cast: Cast, at: datetime) -> None:
    lot = a_sealed_lot(cast, at)

    by_stock = signed_in("alice").get("/find", {"q": f"  {lot.stock_number} "})
    by_seal = signed_in("olga").get("/find", {"q": lot.seal_number})

    assert (by_stock.status_code, by_stock["Location"]) == (302, f"/stones/{lot.stock_number}")
    assert by_seal["Location"] == f"/stones/{lot.stock_number}"


def test_find__tells_a_buyer_nothing_by_a_seal_and_nobody_what_is_not_theirs(cast: Cast, at: datetime) -> None:
    lot = a_sealed_lot(cast, at)
    withdrawal = a_withdrawal_ready_to_leave(cast, at)
    taken = withdrawal.lines.get().lot

    assert "Nothing here goes by" in signed_in("alice").get("/find", {"q": lot.seal_number}).content.decode()
    assert "Nothing here goes by" in signed_in("charlie").get("/find", {"q": taken.stock_number}).content.decode()
    assert signed_in("charlie").get(f"/stones/{taken.stock_number}").status_code == 404


def test_find__shows_hostile_words_as_words(cast: Cast) -> None:
    page = signed_in("alice").get("/find", {"q": "<script>alert(1)</script>" + "x" * 5000}).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_set_appearance__keeps_colours_and_clock_on_the_device(cast: Cast) -> None:
    client = signed_in("alice")

    kept = client.post("/preferences/appearance", {"theme": "dark", "zone": "Europe/London"})

    assert kept.status_code == 303
    assert 'data-theme="dark"' in client.get("/").content.decode()
    assert client.post("/preferences/appearance", {"theme": "pink", "zone": "Asia/Shanghai"}).status_code == 400
    client.cookies["zone"] = "../../etc/passwd"
    assert client.get("/").status_code == 200


def test_latest_act__counts_the_acts_of_a_thing(cast: Cast, at: datetime) -> None:
    withdrawal = a_withdrawal_ready_to_leave(cast, at)

    acts = Activity.objects.filter(stream=f"withdrawal:{withdrawal.pk}").count()
    assert latest_act("withdrawal", str(withdrawal.pk)) == acts > 0
    assert latest_act("withdrawal", "nothing") == 0
