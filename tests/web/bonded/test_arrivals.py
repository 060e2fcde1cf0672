"""The keeper's page at the door: the next lot is ready, differences are told, and the whole is taken in by two."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape

import pytest
from django.core.cache import cache

from bonded.models import ArrivalReading, Consignment, User
from bonded.queries.arrivals import readings_of_arrival
from tests.cast import Cast
from tests.factories import LocationFactory
from tests.situations.bonded import an_accepted_consignment, an_announced_consignment
from tests.situations.web_clients import NAUGHTY, key_of, said, signed_in, words_of

LINKS = re.compile(r'href="([^"]*)"')
PASSWORD = "a long enough word"
WITNESS = {"witness": "vera", "witness_password": PASSWORD, "scale": "BAL-1"}


@pytest.fixture(autouse=True)
def passwords(cast: Cast) -> None:
    """Vera has a password, and nobody has tried one yet."""
    cache.clear()
    vera = User.objects.get(username="vera")
    vera.set_password(PASSWORD)
    vera.save()


def line(one: Consignment, place: int = 0, **changes: str) -> dict[str, str]:
    """What a keeper types for one lot: as declared, but for what is named."""
    lot = one.lots.order_by("pk")[place]
    typed = {"lot": lot.stock_number, "carats": "1.000", "pieces": "1", "seal": f"SEAL-000{place}"}
    return typed | {"location": LocationFactory().code} | changes


def confirmed(one: Consignment, **changes: str) -> dict[str, str]:
    """What two keepers send to take in what lies weighed before them."""
    return WITNESS | {"readings": "{}-{}".format(*readings_of_arrival(one.pk))} | changes


def test_arrivals__are_for_the_house(cast: Cast, at: datetime) -> None:
    ready, coming = an_accepted_consignment(cast, at), an_announced_consignment(cast, at)

    for username in ("vera", "olga", "ada", "audrey"):
        page = said(signed_in(username), "/arrivals")
        assert ready.reference in page
        assert coming.reference in page
        form = f"/arrivals/{ready.reference}/weigh" in said(signed_in(username), f"/arrivals/{ready.reference}")
        assert form == (username == "vera"), username
    for username in ("alice", "sven"):
        for path in ("/arrivals", f"/arrivals/{ready.reference}"):
            assert signed_in(username).get(path).status_code == 403
    for username in ("sven", "olga", "ada"):
        assert signed_in(username).post(f"/arrivals/{ready.reference}/weigh", line(ready)).status_code == 403
        assert signed_in(username).post(f"/arrivals/{ready.reference}/receive", WITNESS).status_code == 403
    assert signed_in("vera").get("/arrivals/NONE").status_code == 404
    assert not ArrivalReading.objects.exists()


def test_arrivals__lists_all_that_wait_a_page_at_a_time(cast: Cast, at: datetime) -> None:
    ready = [an_accepted_consignment(cast, at, lots=[{}, {}]) for _ in range(2)]
    coming = [an_announced_consignment(cast, at) for _ in range(2)]
    client = signed_in("victor")
    client.post(f"/arrivals/{ready[1].reference}/weigh", line(ready[1]))

    first = said(client, "/arrivals?limit=1")
    (following,) = (link for link in LINKS.findall(first) if "door=" in link)
    second = said(client, unescape(following))

    assert [one.reference in first for one in (*ready, *coming)] == [True, False, False, True]
    assert [one.reference in second for one in (*ready, *coming)] == [False, True, False, True]
    assert re.search(r'<td class="figure">1</td>\s*<td class="figure">2</td>', second)
    assert client.get("/arrivals?door=x").status_code == 400


def test_weigh__makes_the_next_lot_ready_and_tells_what_differs(cast: Cast, at: datetime) -> None:
    one = an_accepted_consignment(cast, at, lots=[{}, {}])
    client, address = signed_in("victor"), f"/arrivals/{one.reference}"
    first, second = (lot.stock_number for lot in one.lots.order_by("pk"))
    assert f'name="lot" value="{first}"' in said(client, address)

    sent = client.post(f"{address}/weigh", line(one, carats="ST,GS,+0001.0104ct"))

    assert (sent.status_code, sent["Location"]) == (303, address)
    page = said(client, address)
    assert f'name="lot" value="{second}"' in page
    assert f"{first} differs by +0.010 ct and +0 pieces" in page
    assert "1.0104 ct; 1.01 ct is kept" in page
    assert f'value="{ArrivalReading.objects.get().location.code}"' in page
    assert f'name="lot" value="{first}"' in said(client, f"{address}?lot={first}")


def test_weigh__acts_once_however_often_it_is_sent(cast: Cast, at: datetime) -> None:
    one = an_accepted_consignment(cast, at)
    client, address = signed_in("victor"), f"/arrivals/{one.reference}"
    form = line(one) | {"key": key_of(said(client, address))}

    assert [client.post(f"{address}/weigh", form).status_code for _ in range(2)] == [303, 303]
    assert ArrivalReading.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"carats": "US,GS,+0001.000ct"}, 400),
        ({"carats": NAUGHTY}, 400),
        ({"pieces": "0"}, 400),
        ({"pieces": "100000000"}, 400),
        ({"pieces": "0000000012"}, 400),
        ({"seal": NAUGHTY}, 400),
        ({"location": NAUGHTY}, 400),
        ({"lot": "OTHER"}, 404),
        ({"lot": "a\0b"}, 400),
        ({"carats": "9" * 1_000_000}, 400),
    ],
)
def test_weigh__refuses_what_is_wrong_and_keeps_what_was_typed(
    cast: Cast, at: datetime, wrong: dict[str, str], status: int
) -> None:
    one = an_accepted_consignment(cast, at)

    refused = signed_in("victor").post(f"/arrivals/{one.reference}/weigh", line(one) | {"seal": "KEEP-01"} | wrong)

    assert refused.status_code == status
    assert NAUGHTY not in words_of(refused)
    assert status == 404 or "seal" in wrong or 'value="KEEP-01"' in words_of(refused)
    assert not ArrivalReading.objects.exists()


def test_weigh__says_what_is_kept_only_once_it_is(cast: Cast, at: datetime) -> None:
    one = an_accepted_consignment(cast, at)
    client, address = signed_in("victor"), f"/arrivals/{one.reference}"

    refused = client.post(f"{address}/weigh", line(one, carats="0.2001 g", location="NOWHERE"))

    assert refused.status_code == 400
    assert "is kept" not in words_of(refused)
    assert "is kept" not in said(client, address)
    client.post(f"{address}/weigh", line(one, carats="0.2001 g"))
    assert "1.0005 ct; 1.001 ct is kept" in said(client, address)


def test_weigh__tells_what_was_read_of_a_scale_that_had_not_settled(cast: Cast, at: datetime) -> None:
    one = an_accepted_consignment(cast, at)

    refused = signed_in("victor").post(f"/arrivals/{one.reference}/weigh", line(one, carats="US,GS,+0001.000ct"))

    assert "The scale had not settled" in words_of(refused)
    assert "Was read: US,GS,+0001.000ct" in words_of(refused)


def test_weigh__says_so_before_a_lot_is_weighed_again(cast: Cast, at: datetime) -> None:
    one = an_accepted_consignment(cast, at)
    client, address = signed_in("victor"), f"/arrivals/{one.reference}"
    form = line(one)
    client.post(f"{address}/weigh", form)

    blind = client.post(f"{address}/weigh", form | {"seal": "SEAL-0009"})
    link = f'href="?lot={form["lot"]}#carats"'
    assert link in said(client, address)
    assert link not in said(signed_in("olga"), address)
    page = said(client, f"{address}?lot={form['lot']}")
    again = client.post(f"{address}/weigh", form | {"seal": "SEAL-0009", "again": "yes"})

    assert (blind.status_code, again.status_code) == (409, 303)
    assert 'name="again"' in page
    assert ArrivalReading.objects.get().seal_number == "SEAL-0009"


def test_receive__takes_the_whole_in_before_a_second_keeper(cast: Cast, at: datetime) -> None:
    one = an_accepted_consignment(cast, at)
    client, address = signed_in("victor"), f"/arrivals/{one.reference}"
    early = client.post(f"{address}/receive", confirmed(one))
    client.post(f"{address}/weigh", line(one))
    page = said(client, address)
    assert f"{address}/receive" in page
    assert f'name="readings" value="{confirmed(one)["readings"]}"' in page

    alone = client.post(f"{address}/receive", confirmed(one, witness="victor"))
    one.refresh_from_db()
    assert (early.status_code, alone.status_code, one.state) == (409, 409, "accepted")
    assert 'value="BAL-1"' in words_of(alone)
    assert PASSWORD not in words_of(alone)

    taken = client.post(f"{address}/receive", confirmed(one))
    one.refresh_from_db()
    assert (taken.status_code, taken["Location"], one.state) == (303, "/arrivals", "received")
    assert "in vault" in said(client, address).casefold()


def test_receive__refuses_what_was_weighed_again_since_two_keepers_looked(cast: Cast, at: datetime) -> None:
    one = an_accepted_consignment(cast, at)
    client, address = signed_in("victor"), f"/arrivals/{one.reference}"
    client.post(f"{address}/weigh", line(one))
    seen = confirmed(one)
    client.post(f"{address}/weigh", line(one, carats="9.000", again="yes"))

    refused = client.post(f"{address}/receive", seen)
    unsaid = client.post(f"{address}/receive", WITNESS)

    one.refresh_from_db()
    assert (refused.status_code, unsaid.status_code, one.state, ArrivalReading.objects.count()) == (
        409,
        409,
        "accepted",
        1,
    )
    page = words_of(refused)
    assert "A lot was weighed since you opened the page" in page
    assert 'value="BAL-1"' in page
    assert f'name="readings" value="{confirmed(one)["readings"]}"' in page
    assert client.post(f"{address}/receive", confirmed(one)).status_code == 303
