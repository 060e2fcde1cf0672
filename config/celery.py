"""The Celery application and the whole timetable.

Celery only rings the bell: tasks carry no work, they look for due rows. So a lost message costs
the seconds until the next sweep and a doubled one finds nothing left to do.
"""

import os
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings

app = Celery("bonded_trade_platform")

# task → (every so many seconds, queue). A sweep that was not taken in time is dropped: the next one does the same.
TIMETABLE: dict[str, tuple[int, str]] = {
    "bonded.tasks.drain_customs_inbox": (2, "work"),
    "bonded.tasks.send_customs_outbox": (2, "relay"),
    "bonded.tasks.send_webhooks": (2, "relay"),
    "bonded.tasks.send_mails": (10, "relay"),
    "bonded.tasks.escalate_notices": (300, "work"),
    "bonded.tasks.fetch_customs_messages": (10, "relay"),
    "bonded.tasks.watch_silent_offices": (600, "work"),
    "bonded.tasks.import_consignment_files": (2, "imports"),
    "bonded.tasks.sweep_consignment_files": (6 * 3600, "work"),
    "bonded.tasks.verify": (6 * 3600, "imports"),
    # Not once a day: a beat that is begun anew begins to count anew.
    "bonded.tasks.create_partitions": (6 * 3600, "work"),
    "bonded.tasks.remove_old_notices": (6 * 3600, "work"),
    "bonded.tasks.tell_goods_deadlines": (6 * 3600, "work"),
    "tariffs.tasks.expire_claims": (60, "work"),
    "tariffs.tasks.price_lots": (10, "imports"),
    "tariffs.tasks.make_account_statements": (5, "imports"),
    "tariffs.tasks.review_guarantees": (300, "work"),
    "tariffs.tasks.tell_money_deadlines": (6 * 3600, "work"),
    "tariffs.tasks.tell_new_lots": (900, "work"),
    "inspections.tasks.price_visits": (30, "work"),
    "inspections.tasks.end_overdue_bookings": (10, "work"),
    "inspections.tasks.extend_overruns": (60, "work"),
    "inspections.tasks.lapse_offers": (60, "work"),
    "inspections.tasks.offer_freed_places": (10, "work"),
    "inspections.tasks.sweep_waiting_list": (300, "work"),
}

_beat_schedule: dict[str, Any] = {
    name: {"task": name, "schedule": seconds, "options": {"queue": queue, "expires": seconds}}
    for name, (seconds, queue) in TIMETABLE.items()
}

app.conf.update(
    broker_url=settings.REDIS_URL,
    beat_schedule=_beat_schedule,
    timezone="UTC",
    enable_utc=True,
    task_default_queue="work",
    task_routes={name: {"queue": queue} for name, (_, queue) in TIMETABLE.items()},
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_time_limit=60,
    task_soft_time_limit=50,
    broker_connection_retry_on_startup=True,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    worker_soft_shutdown_timeout=20.0,
    worker_enable_soft_shutdown_on_idle=True,
    worker_hijack_root_logger=False,
    broker_transport_options={
        "visibility_timeout": 300,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
    },
)
app.autodiscover_tasks()
