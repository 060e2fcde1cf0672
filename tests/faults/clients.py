"""Clients that declare withdrawals to customs offices, and repeat each call until it is acknowledged."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import httpx

ANSWERED_WITHIN_SECONDS = 120


class Client(threading.Thread):
    """Declares its withdrawals, each to its office, one after the other; repeats a call under its key."""

    def __init__(
        self, url: str, token: str, declared: Sequence[tuple[str, str]], *, pause: float, stopping: threading.Event
    ) -> None:
        super().__init__(daemon=True)
        self.url, self.token, self.declared, self.pause, self.stopping = url, token, declared, pause, stopping
        self.acknowledged: list[str] = []
        self.refused: list[str] = []

    def run(self) -> None:
        """Declare until stopped."""
        headers = {"Authorization": f"Token {self.token}", "Content-Type": "application/json"}
        with httpx.Client(base_url=self.url, headers=headers, timeout=10, trust_env=False) as http:
            for withdrawal, office in self.declared:
                if self.stopping.wait(self.pause):
                    return
                self.declare(http, withdrawal, office)

    def declare(self, http: httpx.Client, withdrawal: str, office: str) -> None:
        """Declare one withdrawal and keep its declaration's number, or why there is none."""
        until = time.monotonic() + ANSWERED_WITHIN_SECONDS
        while time.monotonic() < until:
            try:
                answer = http.post(
                    f"/api/v1/withdrawals/{withdrawal}/declaration",
                    headers={"Idempotency-Key": withdrawal},
                    json={"office": office},
                )
            except httpx.HTTPError:
                time.sleep(0.1)
                continue
            if answer.status_code == httpx.codes.CREATED:
                self.acknowledged.append(answer.json()["number"])
                return
            if answer.status_code < 500 and answer.json().get("code") != "same_call_in_flight":
                self.refused.append(answer.text)
                return
            time.sleep(0.1)
        self.refused.append(f"{withdrawal} was never answered")
