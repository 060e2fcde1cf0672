"""The bonded app: goods under bond; whose, where, how much, sealed, declared, leaving."""

from django.apps import AppConfig


class BondedConfig(AppConfig):
    """The ground floor."""

    name = "bonded"

    def ready(self) -> None:
        """Ring for workers when customs messages are written, and have the customs' questions asked."""
        from bonded import tasks
        from bonded.queries.customs_messages import CUSTOMS_INVARIANTS
        from bonded.queries.invariants import register_invariants

        tasks.listen()
        register_invariants(CUSTOMS_INVARIANTS)
