"""The bonded app: goods under bond; whose, where, how much, sealed, declared, leaving."""

from django.apps import AppConfig


class BondedConfig(AppConfig):
    """The ground floor."""

    name = "bonded"

    def ready(self) -> None:
        """Ring for workers when there is work, lay out the panels, and have the customs' questions asked."""
        from bonded import receivers, tasks
        from bonded.queries.client_events import CLIENT_EVENT_INVARIANTS
        from bonded.queries.customs_messages import CUSTOMS_INVARIANTS
        from bonded.queries.invariants import register_invariants
        from bonded.queries.partitions import PARTITION_INVARIANTS
        from bonded.web import customs_metrics
        from bonded.web.codes import register_codes
        from bonded.web.find import register_finders
        from bonded.web.home_panels import PANELS
        from bonded.web.jobs import JOB_KINDS, register_job_kinds
        from bonded.web.navigation import register_links
        from bonded.web.panels import register_panels
        from bonded.web.places import CODES, FINDERS, LINKS, SECTIONS
        from bonded.web.sections import register_sections

        tasks.listen()
        customs_metrics.register()
        receivers.listen()
        register_panels(*PANELS)
        register_codes(*CODES)
        register_finders(*FINDERS)
        register_links(*LINKS)
        register_sections(*SECTIONS)
        register_job_kinds(*JOB_KINDS)
        register_invariants(CUSTOMS_INVARIANTS)
        register_invariants(CLIENT_EVENT_INVARIANTS)
        register_invariants(PARTITION_INVARIANTS)
