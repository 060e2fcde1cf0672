"""Ask every must-be-empty question: custody, bond, money, messages, and the chains of history."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from bonded.actions.invariants import ask_invariants
from bonded.rules.permissions import SYSTEM


class Command(BaseCommand):
    """Exit status 1 when a sentence that must hold does not."""

    help = "Verify custody, bond, money and the chains of history."

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, keep the answer, and say it."""
        report = ask_invariants(actor=SYSTEM, at=timezone.now())
        for one in report.broken:
            self.stdout.write(f"BROKEN: {one['sentence']} {', '.join(one['examples'][:5])}")
        if report.broken:
            raise CommandError(f"{len(report.broken)} of {report.questions} sentences do not hold.")
        self.stdout.write(f"All {report.questions} sentences hold.")
