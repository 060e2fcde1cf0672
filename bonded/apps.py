"""The bonded app: goods under bond; whose, where, how much, sealed, declared, leaving."""

from django.apps import AppConfig


class BondedConfig(AppConfig):
    """The ground floor."""

    name = "bonded"
