"""Run the simulated customs offices as a process of their own."""

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bonded.gateways.customs_office_files import OfficeFiles
from bonded.gateways.customs_office_scenario_files import DEFAULT, ScenarioInvalid, load_scenario, scenario_names
from bonded.gateways.customs_office_scenarios import Scenario
from bonded.gateways.customs_office_senders import OfficeSender
from bonded.gateways.customs_office_server import OfficeServer
from bonded.gateways.customs_office_simulator import SimulatedOffice
from bonded.rules.customs_offices import OFFICES

MESSAGES_PATH = "/api/v1/customs/messages"


class Command(BaseCommand):
    """Takes declarations in over HTTP and answers with signed status messages until it is stopped."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say where it listens, where its files lie and how each office behaves."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, required=True)
        parser.add_argument("--state", type=Path, default=settings.BASE_DIR / ".local" / "customs-office.sqlite")
        parser.add_argument(
            "--scenario",
            action="append",
            default=[],
            metavar="[OFFICE=]NAME",
            help=f"of all offices, or of one; may be repeated (default {DEFAULT}): {', '.join(scenario_names())}",
        )
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve; Ctrl-C and SIGTERM stop it."""
        host, port = options["host"], options["port"]
        scenarios = _scenarios(options["scenario"])
        files = OfficeFiles(options["state"])
        offices = {
            code: SimulatedOffice(
                code=code,
                scenario=scenario,
                own_secret=settings.CUSTOMS_OFFICES[code]["incoming_secrets"][0],
                their_secret=settings.CUSTOMS_OFFICES[code]["outgoing_secret"],
                files=files,
                seed=options["seed"],
            )
            for code, scenario in scenarios.items()
        }
        sender = OfficeSender(files=files, offices=offices, messages_url=settings.PUBLIC_URL + MESSAGES_PATH)
        try:
            OfficeServer(offices=offices, sender=sender).serve(
                host=host,
                port=port,
                when_ready=lambda port: self.stdout.write(f"The customs offices listen on {host}:{port}."),
            )
        except OSError as error:
            raise CommandError(f"The customs offices can't listen on port {port}: {error.strerror}.") from None
        except KeyboardInterrupt:
            self.stdout.write("The customs offices close.")


def _scenarios(told: Sequence[str]) -> dict[str, Scenario]:
    """Give every office that we have a line to its own scenario, else the one for all, else the default."""
    codes = [code for code in settings.CUSTOMS_OFFICES if code in OFFICES]
    if not codes:
        raise CommandError(f"CUSTOMS_OFFICES has no line to any of {', '.join(OFFICES)}.")
    names = {office: name for office, _, name in (one.rpartition("=") for one in told)}
    if unknown := sorted(names.keys() - {"", *codes}):
        raise CommandError(f"There is no line to an office {unknown[0]!r}; there are {', '.join(codes)}.")
    try:
        return {code: load_scenario(names.get(code, names.get("", DEFAULT))) for code in codes}
    except ScenarioInvalid as error:
        raise CommandError(str(error)) from None
