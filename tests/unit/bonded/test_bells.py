"""A bell keeps nobody waiting, rings once for many, and survives a broker that is away."""

from __future__ import annotations

import threading

import pytest

from bonded.gateways import bells
from bonded.gateways.bells import Bell


def test_bell__keeps_nobody_waiting_and_rings_once_for_many() -> None:
    rings: list[str] = []
    is_ringing, may_end = threading.Event(), threading.Event()

    def slow_broker() -> None:
        rings.append("ring")
        is_ringing.set()
        may_end.wait(10)

    bell = Bell("test", slow_broker)
    bell.ring()
    assert is_ringing.wait(10)
    is_ringing.clear()
    for _ in range(100):
        bell.ring()
    assert rings == ["ring"]
    may_end.set()
    assert is_ringing.wait(10)
    assert rings == ["ring"] * 2


def test_bell__rings_again_after_a_broker_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    rings: list[str] = []
    is_rung = threading.Event()

    def broken_then_whole() -> None:
        rings.append("ring")
        if len(rings) == 1:
            raise OSError("no broker")
        is_rung.set()

    monkeypatch.setattr(bells, "PAUSE_SECONDS", 0.01)
    bell = Bell("test", broken_then_whole)
    bell.ring()
    while not is_rung.wait(0.02):
        bell.ring()
    assert len(rings) == 2
