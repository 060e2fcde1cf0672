"""The inspections app: looking at goods before the money is owed."""

from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    """The upper floor: it calls down to tariffs and bonded, and hears bonded's facts."""

    name = "inspections"

    def ready(self) -> None:
        """Listen to bonded, lay out the panels, and have this app's questions asked with the others."""
        from bonded.queries.invariants import register_invariants
        from bonded.web.base import register_codes, register_finders, register_links, register_panels, register_sections
        from inspections import receivers
        from inspections.queries.invariants import INVARIANTS
        from inspections.web.panels import PANELS
        from inspections.web.places import CODES, FINDERS, LINKS, SECTIONS

        receivers.listen()
        register_panels(*PANELS)
        register_links(*LINKS)
        register_sections(*SECTIONS)
        register_codes(*CODES)
        register_finders(*FINDERS)
        register_invariants(INVARIANTS)
