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


# Goods stay in these; at a desk or a gate somebody is with them.
KEEPS_GOODS = frozenset({LocationKind.VAULT, LocationKind.SAFE, LocationKind.DRAWER, LocationKind.TRAY})


class Keeping(StrEnum):
    """How a lot is kept where it is; of these, the first that holds."""

    BLOCKED = "blocked"  # On hold, wherever it lies.
    EXPECTED = "expected"  # Announced, not yet here.
    UNSEALED_ON_A_DESK = "unsealed_on_a_desk"  # Open before people who look at it.
    OUT_AT_A_VIEWING = "out_at_a_viewing"  # On a desk, with its seal on.
    UNSEALED = "unsealed"  # At its place or just received, without a seal: not for long.
    SEALED = "sealed"  # At its place, closed by a numbered seal.
