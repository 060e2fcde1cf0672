"""The life of a statement of an account, pair by pair."""

from __future__ import annotations

from itertools import product

import pytest

from bonded.rules.lifecycle import StepNotAllowed, require_step
from tariffs.rules.account_statements import STEPS, StatementState

S = StatementState
ALLOWED = {(S.QUEUED, S.READY), (S.QUEUED, S.CANCELLED)}


@pytest.mark.parametrize(("current", "target"), list(product(S, S)))
def test_steps__allow_these_pairs_and_no_others(current: S, target: S) -> None:
    if (current, target) in ALLOWED:
        require_step(STEPS, current, target)
    else:
        with pytest.raises(StepNotAllowed):
            require_step(STEPS, current, target)
