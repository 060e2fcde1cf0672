"""Posts the same entries by two ledger libraries: run by the Python of an environment that has one of them.

`python ledgers.py hordak|django_ledger NAME_OF_DATABASE` reads the connection from PGHOST and its kin, makes the
library's tables, and prints one JSON object of entries a second and milliseconds a balance.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC
from typing import Any

SINGLES, BULK, FEW = 500, 1_000, 20_000


def settings_of(peer: str, database: str) -> dict[str, Any]:
    """Give the settings that the library's own documentation asks for, and no more."""
    apps = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions", "django.contrib.messages"]
    return {
        "SECRET_KEY": "benchmark",
        "USE_TZ": True,
        "INSTALLED_APPS": [*apps, *(["mptt", "hordak"] if peer == "hordak" else ["treebeard", "django_ledger"])],
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "DEFAULT_CURRENCY": "CNY",
        "CURRENCIES": ["CNY"],
        "HORDAK_CURRENCIES": ["CNY"],
        "HORDAK_DECIMAL_PLACES": 2,
        "DATABASES": {
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": database,
                "USER": os.environ["PGUSER"],
                "PASSWORD": os.environ.get("PGPASSWORD", ""),
                "HOST": os.environ["PGHOST"],
                "PORT": os.environ["PGPORT"],
                "CONN_MAX_AGE": None,
            }
        },
    }


def per_second(post: Callable[[], Any], times: int, entries: int = 1) -> float:
    """Give the entries a second of a call, after a few that count for nothing."""
    for _ in range(3):
        post()
    begun = time.perf_counter()
    for _ in range(times):
        post()
    return times * entries / (time.perf_counter() - begun)


def hordak() -> dict[str, float]:
    """Post by `transfer_to`, by `bulk_create`, and read a balance of twenty thousand legs."""
    from django.db import transaction
    from hordak.models import Account, AccountType, Leg, Transaction
    from moneyed import Money

    bank, sales = (
        Account.objects.create(name=name, code=str(n), type=kind, currencies=["CNY"])
        for n, (name, kind) in enumerate((("bank", AccountType.asset), ("sales", AccountType.income)))
    )
    bank.refresh_from_db()
    sales.refresh_from_db()
    one = Money("1.00", "CNY")

    def bulk() -> None:
        with transaction.atomic():
            made = Transaction.objects.bulk_create(Transaction() for _ in range(BULK))
            Leg.objects.bulk_create(
                leg
                for entry in made
                for leg in (
                    Leg(transaction=entry, account=sales, credit=one),
                    Leg(transaction=entry, account=bank, debit=one),
                )
            )

    singly = per_second(transaction.atomic(lambda: sales.transfer_to(bank, one)), SINGLES)
    in_bulk = per_second(bulk, FEW // BULK, BULK)
    return {"singly": singly, "bulk": in_bulk, "balance_ms": _milliseconds(bank.get_balance)}


def django_ledger() -> dict[str, float]:
    """Post by `commit_txs`, as posted journal entries."""
    from datetime import datetime

    from django.contrib.auth import get_user_model
    from django_ledger.io import roles
    from django_ledger.models import EntityModel

    admin = get_user_model().objects.create_user("benchmark")
    entity = EntityModel.create_entity(name="Benchmark", admin=admin, use_accrual_method=True, fy_start_month=1)
    chart = entity.create_chart_of_accounts(assign_as_default=True, commit=True, coa_name="benchmark")
    bank, sales = (
        entity.create_account(code=code, role=role, name=code, balance_type=side, active=True, coa_model=chart)
        for code, role, side in (("1010", roles.ASSET_CA_CASH, "debit"), ("4010", roles.INCOME_OPERATIONAL, "credit"))
    )
    ledger = entity.create_ledger(name="benchmark", posted=True)
    legs = [
        {"account": account, "amount": 1, "tx_type": side, "description": "benchmark"}
        for account, side in ((bank, "debit"), (sales, "credit"))
    ]

    def post() -> None:
        entity.commit_txs(
            je_timestamp=datetime(2026, 11, 23, tzinfo=UTC),
            je_txs=[dict(leg) for leg in legs],
            je_ledger_model=ledger,
            je_posted=True,
        )

    return {"singly": per_second(post, SINGLES // 5)}


def _milliseconds(read: Callable[[], Any]) -> float:
    spent = []
    for _ in range(20):
        begun = time.perf_counter()
        read()
        spent.append(time.perf_counter() - begun)
    return statistics.median(spent) * 1e3


if __name__ == "__main__":
    import django
    from django.conf import settings
    from django.core.management import call_command

    settings.configure(**settings_of(*sys.argv[1:3]))
    django.setup()
    call_command("migrate", verbosity=0)
    print(json.dumps({"hordak": hordak, "django_ledger": django_ledger}[sys.argv[1]]()))
