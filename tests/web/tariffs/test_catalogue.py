"""The catalogue and the company's account on pages."""

from __future__ import annotations

import re
from datetime import datetime
from types import SimpleNamespace

import pytest
from django.utils.translation import override

from bonded.actions.notices import write_notices
from bonded.models import Notice, SavedSearch
from bonded.rules.notices import NoticeKind
from bonded.rules.permissions import SYSTEM
from bonded.web.words import shape_of, word_of
from tariffs.actions.landed_prices import price_catalogue
from tariffs.models.account_statements import AccountStatement
from tests.cast import Cast
from tests.situations.bonded import lots_in_the_vault
from tests.situations.tariffs import a_charged_debt, a_guarantee, a_schedule
from tests.situations.web_clients import NAUGHTY, key_of, said, signed_in

GRADES = [{"colour": "D", "lab": "GIA", "report_number": "77"}, {"colour": "H"}]


@pytest.fixture(autouse=True)
def _clock(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: at))


def priced_lots(cast: Cast, at: datetime) -> list[str]:
    a_schedule(at)
    lots = lots_in_the_vault(cast, at, lots=GRADES)
    price_catalogue(actor=SYSTEM, at=at)
    return [lot.stock_number for lot in lots]


def test_stones__are_found_by_grade_with_their_landed_cost(cast: Cast, at: datetime) -> None:
    first, second = priced_lots(cast, at)
    client = signed_in("alice")

    everything, white = said(client, "/stones"), said(client, "/stones?colour=D&carats_from=&landed_to=")

    assert first in everything
    assert second in everything
    assert first in white
    assert second not in white
    assert "CN¥40,115.00" in white


def test_stones__count_their_words_in_a_fragment_of_their_own(cast: Cast, at: datetime) -> None:
    priced_lots(cast, at)

    fragment = signed_in("alice").get("/stones?facets=1", HTTP_HX_REQUEST="true").content.decode()

    assert "<html" not in fragment
    assert re.search(r'name="colour"\s+value="D"', fragment)


@pytest.mark.parametrize(("language", "shape"), [("en", "round"), ("zh-hans", "圆形")])
def test_stones__tell_shapes_in_words_and_codes_as_they_are(
    cast: Cast, at: datetime, language: str, shape: str
) -> None:
    priced_lots(cast, at)

    headers = {"accept-language": language, "hx-request": "true"}
    fragment = signed_in("alice").get("/stones?facets=1", headers=headers).content.decode()

    for name, word, label in (("shape", "round", shape), ("clarity", "VS1", "VS1"), ("origin", "BW", "BW")):
        assert re.search(rf'name="{name}"\s+value="{word}">\s*{label}\s*<small', fragment), name


def test_shape_of__is_no_gem() -> None:
    with override("zh-hans"):
        assert [shape_of("emerald"), word_of("emerald"), shape_of("old european")] == [
            "祖母绿形", "祖母绿", "old european",
        ]  # fmt: skip


def test_stones__as_a_file_hold_no_formula(cast: Cast, at: datetime) -> None:
    first, _ = priced_lots(cast, at)

    file = signed_in("alice").get("/stones?format=csv")

    assert file["Content-Type"] == "text/csv; charset=utf-8"
    assert first in file.content.decode()


@pytest.mark.parametrize(
    "query", ["carats_from=NaN", "colour=%3Cscript%3E", "order=sideways", "cursor=zzz", "limit=-1", "x=y"]
)
def test_stones__say_what_of_a_search_is_wrong(cast: Cast, at: datetime, query: str) -> None:
    priced_lots(cast, at)

    refused = said(signed_in("alice"), f"/stones?{query}", 400)

    assert "<script>" not in refused.replace('<script src="', "")


