"""Pages of lots over HTTP: 50 lots of one grade, and the mix of searches, from granian with two workers (G9, G11).

The product is the platform itself, all its middleware included: it finds out who is calling (by
token, or by session), what that role may see, checks every parameter, and logs. None of the peers
does. The client, the servers and the database share the machine.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.test import Client
from psycopg import ClientCursor

from benchmarks._load import Load, measure, served
from benchmarks._search_mix import addresses, mixed_searches
from benchmarks._statements import bare_connection
from benchmarks.catalogues import companies, make_catalogue
from benchmarks.figures import Figure, Measure
from benchmarks.searches import Statement, searches_of_mix, statements_of
from bonded.models import ApiToken, Membership, User
from bonded.rules.lot_searches import lot_search_from_parameters
from bonded.rules.permissions import Role
from config.local.ports import HOST
from config.local.postgres import installed_programs

GRADE = {"shape": "round", "colour": "G", "clarity": "VS1", "order": "price"}
MANY, FEW = 32, 8
SECONDS, SECONDS_OF_MIX = 5.0, 10.0
# pgbench takes at most 128 scripts.
SCRIPTS = 100


def run() -> list[Figure]:
    """Make the catalogue and the peer's table where they are missing, then measure each server alone."""
    from benchmarks._peer import make_peer_table

    make_catalogue()
    make_peer_table()
    call_command("grant_privileges", stdout=open(os.devnull, "w"))  # noqa: PTH123, SIM115
    token, session = _credentials()
    grade = addresses([GRADE], "")[0]
    mix = mixed_searches()
    database = {"DATABASE_URL": os.environ.get("APP_RW_DATABASE_URL", os.environ["DATABASE_URL"])}
    with served("config.wsgi:application", "/readyz", **database) as port:
        headers = {"Authorization": f"Token {token}"}
        lots = _lots(port, f"/api/v1/lots{grade}", headers)
        ours = measure(port, [f"/api/v1/lots{grade}"], connections=MANY, seconds=SECONDS, headers=headers)
        by_session = measure(
            port, [f"/api/v1/lots{grade}"], connections=MANY, seconds=SECONDS, headers={"Cookie": f"session={session}"}
        )
        alive = measure(port, ["/livez"], connections=MANY, seconds=SECONDS)
        our_mix = measure(
            port, addresses(mix, "/api/v1/lots"), connections=FEW, seconds=SECONDS_OF_MIX, headers=headers
        )
    with served("benchmarks._peer:application", f"/peer{grade}", BENCHMARK_PEER="1") as port:
        assert _lots(port, f"/peer{grade}") == lots
        peer = measure(port, [f"/peer{grade}"], connections=MANY, seconds=SECONDS)
        uncounted = measure(port, [f"/peer-uncounted{grade}"], connections=MANY, seconds=SECONDS)
        peer_mix = measure(port, addresses(mix, "/peer"), connections=FEW, seconds=SECONDS_OF_MIX)
    with served("benchmarks._peer:bare_application", f"/{grade}") as port:
        assert _lots(port, f"/{grade}") == lots
        bare = measure(port, [f"/{grade}"], connections=MANY, seconds=SECONDS)
    one = statements_of([lot_search_from_parameters({name: [text] for name, text in GRADE.items()})])
    return [
        *_figures(
            "G11",
            f"50 lots of one grade, {MANY} connections, by token",
            ours,
            Measure("SQL by pgbench -c 8 -M prepared", _pgbench(one, mode="prepared")),
            {
                "DRF with count": peer,
                "DRF without count": uncounted,
                "WSGI and psycopg, no framework": bare,
                "our no-op /livez": alive,
                "ours by session": by_session,
            },
        ),
        *_figures(
            "G9",
            f"{len(mix)} mixed searches of 1,078,800 lots, {FEW} connections, by token",
            our_mix,
            Measure("SQL by pgbench -c 8", _pgbench(statements_of(searches_of_mix()), mode="simple")),
            {"DRF with count on six db_index": peer_mix},
        ),
    ]


def _figures(goal: str, name: str, ours: Load, limit: Measure, peers: dict[str, Load]) -> list[Figure]:
    return [
        Figure(
            goal=goal,
            name=f"GET {name}",
            value=ours.per_second,
            unit="/s",
            limit=limit,
            peers=[Measure(peer, load.per_second) for peer, load in peers.items()],
        ),
        *(
            Figure(
                goal=goal,
                name=f"the same, p{percent}",
                value=getattr(ours, f"p{percent}_ms"),
                unit="ms",
                peers=[Measure(peer, getattr(load, f"p{percent}_ms")) for peer, load in peers.items()],
            )
            for percent in (50, 99)
        ),
    ]


def _credentials() -> tuple[str, str]:
    """Give a token and a session of a buyer."""
    user, _ = User.objects.get_or_create(username="bench-buyer")
    membership, _ = Membership.objects.get_or_create(user=user, company=companies()[1], role=Role.BUYER)
    _, token = ApiToken.objects.create(user=user, membership=membership, name="benchmark", prefix="btp_")
    client = Client()
    client.force_login(user)
    return token, client.cookies["session"].value


def _lots(port: int, path: str, headers: dict[str, str] | None = None) -> list[str]:
    """Ask once, and give the stock numbers, so that all servers can be seen to answer the same."""
    asked = http.client.HTTPConnection(HOST, port, timeout=30)
    try:
        asked.request("GET", path, headers=headers or {})
        answer = asked.getresponse()
        body = answer.read()
        assert answer.status == 200, body[:500]
        return [row["stock_number"] for row in json.loads(body)["results"]]
    finally:
        asked.close()


def _pgbench(statements: Sequence[Statement], *, mode: str) -> float:
    """Run the statements with their values written in, eight clients at once, and give statements a second."""
    with bare_connection() as bare, tempfile.TemporaryDirectory() as folder:
        texts = [" ".join(ClientCursor(bare).mogrify(*one).split()) + ";\n" for one in statements]
        shared = [texts[first::SCRIPTS] for first in range(min(SCRIPTS, len(texts)))]
        a_script = len(shared[0])
        assert all(len(script) == a_script for script in shared)
        scripts = []
        for number, script in enumerate(shared):
            file = Path(folder) / f"{number}.sql"
            file.write_text("".join(script))
            scripts += ["-f", str(file)]
        parameters = connection.get_connection_params()
        environment = os.environ | {
            "PGHOST": str(parameters["host"]),
            "PGPORT": str(parameters["port"]),
            "PGUSER": str(parameters["user"]),
            "PGPASSWORD": str(parameters["password"]),
            "PGDATABASE": str(parameters["dbname"]),
        }
        done = subprocess.run(
            [installed_programs() / "pgbench", "-n", "-c", "8", "-j", "1", "-T", "6", "-M", mode, *scripts],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    assert found, done.stdout
    return float(found[1]) * a_script
