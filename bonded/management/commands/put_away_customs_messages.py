"""Drop the months of customs messages whose legal term is over; without --apply, only say which."""

from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from bonded.actions.retention import put_away_customs_messages
from bonded.queries.partitions import inbox_months
from bonded.rules.permissions import SYSTEM
from bonded.rules.retention import StillInTerm, require_out_of_term


def month_of(text: str) -> date:
    """Read YYYY-MM as the first day of the month; raises ValueError."""
    return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()


class Command(BaseCommand):
    """Run as the owner of the tables, after the months were copied to where the law wants them."""

    help = "Put away the messages of customs offices from before a month; a month with an open message stays."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say which month is the first to stay."""
        parser.add_argument("--before", required=True, type=month_of, metavar="YYYY-MM", help="The first to stay.")
        parser.add_argument("--apply", action="store_true", help="Drop them, instead of saying what would be.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what is or would be dropped, and what stays because something in it is open."""
        before, at, kept_years = options["before"], timezone.now(), settings.CUSTOMS_MESSAGES_KEPT_YEARS
        months = inbox_months(before=before)
        try:
            require_out_of_term(before, kept_years=kept_years, at=at)
            if options["apply"]:
                put_away_customs_messages(before=before, kept_years=kept_years, actor=SYSTEM, at=at)
        except StillInTerm as error:
            raise CommandError(f"{error.message} The first to stay: {error.facts['first_kept_month']}.") from error
        verb = "dropped" if options["apply"] else "would be dropped"
        for one in months:
            became = f"stays, {one.open} messages are open" if one.open else verb
            self.stdout.write(f"{one.month:%Y-%m}: {one.messages} messages, {became}.")
        self.stdout.write(f"{len(months)} months before {before:%Y-%m}.")
