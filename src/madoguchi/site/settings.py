"""Settings of the one process. Every setting comes from the environment and is documented in docs/operations.md.

The defaults run a demonstration on one machine; production must set the names marked there as required.
"""

import os
from pathlib import Path
from typing import Any

import environ

from madoguchi import __version__
from madoguchi.apps.accounts.oidc import providers

PACKAGE_DIR = Path(__file__).resolve().parent.parent
ROOT_DIR = PACKAGE_DIR.parent.parent
env = environ.Env()

DATA_DIR = Path(env.str("MADOGUCHI_DATA_DIR", default=str(ROOT_DIR / "var")))
PACK_DIR = Path(env.str("MADOGUCHI_PACK_DIR", default=str(ROOT_DIR / "packs" / "tokyo")))
DEBUG = env.bool("MADOGUCHI_DEBUG", default=False)
DEMO = env.bool("MADOGUCHI_DEMO", default=False)
SECRET_KEY = env.str(
    "MADOGUCHI_SECRET_KEY", default="insecure-demonstration-key-set-MADOGUCHI_SECRET_KEY-in-production"
)
AUDIT_SIGNING_KEY = env.str("MADOGUCHI_AUDIT_SIGNING_KEY", default="")
DATA_KEYS = env.str("MADOGUCHI_DATA_KEYS", default="")
LLM_URL = env.str("MADOGUCHI_LLM_URL", default="")
LLM_KEY = env.str("MADOGUCHI_LLM_KEY", default="")
LLM_MODEL = env.str("MADOGUCHI_LLM_MODEL", default="")
CLAMD_URL = env.str("MADOGUCHI_CLAMD", default="")
SMTP_URL = env.str("MADOGUCHI_SMTP_URL", default="")
MAIL_FROM = env.str("MADOGUCHI_MAIL_FROM", default="")
VAPID_KEY = env.str("MADOGUCHI_VAPID_KEY", default="")
VAPID_CONTACT = env.str("MADOGUCHI_VAPID_CONTACT", default="")
LINE_URL = env.str("MADOGUCHI_LINE_URL", default="")
LINE_TOKEN = env.str("MADOGUCHI_LINE_TOKEN", default="")
LINE_SECRET = env.str("MADOGUCHI_LINE_SECRET", default="")
MAIL_SECRET = env.str("MADOGUCHI_MAIL_SECRET", default="")
SMS_URL = env.str("MADOGUCHI_SMS_URL", default="")
SMS_TOKEN = env.str("MADOGUCHI_SMS_TOKEN", default="")
ALLOWED_HOSTS = env.list("MADOGUCHI_ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("MADOGUCHI_TRUSTED_ORIGINS", default=[])
SECURE_COOKIES = env.bool("MADOGUCHI_SECURE_COOKIES", default=False)
VERSION = __version__

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "madoguchi.core",
    "madoguchi.apps.accounts",
    "madoguchi.apps.registry",
    "madoguchi.apps.people",
    "madoguchi.apps.businesses",
    "madoguchi.apps.upkeep",
    "madoguchi.apps.opendata",
    "madoguchi.apps.consents",
    "madoguchi.apps.notifications",
    "madoguchi.apps.files",
    "madoguchi.apps.procedures",
    "madoguchi.apps.cases",
    "madoguchi.apps.applications",
    "madoguchi.apps.benefits",
    "madoguchi.apps.grants",
    "madoguchi.apps.outreach",
    "madoguchi.site",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "madoguchi.site.middleware.ContentSecurityPolicyMiddleware",
    "madoguchi.site.middleware.OpenToPagesMiddleware",
    "madoguchi.site.middleware.WellFormedMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "madoguchi.apps.accounts.sessions.SessionLimitsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "madoguchi.site.urls"
WSGI_APPLICATION = "madoguchi.site.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "madoguchi.site.context.page",
                "madoguchi.apps.accounts.delegation.acting.page",
            ],
        },
    }
]


def _database() -> dict[str, Any]:
    """Return SQLite (WAL, immediate transactions, full sync) unless DATABASE_URL names another database.

    A server's connections are kept for a minute (another time: `?conn_max_age=` in the address): a fresh one costs more than
    most requests.
    """
    config: dict[str, Any] = env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'madoguchi.sqlite3'}")
    if config["ENGINE"].endswith("sqlite3"):
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        }
    else:
        config["ENGINE"] = "madoguchi.core.postgres"
        config.setdefault("CONN_MAX_AGE", 60)
        config.setdefault("CONN_HEALTH_CHECKS", True)
        config["OPTIONS"] = {"server_side_binding": True, "prepare_threshold": 3, **config.get("OPTIONS", {})}
    return config


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "registry:desk"
LOGOUT_REDIRECT_URL = "site:home"
TRUSTED_PROXIES = env.list("MADOGUCHI_TRUSTED_PROXIES", default=[])
SIGN_IN_CALLS_PER_MINUTE = env.int("MADOGUCHI_SIGN_IN_CALLS_PER_MINUTE", default=30)
SIGNED_IN_HOME = {"resident": "people:me", "business": "businesses:mine"}
PUBLIC_URL = env.str("MADOGUCHI_PUBLIC_URL", default="")
OIDC_PROVIDERS = providers.read(os.environ)
SESSION_IDLE_MINUTES = env.int("MADOGUCHI_SESSION_IDLE_MINUTES", default=30)
SESSION_ABSOLUTE_MINUTES = env.int("MADOGUCHI_SESSION_ABSOLUTE_MINUTES", default=480)
SESSION_WARNING_MINUTES = env.int("MADOGUCHI_SESSION_WARNING_MINUTES", default=5)
PASSKEY_RP_ID = env.str("MADOGUCHI_PASSKEY_RP_ID", default="localhost")
PASSKEY_ORIGINS = env.list("MADOGUCHI_PASSKEY_ORIGINS", default=["http://localhost:8000"])
PASSKEYS_REQUIRED = env.bool("MADOGUCHI_PASSKEYS_REQUIRED", default=False)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_ENGINE = "madoguchi.apps.accounts.sealed_sessions"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = env.bool("MADOGUCHI_SSL_REDIRECT", default=False)
SECURE_HSTS_SECONDS = env.int("MADOGUCHI_HSTS_SECONDS", default=0)
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("ja-easy", "やさしい日本語"), ("en", "English")]
LOCALE_PATHS = [PACKAGE_DIR / "site" / "locale"]
LANGUAGE_COOKIE_NAME = "language"
USE_I18N = True
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True

STATIC_URL = "static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("MADOGUCHI_LOG_LEVEL", default="WARNING")},
}
