"""The administration site: versions are published through the act, everything else is read."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import CompositePrimaryKey
from django.test import Client

from bonded.models import User
from tariffs.admin import VersionAdmin
from tariffs.models import CalendarDay, ExchangeRate
from tests.cast import Cast
from tests.situations.tariffs import a_charged_debt, a_guarantee, a_schedule

FORM = {
    "local_currency": "CNY",
    "currency": "THB",
    "rate": "0.2134",
    "quoted": "local_per_unit",
    "validity_0": "2026-12-01",
    "validity_1": "",
    "source": "notice",
    "mark": "S",
}


@pytest.fixture
def site(cast: Cast, at: datetime, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Ada at the administration site, with everything that an emerald leaves behind in the tables."""
    monkeypatch.setattr("config.middleware.timezone", SimpleNamespace(now=lambda: at))
    User.objects.filter(username="ada").update(is_staff=True, is_superuser=True)
    a_schedule(at)
    a_guarantee(cast, at)
    a_charged_debt(cast, at)
    client = Client()
    client.force_login(User.objects.get(username="ada"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_admin__shows_every_table(site: Client) -> None:
    for model in apps.get_app_config("tariffs").get_models():
        if isinstance(model._meta.pk, CompositePrimaryKey):  # Which the administration site can't show.
            continue
        path = f"/admin/tariffs/{model._meta.model_name}/"
        assert site.get(path).status_code == 200
        row = model._default_manager.first()
        if row is not None:
            assert site.get(f"{path}{row.pk}/change/").status_code == 200


def test_admin__changes_nothing_but_calendar_days() -> None:
    for model, page in admin.site._registry.items():
        if model._meta.app_label == "tariffs" and model is not CalendarDay:
            assert not page.has_change_permission(None), model  # type: ignore[arg-type]
            assert not page.has_delete_permission(None), model  # type: ignore[arg-type]
            assert isinstance(page, VersionAdmin) or not page.has_add_permission(None), model  # type: ignore[arg-type]


def test_admin__publishes_an_exchange_rate(site: Client) -> None:
    for _ in range(2):
        assert site.post("/admin/tariffs/exchangerate/add/", FORM).status_code == 302
    row = ExchangeRate.objects.get(currency="THB")
    assert (str(row.rate), row.is_verified, row.known.upper) == ("0.21340000", True, None)


@pytest.mark.parametrize(
    "change",
    [{"rate": "-1"}, {"currency": "CNY"}, {"validity_0": ""}, {"validity_0": "", "validity_1": "2027-01-01"}],
)
def test_admin__says_what_is_wrong_with_an_exchange_rate(site: Client, change: dict[str, str]) -> None:
    answer = site.post("/admin/tariffs/exchangerate/add/", FORM | change)
    assert answer.status_code == 200
    assert answer.context["errors"]
    assert ExchangeRate.objects.filter(source="notice").count() == 0


def test_admin__says_of_a_rate_published_at_the_same_moment_that_it_is_too_soon(site: Client) -> None:
    assert site.post("/admin/tariffs/exchangerate/add/", FORM).status_code == 302
    answer = site.post("/admin/tariffs/exchangerate/add/", FORM | {"rate": "0.3"})
    assert answer.status_code == 200
    assert "published just now" in str(answer.context["errors"])
    assert [str(row.rate) for row in ExchangeRate.objects.filter(currency="THB")] == ["0.21340000"]


def test_admin__leaves_measures_to_drafts(site: Client) -> None:
    assert site.get("/admin/tariffs/measure/add/").status_code == 403
