"""The commands of the platform's processes, the same on one machine and in docker-compose.yml.

`{host}`, `{port}`, `{name}`, `{state}` and `{schedule}` are filled in by whoever starts them.
"""

Command = tuple[str, ...]

WORKER_OPTIONS = ("-c", "1", "-n", "{name}@%h", "--without-gossip", "--without-mingle", "-l", "INFO")

MIGRATE: Command = ("python", "manage.py", "migrate", "--noinput")
GRANT_PRIVILEGES: Command = ("python", "manage.py", "grant_privileges")
PLAY_DEMO: Command = ("python", "manage.py", "play_demo")

SIMULATOR: Command = (
    *("python", "manage.py", "run_customs_office_simulator", "--host", "{host}", "--port", "{port}"),
    *("--state", "{state}"),
)
# One thread a worker: each holds a database connection, and more would only wait for the interpreter.
WEB: Command = (
    *("granian", "--interface", "wsgi", "--host", "{host}", "--port", "{port}", "--workers", "2"),
    *("--blocking-threads", "1", "--backpressure", "64", "--respawn-failed-workers", "config.wsgi:application"),
)
WORKER: Command = ("celery", "-A", "config.celery", "worker", "-Q", "work", *WORKER_OPTIONS)
RELAY: Command = ("celery", "-A", "config.celery", "worker", "-Q", "relay", *WORKER_OPTIONS)
# Files of a million lines take their time, and nobody else's.
IMPORTER: Command = ("celery", "-A", "config.celery", "worker", "-Q", "imports", *WORKER_OPTIONS)
# Its schedule is a cache of the timetable; no pid file, because whoever starts it keeps it single.
BEAT: Command = ("celery", "-A", "config.celery", "beat", "--schedule", "{schedule}", "--pidfile=", "-l", "INFO")

# A person waits for the web, so it gives up sooner than a worker does; a migration may take as long as it needs.
WEB_LIMITS: dict[str, str] = {"STATEMENT_TIMEOUT_SECONDS": "5", "IDLE_TRANSACTION_TIMEOUT_SECONDS": "10"}
WORKER_LIMITS: dict[str, str] = {"STATEMENT_TIMEOUT_SECONDS": "30", "IDLE_TRANSACTION_TIMEOUT_SECONDS": "10"}
MIGRATE_LIMITS: dict[str, str] = {"STATEMENT_TIMEOUT_SECONDS": "0", "IDLE_TRANSACTION_TIMEOUT_SECONDS": "0"}


def filled(command: Command, **values: str | int) -> Command:
    """Return the command with its places filled in; a place without a value raises KeyError."""
    return tuple(word.format_map(values) for word in command)
