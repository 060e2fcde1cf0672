#!/bin/sh
# Makes the roles and the database when PostgreSQL's volume is new.
set -eu
psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set owner_password="$OWNER_PASSWORD" \
    --set app_rw_password="$APP_RW_PASSWORD" \
    --set app_ro_password="$APP_RO_PASSWORD" \
    --file /etc/bonded/roles.sql
