"""The facts that looking at goods announces, inside the transaction of the act that made them true.

Payloads are ids and values; each signal's comment names them.
"""

from django.dispatch import Signal

booking_made = Signal()  # booking_id, at: held, requested or booked at once.
booking_confirmed = Signal()  # booking_id, at: what was held or requested is booked, or requested.
booking_pushed = Signal()  # booking_id, at: it begins later, because the visit before it goes on.
booking_ended = Signal()  # booking_id, at: cancelled, refused, lapsed, moved, or nobody came.
session_closed = Signal()  # booking_id, at
