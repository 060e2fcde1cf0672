# One image for every process of the platform; docker-compose.yml says which command each service runs.
FROM python:3.12-slim-trixie AS packages

WORKDIR /build
COPY requirements.txt requirements-uv.txt ./
RUN python -m venv /opt/uv \
    && /opt/uv/bin/pip install --no-cache-dir --require-hashes -r requirements-uv.txt \
    && python -m venv --without-pip /opt/venv \
    && VIRTUAL_ENV=/opt/venv /opt/uv/bin/uv pip install --no-cache --require-hashes --compile-bytecode -r requirements.txt

FROM python:3.12-slim-trixie

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings

RUN groupadd --system --gid 10001 bonded \
    && useradd --system --uid 10001 --gid bonded --no-create-home --shell /usr/sbin/nologin bonded \
    && install --directory --owner bonded --group bonded /var/lib/customs-office

WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY manage.py ./
COPY config config
COPY bonded bonded
COPY tariffs tariffs
COPY inspections inspections

# The settings refuse to load without their environment; collecting files needs none of what is said here.
RUN SECRET_KEY=unused ALLOWED_HOSTS=unused PUBLIC_URL=http://unused DATABASE_URL=postgres://unused/unused \
    REDIS_URL=redis://unused CUSTOMS_OFFICES={} \
    python manage.py collectstatic --noinput

USER 10001:10001
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "1", "--backpressure", "64", "--respawn-failed-workers", "config.wsgi:application"]
