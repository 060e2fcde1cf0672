"""Every lifecycle, pair by pair: what its table lists is allowed, everything else refused."""

from itertools import product
from typing import Any

import pytest

from bonded.rules import consignment_files, consignments, lots, notices, withdrawals
from bonded.rules.lifecycle import StepNotAllowed, require_step

# What each table should say, written again by hand: a slip in one of the two shows.
EXPECTED: dict[str, tuple[Any, set[str]]] = {
    "consignment": (
        consignments.STEPS,
        {
            "announced>declared",
            "announced>cancelled",
            "declared>accepted",
            "declared>refused",
            "accepted>received",
            "refused>declared",
            "refused>cancelled",
        },
    ),
    "consignment file": (
        consignment_files.STEPS,
        {
            "proposed>waiting",
            "proposed>cancelled",
            "waiting>running",
            "waiting>cancelled",
            "running>done",
            "running>refused",
            "running>waiting",
            "running>cancelled",
        },
    ),
    "goods": (
        lots.GOODS_STEPS,
        {
            "expected>received",
            "received>in_vault",
            "in_vault>in_vault",
            "in_vault>at_desk",
            "in_vault>out",
            "at_desk>in_vault",
        },
    ),
    "customs": (
        lots.CUSTOMS_STEPS,
        {"undeclared>bonded", "bonded>released", "released>bonded", "released>written_off"},
    ),
    "trade": (lots.TRADE_STEPS, {"free>held", "held>free", "held>sold"}),
    "mail": (
        notices.MAIL_STEPS,
        {
            "queued>sending",
            "queued>unwanted",
            "queued>digested",
            "sending>queued",
            "sending>sending",
            "sending>sent",
            "sending>unwanted",
            "sending>failed",
        },
    ),
    "withdrawal": (
        withdrawals.STEPS,
        {
            "requested>declared",
            "requested>cancelled",
            "requested>refused",
            "declared>released",
            "declared>cancelled",
            "declared>refused",
            "released>handed_over",
        },
    ),
}
PAIRS = [
    (steps, current, target, f"{current}>{target}" in allowed)
    for steps, allowed in EXPECTED.values()
    for current, target in product(steps, steps)
]


@pytest.mark.parametrize(("steps", "current", "target", "is_allowed"), PAIRS)
def test_require_step__allows_what_the_table_lists_and_refuses_the_rest(
    steps: Any, current: Any, target: Any, is_allowed: bool
) -> None:
    if is_allowed:
        require_step(steps, current, target)
        return
    with pytest.raises(StepNotAllowed) as refused:
        require_step(steps, current, target)
    assert refused.value.facts == {
        "current": current.value,
        "target": target.value,
        "allowed": sorted(state.value for state in steps[current]),
    }


@pytest.mark.parametrize("name", EXPECTED)
def test_steps__name_every_state(name: str) -> None:
    steps, _ = EXPECTED[name]

    states: Any = type(next(iter(steps)))
    assert set(steps) == set(states)
