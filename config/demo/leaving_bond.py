"""The later steps of the job: found, released, settled."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from bonded.rules.money import Money
from config.demo.callers import Caller, wait_for
from config.demo.people import StepFailed
from tariffs.gateways.bank_simulator import Payment, write_camt053


def find_stones(buyer: Caller) -> list[dict[str, Any]]:
    """Search for a diamond and a ruby as a buyer would, and give both with their landed costs."""
    searches = (
        {"kind": "polished_diamond", "colour": "E", "clarity": "VS1", "cut": "Ideal", "carats_from": "1.000"},
        {"kind": "coloured_gem", "variety": "ruby"},
    )
    return [_first(buyer, search) for search in searches]


def _first(buyer: Caller, search: dict[str, str]) -> dict[str, Any]:
    found = buyer.get("/lots", limit="1", **search)["results"]
    if not found:
        raise StepFailed(f"No lot answers to {search}; `make clean-local` starts anew.")
    number = found[0]["stock_number"]
    return {**buyer.get(f"/lots/{number}"), "landed_cost": buyer.get(f"/lots/{number}/landed-cost")}


def ask_for_release(lots: list[dict[str, Any]], buyer: Caller) -> dict[str, Any]:
    """Request the withdrawal for home use, let the guarantee stand for the duty, declare; wait for customs."""
    withdrawal = buyer.post(
        "/withdrawals", {"stock_numbers": [lot["stock_number"] for lot in lots], "procedure": "home_use"}
    )
    path = f"/withdrawals/{withdrawal['id']}"
    assessment = buyer.get(f"{path}/assessment")
    buyer.post(f"{path}/secure-duty")
    declaration = buyer.post(f"{path}/declaration")
    wait_for(
        "customs' release",
        lambda: buyer.get(path),
        is_there=lambda answer: "customs_released" in answer["clearances"],
    )
    return {"path": path, "assessment": assessment, "declaration": declaration["number"], "id": withdrawal["id"]}


def release(asked: dict[str, Any], *, officer: Caller, buyer: Caller, keeper: Caller, witness: str) -> dict[str, Any]:
    """Let the officer approve, and the goods leave by the gate against their pass."""
    officer.post(f"{asked['path']}/release")
    token = buyer.post(f"{asked['path']}/release-token")["token"]
    left: dict[str, Any] = keeper.post("/hand-overs", {"token": token, "witness": witness})
    return left


def debt_of(withdrawal_id: str, finance: Caller) -> dict[str, Any]:
    """Give the debt that the release made of a withdrawal's secured duty."""
    cursor: str | None = ""
    while cursor is not None:
        page = finance.get("/duty-debts", limit="200", **({"cursor": cursor} if cursor else {}))
        for debt in page["results"]:
            if debt["withdrawal_id"] == withdrawal_id:
                found: dict[str, Any] = debt
                return found
        cursor = page["next_cursor"]
    raise StepFailed(f"No debt came of withdrawal {withdrawal_id}.")


def settle(debt: dict[str, Any], finance: Caller, *, payer: str, on: date) -> dict[str, Any]:
    """Let the payer's money arrive in a bank statement, match it to the debt, and book it."""
    amount = Money.from_text(debt["outstanding"], debt["currency"])
    statement = write_camt053(
        identification=f"DEMO-{uuid4().hex[:12].upper()}",
        account="622202400000000001",
        opening=Money(0, debt["currency"]),
        payments=[Payment(amount, payer, "622202400000000777", f"duty {debt['reference']}")],
        on=on,
    )
    file = finance.send_file("/bank-statements", statement, "application/xml", file_name="demonstration.xml")
    matches = finance.post(f"/bank-statements/{file['id']}/match")["results"]
    if len(matches) != 1:
        raise StepFailed(f"The payment of {amount} {amount.currency} found {len(matches)} debts.")
    paid: dict[str, Any] = finance.post(f"/payment-matches/{matches[0]['id']}/book")
    return {**paid, "rule": matches[0]["rule"]}
