"""The facts that the bonded floor announces, inside the transaction of the act that made them true.

Facts are past tense and need no answer. They are sent with `send`, so a hearer that refuses
undoes the whole act. Payloads are ids and values; each signal's comment names them.
"""

from django.dispatch import Signal

consignment_received = Signal()  # consignment_id, at
lot_moved = Signal()  # lot_id, at
consignment_file_stored = Signal()  # file_id, at
lots_held = Signal()  # lot_ids, at
lots_freed = Signal()  # lot_ids, at
withdrawal_requested = Signal()  # withdrawal_id, at
withdrawal_cancelled = Signal()  # withdrawal_id, at
withdrawal_refused = Signal()  # withdrawal_id, at
withdrawal_released = Signal()  # withdrawal_id, at
withdrawal_handed_over = Signal()  # withdrawal_id, at
declaration_statuses_changed = Signal()  # changes: (declaration_id, status) each, in their order; at
customs_message_stored = Signal()  # at
customs_message_queued = Signal()  # at
invariants_wanted = Signal()  # at
