"""What all web processes remember together, for a while: tries to sign in, and codes that were used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import structlog
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis import RedisError

log = structlog.get_logger(__name__)


def _shared_or_own(name: str) -> Callable[..., Any]:
    """Make an operation that asks Redis, and this process's own memory while Redis does not answer."""

    def operation(self: SharedCache, *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(super(SharedCache, self), name)(*args, **kwargs)
        except RedisError as error:
            log.warning("cache_not_shared", operation=name, error=type(error).__name__)
            return getattr(self.own, name)(*args, **kwargs)

    return operation


class SharedCache(RedisCache):
    """Redis, and while it is away each process's own memory.

    So people can sign in, and tries stay bounded: by their number for each process instead of for all.
    """

    def __init__(self, server: str, params: Mapping[str, Any]) -> None:
        super().__init__(server, dict(params))
        self.own = LocMemCache("while redis is away", {})

    add = _shared_or_own("add")
    get = _shared_or_own("get")
    set = _shared_or_own("set")
    delete = _shared_or_own("delete")
    touch = _shared_or_own("touch")
    incr = _shared_or_own("incr")
    has_key = _shared_or_own("has_key")
