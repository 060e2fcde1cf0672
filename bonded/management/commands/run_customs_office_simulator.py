"""Run the simulated customs office as a process of its own."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bonded.gateways.customs_office_scenarios import DEFAULT, SCENARIOS
from bonded.gateways.customs_office_simulator import CustomsOfficeSimulator
from bonded.rules.customs_offices import SIMULATOR

MESSAGES_PATH = "/api/v1/customs/messages"


class Command(BaseCommand):
    """Takes declarations in over HTTP and answers with signed status messages until it is stopped."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say where it listens, where its files lie and how it behaves."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, required=True)
        parser.add_argument("--state", type=Path, default=settings.BASE_DIR / ".local" / "customs-office.sqlite")
        parser.add_argument("--scenario", choices=sorted(SCENARIOS), default=DEFAULT)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve; Ctrl-C and SIGTERM stop it."""
        line = settings.CUSTOMS_OFFICES[SIMULATOR]
        office = CustomsOfficeSimulator(
            state=options["state"],
            own_secret=line["incoming_secrets"][0],
            their_secret=line["outgoing_secret"],
            messages_url=settings.PUBLIC_URL + MESSAGES_PATH,
            scenario=options["scenario"],
            seed=options["seed"],
        )
        try:
            office.serve(
                host=options["host"],
                port=options["port"],
                when_ready=lambda port: self.stdout.write(f"The customs office listens on {options['host']}:{port}."),
            )
        except OSError as error:
            raise CommandError(
                f"The customs office can't listen on port {options['port']}: {error.strerror}."
            ) from None
        except KeyboardInterrupt:
            self.stdout.write("The customs office closes.")
