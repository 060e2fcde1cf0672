"""The code box: a lot, seal, consignment or pass leads to where it is worked on; what is unknown is told."""

from __future__ import annotations

from datetime import datetime

import pytest

from bonded.actions.release_tokens import issue_release_token
from bonded.models import Lot
from tests.cast import Cast
from tests.situations.bonded import (
    a_released_withdrawal,
    a_sealed_lot,
    an_accepted_consignment,
    an_announced_consignment,
)
from tests.situations.web_clients import NAUGHTY, said, signed_in, words_of


def sent(code: str, username: str = "victor") -> tuple[int, str]:
    """Give how a scan is answered, and where to it leads."""
    answer = signed_in(username).post("/code/go", {"code": code})
    return answer.status_code, answer.get("Location", "")


def test_go_to_code__leads_to_the_line_at_the_door(cast: Cast, at: datetime) -> None:
    one, announced = an_accepted_consignment(cast, at, lots=[{}, {}]), an_announced_consignment(cast, at)
    second = one.lots.order_by("pk")[1].stock_number

    assert sent(second) == (303, f"/arrivals/{one.reference}?lot={second}#carats")
    assert sent(one.reference) == (303, f"/arrivals/{one.reference}")
    assert sent(announced.reference) == (303, f"/arrivals/{announced.reference}")
    assert f'name="lot" value="{second}"' in said(signed_in("victor"), f"/arrivals/{one.reference}?lot={second}")


def test_go_to_code__leads_to_the_thing_where_no_work_waits(cast: Cast, at: datetime) -> None:
    lot = a_sealed_lot(cast, at, stock_number="A/1.b")

    assert sent(lot.stock_number)[0] == 303
    assert sent(lot.seal_number) == sent(lot.stock_number)
    assert sent(lot.consignment.reference) == (303, f"/consignments/{lot.consignment.reference}")


def test_go_to_code__lists_several(cast: Cast, at: datetime) -> None:
    a_sealed_lot(cast, at, stock_number="SAME-1")
    lot = a_sealed_lot(cast, at)
    Lot.objects.filter(pk=lot.pk).update(report_number="SAME-1")

    answer = signed_in("victor").post("/code/go", {"code": "SAME-1"})

    assert answer.status_code == 200
    assert lot.stock_number in words_of(answer)


def test_go_to_code__opens_the_gate_with_the_pass_filled_in_and_never_in_an_address(cast: Cast, at: datetime) -> None:
    released = a_released_withdrawal(cast, at)
    token = issue_release_token(withdrawal_id=released.pk, actor=cast.alice, at=at)

    answer = signed_in("victor").post("/code/go", {"code": f" {token}\n"})

    assert answer.status_code == 200
    assert f'name="token" required maxlength="200" autocomplete="off" data-key="p" value="{token}"' in words_of(answer)
    assert "/code/go" not in words_of(answer)
    released.refresh_from_db()
    assert released.state == "released"


@pytest.mark.parametrize(
    "code", ["NONE-1", NAUGHTY, "", "a\0b", "x" * 1_000_000, "00000000-0000-4000-8000-000000000000"]
)
def test_go_to_code__says_when_nothing_goes_by_it_and_is_ready_for_the_next(
    cast: Cast, at: datetime, code: str
) -> None:
    refused = signed_in("victor").post("/code/go", {"code": code})

    assert refused.status_code == 400
    assert 'role="alert"' in words_of(refused)
    assert NAUGHTY not in words_of(refused)
    assert "autofocus>" in words_of(refused)


def test_go_to_code__is_the_keepers(cast: Cast, at: datetime) -> None:
    one = an_accepted_consignment(cast, at)

    for username in ("alice", "sven", "olga", "ada"):
        assert sent(one.reference, username)[0] == 403
        assert signed_in(username).get("/code").status_code == 403
    assert sent(one.reference, "vera") == (303, f"/arrivals/{one.reference}")
    assert signed_in("vera").get("/code").status_code == 200
