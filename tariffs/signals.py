"""The facts that tariffs announces, inside the transaction of the act that made them true.

Payloads are ids and values; each signal's comment names them.
"""

from django.dispatch import Signal

versions_published = Signal()  # sender is the model (Measure, ExchangeRate); at. What goods would owe may be another.
