"""The API does what its OpenAPI document says: calls made from the document alone never break it."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from bonded.models import ApiToken, Membership
from tests.cast import make_cast
from tests.situations.bonded import a_requested_withdrawal


@pytest.fixture
def document(live_server, at):
    """Give the document, served over real HTTP, with something to find."""
    a_requested_withdrawal(make_cast(), at)
    return schemathesis.openapi.from_url(f"{live_server.url}/api/v1/schema/?format=json")


@pytest.fixture
def tokens(document) -> list[str]:
    """Give a token of each role."""
    made = []
    for name in ("alice", "sven", "victor", "olga", "ada"):
        membership = Membership.objects.get(user__username=name)
        _, secret = ApiToken.objects.create(user=membership.user, membership=membership, name="fuzz", prefix="btp_")
        made.append(f"Token {secret}")
    return made


def test_every_operation__answers_as_the_document_says(document, tokens):
    failures = []
    operations = [result.ok() for result in document.get_all_operations()]
    for operation in operations:

        @given(case=operation.as_strategy())
        @settings(
            max_examples=3,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=[*HealthCheck],
        )
        def call_by_everybody(case):
            for token in tokens:
                case.call_and_validate(
                    headers={"Authorization": token},
                    checks=[not_a_server_error, response_schema_conformance, content_type_conformance],
                )

        try:
            call_by_everybody()
        except FailureGroup as group:
            failures += [f"{operation.label}: {failure}" for failure in group.exceptions]

    assert len(operations) > 40
    assert failures == []
