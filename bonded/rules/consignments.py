"""The life of a consignment: what a supplier sends into bond together."""

from enum import StrEnum


class ConsignmentState(StrEnum):
    """How far a consignment has come."""

    ANNOUNCED = "announced"  # The supplier has said what will come; lines may still be added.
    DECLARED = "declared"  # The declaration into bond is with customs; the lines are fixed.
    ACCEPTED = "accepted"  # Customs lets it into bond; the vault may take it in.
    RECEIVED = "received"  # Weighed, compared, sealed and stored.
    REFUSED = "refused"  # Customs does not let it in.
    CANCELLED = "cancelled"  # The supplier withdrew it before it came.


STEPS: dict[ConsignmentState, frozenset[ConsignmentState]] = {
    ConsignmentState.ANNOUNCED: frozenset({ConsignmentState.DECLARED, ConsignmentState.CANCELLED}),
    ConsignmentState.DECLARED: frozenset({ConsignmentState.ACCEPTED, ConsignmentState.REFUSED}),
    ConsignmentState.ACCEPTED: frozenset({ConsignmentState.RECEIVED}),
    ConsignmentState.RECEIVED: frozenset(),
    ConsignmentState.REFUSED: frozenset({ConsignmentState.DECLARED, ConsignmentState.CANCELLED}),
    ConsignmentState.CANCELLED: frozenset(),
}
