"""Calling the API as a client would: token, keys, problems, and waiting for what takes its time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx

from config.demo.people import Person, StepFailed

LONGEST_WAIT_SECONDS = 120


class Caller:
    """One person's API client."""

    def __init__(self, url: str, person: Person) -> None:
        self.person = person
        self._client = httpx.Client(
            base_url=f"{url}/api/v1", headers={"Authorization": f"Token {person.token}"}, timeout=60
        )

    def get(self, path: str, **parameters: str) -> Any:
        """Give what stands at the path; raises StepFailed with the problem's sentence."""
        return self._answer(self._client.get(path, params=parameters))

    def post(self, path: str, body: Any = None) -> Any:
        """Perform an act once; raises StepFailed with the problem's sentence."""
        return self._answer(self._client.post(path, json=body, headers={"Idempotency-Key": str(uuid4())}))

    def put(self, path: str, body: Any) -> Any:
        """Set what stands at the path; raises StepFailed with the problem's sentence."""
        return self._answer(self._client.put(path, json=body, headers={"Idempotency-Key": str(uuid4())}))

    def send_file(self, path: str, content: bytes, media_type: str, **parameters: str) -> Any:
        """Send a file as the body; raises StepFailed with the problem's sentence."""
        headers = {"Content-Type": media_type, "Idempotency-Key": str(uuid4())}
        return self._answer(self._client.post(path, content=content, params=parameters, headers=headers))

    def _answer(self, response: httpx.Response) -> Any:
        if response.is_success:
            return response.json() if response.content else None
        call = f"{response.request.method} {response.request.url.path}"
        if "json" not in response.headers.get("Content-Type", ""):
            raise StepFailed(f"{call}: {response.status_code}")
        problem = response.json()
        details = [one["message"] for one in problem.get("problems", [])]
        details += [f"{problem['errors']}"] if "errors" in problem else []
        raise StepFailed(f"{call}: {response.status_code} {problem['title']} {' '.join(details)}")


def wait_for(what: str, ask: Callable[[], Any], *, is_there: Callable[[Any], bool]) -> Any:
    """Ask again and again until it is there; raises StepFailed after two minutes with the last answer."""
    until = time.monotonic() + LONGEST_WAIT_SECONDS
    while True:
        answer = ask()
        if is_there(answer):
            return answer
        if time.monotonic() > until:
            raise StepFailed(f"{what} did not come about within {LONGEST_WAIT_SECONDS} s; last: {answer}")
        time.sleep(0.2)
