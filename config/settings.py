"""Every setting of the platform, read from the environment; a missing one stops the start with its name."""

from pathlib import Path

import environ
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.logging import logging_settings

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = env.str("SECRET_KEY")
# By it visitors' papers are known again, on the ban list above all; a new one makes all of them unknown.
VISITOR_PAPERS_KEY = env.str("VISITOR_PAPERS_KEY", default="") or SECRET_KEY
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
PUBLIC_URL = env.str("PUBLIC_URL")
HTTPS = env.bool("HTTPS", default=True)

# Office → {"url": where its gateway is, "incoming_secrets": [what its messages are signed with, two while one is
# changed], "outgoing_secret": what our calls are signed with, "is_polled": true where we fetch its messages because it
# does not send them}. An office that is not listed can't send us anything.
CUSTOMS_OFFICES = env.json("CUSTOMS_OFFICES")
# What customs offices sent is evidence: `manage.py put_away_customs_messages` drops nothing that is younger.
CUSTOMS_MESSAGES_KEPT_YEARS = env.int("CUSTOMS_MESSAGES_KEPT_YEARS", default=10)

# What a monitor sends to read /metrics, as `Authorization: Bearer …`; without one, only people see them.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

# Where mails go, e.g. smtp+tls://user:password@mail.example.com:587; unless it is said, into the log of the worker.
vars().update(env.email("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT_SECONDS", default=10)
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="Bonded Trade Platform <platform@localhost>")

# Only for tests and a developer's own machine: lets webhooks go over HTTP, and to private addresses.
WEBHOOKS_MAY_REACH_PRIVATE_ADDRESSES = env.bool("WEBHOOKS_MAY_REACH_PRIVATE_ADDRESSES", default=False)

INSTALLED_APPS = [
    "config",
    "inspections",
    "tariffs",
    "bonded",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_structlog",
    "django_prometheus",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "config.health.HealthMiddleware",
    "config.middleware.NulMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.ActorMiddleware",
    "config.middleware.SecondFactorMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "bonded.web.tags"],
        },
    },
]

# PostgreSQL. Timeouts are the database's own, so that they hold whatever the process does.
DATABASES = {"default": env.db_url("DATABASE_URL", engine="django.db.backends.postgresql")}
DATABASES["default"].update(
    CONN_MAX_AGE=None,
    CONN_HEALTH_CHECKS=True,
    OPTIONS={
        "server_side_binding": True,
        "prepare_threshold": 3,
        "options": " ".join(
            f"-c {name}={value}"
            for name, value in {
                "statement_timeout": env.int("STATEMENT_TIMEOUT_SECONDS", default=30) * 1000,
                "lock_timeout": env.int("LOCK_TIMEOUT_SECONDS", default=3) * 1000,
                "idle_in_transaction_session_timeout": env.int("IDLE_TRANSACTION_TIMEOUT_SECONDS", default=60) * 1000,
            }.items()
        ),
    },
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis is only the door-bell of the workers; the rows in PostgreSQL are the queue.
REDIS_URL = env.str("REDIS_URL")
# It holds nothing that may not be lost: how often somebody tried to sign in, and which codes were used just now.
CACHES = {
    "default": {
        "BACKEND": "config.caches.SharedCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        # Asked once, and no longer than a person would notice; then each process counts by itself.
        "OPTIONS": {"socket_timeout": 0.2, "socket_connect_timeout": 0.2, "retry": Retry(NoBackoff(), 0)},
    }
}

AUTH_USER_MODEL = "bonded.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "config.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A passkey speaks with a real host over HTTPS; browsers make an exception for localhost.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_TOTP_ISSUER = "Bonded Trade Platform"
# "required": officers, keepers, administrators and auditors get nowhere without one; "offered": only to look around.
SECOND_FACTOR = env.str("SECOND_FACTOR", default="required")
USERSESSIONS_TRACK_ACTIVITY = False
# As for the API below: else all who come through one proxy would share their tries.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=int(HTTPS))

SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
    },
}
# A stone's paper is at most 10 MB; a consignment of a million lines is about 60 MB.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
CONSIGNMENT_FILE_MAX_BYTES = 100 * 1024 * 1024

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / ".local" / "static"
STATICFILES_DIRS = [BASE_DIR / "config" / "static"]
WHITENOISE_USE_FINDERS = env.bool("STATIC_FROM_SOURCE", default=DEBUG)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "bonded.api.authentication.TokenAuthentication",
        "bonded.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["bonded.api.authentication.IsSignedIn"],
    "DEFAULT_PARSER_CLASSES": ["bonded.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "bonded.api.base.problem_response",
    "COERCE_DECIMAL_TO_STRING": True,
    # Behind a TLS proxy, whose word of the scheme is taken too, the last address it names is the caller's.
    "NUM_PROXIES": env.int("TRUSTED_PROXIES", default=int(HTTPS)),
}
REST_KNOX = {
    "TOKEN_MODEL": "bonded.ApiToken",
    "TOKEN_PREFIX": "btp_",
    "TOKEN_TTL": None,
    "AUTO_REFRESH": False,
}
KNOX_TOKEN_MODEL = "bonded.ApiToken"  # noqa: S105
SPECTACULAR_SETTINGS = {
    "TITLE": "Bonded Trade Platform",
    "DESCRIPTION": "Examine first, pay duty later: stones under bond, viewings, withdrawals, duty and settlement.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "bonded.api.schema.describe_problems",
    ],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}

LOGGING = logging_settings(env.str("LOG_FORMAT", default="json"), env.str("LOG_LEVEL", default="INFO"))
# zeal: one statement per row of a list is an error in the tests, not a surprise in production.
if env.bool("CHECK_N_PLUS_ONE", default=False):
    INSTALLED_APPS.append("zeal")
    ZEAL_RAISE = True
