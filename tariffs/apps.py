"""The tariffs app: what is owed on goods, secured, paid, proven."""

from django.apps import AppConfig


class TariffsConfig(AppConfig):
    """The middle floor: it calls down to bonded, and hears bonded's facts."""

    name = "tariffs"

    def ready(self) -> None:
        """Listen to bonded, lay out the panels, and have this app's questions asked with the others."""
        from bonded.queries.invariants import register_invariants
        from bonded.web.base import (
            register_finders,
            register_job_kinds,
            register_links,
            register_panels,
            register_sections,
        )
        from tariffs import receivers
        from tariffs.queries.invariants import INVARIANTS
        from tariffs.web.jobs import JOB_KINDS
        from tariffs.web.panels import PANELS
        from tariffs.web.places import FINDERS, LINKS, SECTIONS

        receivers.listen()
        register_panels(*PANELS)
        register_links(*LINKS)
        register_finders(*FINDERS)
        register_sections(*SECTIONS)
        register_job_kinds(*JOB_KINDS)
        register_invariants(INVARIANTS)
