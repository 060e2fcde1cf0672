"""Make a token for a machine, and show it this once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from bonded.models import ApiToken, Membership


class Command(BaseCommand):
    """The token acts in exactly one membership; only its digest is kept."""

    help = "Make an API token that acts in one membership of a user, and print it once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say whose membership, and what the token is called."""
        parser.add_argument("username")
        parser.add_argument("role")
        parser.add_argument("name", help="What the machine is called, for whoever looks at the list later.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the token, or refuse when there is not exactly one such membership."""
        found = Membership.objects.filter(user__username=options["username"], role=options["role"])
        memberships = list(found.select_related("user"))
        if len(memberships) != 1:
            raise CommandError(f"{options['username']} has {len(memberships)} memberships as {options['role']}.")
        (membership,) = memberships
        _, token = ApiToken.objects.create(
            user=membership.user, membership=membership, name=options["name"], prefix="btp_"
        )
        self.stdout.write(token)
