"""Play the main job over HTTP, and tell what happened."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demo.story import Story


class Command(BaseCommand):
    """Runs against a platform that is up; whatever is done already is not done again."""

    help = "Load the sample and play the main job over HTTP: into bond, found, examined, released, settled."

    def handle(self, *args: Any, **options: Any) -> None:
        """Play; exit status 1 if any step failed."""
        if not Story(settings.PUBLIC_URL, width=int(os.environ.get("COLUMNS", "0")) or None).play():
            raise CommandError("The job did not come to its end; the step that failed is named above.")