def test_stone__shows_a_bar_that_adds_up_and_another_day(cast: Cast, at: datetime) -> None:
    first, _ = priced_lots(cast, at)
    client = signed_in("alice")

    page = said(client, f"/stones/{first}")

    assert "CN¥35,500.00" in page
    assert "CN¥4,615.00" in page
    assert "CN¥40,115.00 landed" in page
    assert "CN¥40,115.00 landed" in said(client, f"/stones/{first}?on=2026-12-24")
    assert "A day is written as" in said(client, f"/stones/{first}?on=never")


def test_keep_search__is_ones_own_and_forgotten_by_nobody_else(cast: Cast, at: datetime) -> None:
    priced_lots(cast, at)
    client = signed_in("alice")
    form = {"name": NAUGHTY.replace("\u202e", ""), "query": "colour=D", "key": key_of(said(client, "/stones"))}

    assert client.post("/searches", form).status_code == 303
    client.post("/searches", form)

    kept = SavedSearch.objects.get()
    page = said(client, "/stones")
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert signed_in("bob").post(f"/searches/{kept.pk}/forget").status_code == 404
    assert client.post("/searches", {"name": "", "query": "x"}).status_code == 400
    split = client.post("/searches", {"name": "n", "query": "a=1\r\nX-Evil: 1"})
    assert split["Location"] == "/stones?a=1%0D%0AX-Evil%3A+1"
    SavedSearch.objects.get(name="n").delete()
    assert client.post("/searches", {"name": "x" * 1_000_000, "query": "x"}).status_code == 400
    assert client.post(f"/searches/{kept.pk}/forget").status_code == 303
    assert not SavedSearch.objects.exists()


def test_set_alert__tells_the_buyer_who_kept_the_search(cast: Cast, at: datetime) -> None:
    priced_lots(cast, at)
    client = signed_in("alice")
    client.post("/searches", {"name": "Large", "query": "carats_from=1"})
    kept = SavedSearch.objects.get()
    address = f"/searches/{kept.pk}/alert"

    assert 'aria-label="Tell me of new lots in Large"' in said(client, "/stones")
    assert signed_in("bob").post(address, {"is_wanted": "yes"}).status_code == 404
    assert signed_in("olga").post(address, {"is_wanted": "yes"}).status_code == 403
    for _ in range(2):
        assert client.post(address, {"is_wanted": "yes", "key": "k"}).status_code == 303
    assert 'aria-label="Tell me no more of new lots in Large"' in said(client, "/stones")
    write_notices(
        user_ids=[cast.alice.user_id or 0],
        kind=NoticeKind.SEARCH_NEW_LOTS,
        subject_kind="saved_search",
        subject_id=f"search:{kept.pk}",
        due_at=at,
        at=at,
    )
    looked = client.post(f"/notices/{Notice.objects.get().pk}/read", {"go": "1"})
    assert looked["Location"] == "/stones?carats_from=1"
    assert client.get(f"/find?q=search:{kept.pk}").status_code == 302
    assert "stones?" not in said(signed_in("bob"), f"/find?q=search:{kept.pk}")
    assert client.post(address, {}).status_code == 303
    kept.refresh_from_db()
    assert kept.told_until is None


def test_company__shows_headroom_debts_and_statements(cast: Cast, at: datetime) -> None:
    a_schedule(at)
    a_guarantee(cast, at)
    debt = a_charged_debt(cast, at)
    client = signed_in("alice")

    page = said(client, "/company")
    assert "CN¥194,222.22" in page
    assert debt.reference in page
    assert debt.reference in client.get("/company?format=csv").content.decode()
    assert signed_in("charlie").get("/company").content.decode().count(debt.reference) == 0

    assert client.post("/company/statements", {"month": "2026-11"}).status_code == 303
    statement = AccountStatement.objects.get()
    assert client.get(f"/statements/{statement.pk}.pdf").status_code == 409
    assert signed_in("charlie").get(f"/statements/{statement.pk}.pdf").status_code == 404
    assert client.post("/company/statements", {"month": "soon"}).status_code == 400
