#!/bin/sh
# Starts Redis with one user, who may neither flush nor reconfigure it. The password comes from the environment, so that
# it stands on no command line.
set -eu
umask 077
cat >/tmp/redis.conf <<END
dir /data
appendonly yes
appendfsync everysec
maxmemory 256mb
maxmemory-policy noeviction
user default off
user platform on >$REDIS_PASSWORD ~* &* +@all -flushall -flushdb -swapdb -config -shutdown -debug -acl -module -replicaof -failover -save -bgsave
END
exec redis-server /tmp/redis.conf
