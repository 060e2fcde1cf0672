"""Places in and around the vault."""

from enum import StrEnum


class LocationKind(StrEnum):
    """What sort of place it is, from the outside in."""

    VAULT = "vault"
    SAFE = "safe"
    DRAWER = "drawer"
    TRAY = "tray"
    DESK = "desk"
    GATE = "gate"
