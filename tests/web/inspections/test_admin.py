"""The administration site: rooms, desks, escorts and scales may be edited, what happened may only be read."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client

from bonded.models import User
from inspections.models import Booking
from tests.cast import Cast
from tests.situations.inspections import a_weighed_in_session

EDITABLE = [
    *("viewingroom", "closure", "desk", "escort", "scale"),
    *("attendingofficer", "shift", "instrument", "viewingterms", "companypaper"),
]
READABLE = ["booking", "bookedlot", "claim", "viewingsession", "sessionlot", "finding", "offer"]
READABLE += ["findingphoto", "visitor", "ban"]


@pytest.mark.parametrize("name", [*EDITABLE, *READABLE])
def test_admin__lists_everything_and_edits_reference_data_only(cast: Cast, at: datetime, name: str) -> None:
    a_weighed_in_session(cast, at)
    root = User.objects.create_superuser("root")
    client = Client()
    client.force_login(root, backend="django.contrib.auth.backends.ModelBackend")

    assert client.get(f"/admin/inspections/{name}/").status_code == 200
    assert client.get(f"/admin/inspections/{name}/add/").status_code == (200 if name in EDITABLE else 403)
    booking = Booking.objects.get()
    assert client.post(f"/admin/inspections/booking/{booking.pk}/change/", {"state": "done"}).status_code == 403
    booking.refresh_from_db()
    assert booking.state == "in_session"
