"""The facts that looking at goods announces, inside the transaction of the act that made them true.

Payloads are ids and values; each signal's comment names them.
"""

from django.dispatch import Signal

booking_made = Signal()  # booking_id, at
booking_cancelled = Signal()  # booking_id, at
session_closed = Signal()  # booking_id, at
