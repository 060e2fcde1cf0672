"""Pure decisions of the bonded floor: law, arithmetic, lifecycles, permissions. Standard library only."""
