"""Every setting, in one place. What differs between installations comes from the environment (see .env.example).

Each variable may also be given as NAME_FILE, the path of a file that holds the value. In a checkout `.env` is read
too, then what the launcher wrote into `var/`; the real environment always wins.
"""

import base64
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
import font_source_sans_pro
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = BASE_DIR / "var"
ENVIRONMENT_FILES = (BASE_DIR / ".env", VAR / "services.env", VAR / "secrets.env")

if "LANTERN_IGNORE_FILES" not in os.environ:
    for file in ENVIRONMENT_FILES:
        if file.exists():
            environ.Env.read_env(file)
env = environ.FileAwareEnv()

# Static checks and the image build load the settings where there is neither a database nor a secret.
BUILD = env.bool("LANTERN_BUILD", False)


def needed(name: str, what: str, in_build: str) -> str:
    """The value of a variable without which Lantern does not start."""
    value = str(env.str(name, in_build if BUILD else "")).strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {what} See .env.example.")
    return value


def flag(name: str) -> bool:
    """A variable that is off unless it says otherwise."""
    word = env.str(name, "").strip().lower()
    if word not in {"", "0", "1", "off", "on", "no", "yes", "false", "true"}:
        raise ImproperlyConfigured(f"{name} is “{word}”. Write 1 or 0.")
    return word in {"1", "on", "yes", "true"}


def number(name: str, default: int) -> int:
    text = env.str(name, "").strip() or str(default)
    if not text.isdecimal():
        raise ImproperlyConfigured(f"{name} is “{text}”. Write a whole number.")
    return int(text)


def keyring(name: str, what: str) -> dict[int, bytes]:
    """Numbered keys from `2:base64,1:base64`. What is written is written under the first; all of them are read."""
    keys: dict[int, bytes] = {}
    for entry in needed(name, what, "1:" + base64.b64encode(bytes(32)).decode()).split(","):
        version, _colon, text = entry.strip().partition(":")
        try:
            number, key = int(version), base64.b64decode(text, validate=True)
        except ValueError:
            raise ImproperlyConfigured(
                f"{name} cannot be read. Write each key as number:base64 and separate keys by commas, newest first."
            ) from None
        if len(key) != 32:
            raise ImproperlyConfigured(f"{name} holds a key that is not 32 bytes long.")
        if number in keys or not 0 < number < 2**15:
            raise ImproperlyConfigured(f"{name} holds the number {number}: each stands once, from 1 to 32767.")
        keys[number] = key
    return keys


def seed(name: str) -> bytes | None:
    """32 bytes in base64, or None where nothing is given."""
    text = env.str(name, "").strip()
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raw = b""
    if text and len(raw) != 32:
        raise ImproperlyConfigured(f"{name} must be 32 bytes in base64.")
    return raw or None


# What this installation is
DEBUG = flag("DEBUG")
DEMO = flag("LANTERN_DEMO")
HASH_UPLOADS = flag("HASH_UPLOADS")
SHARE_PHONE_NUMBERS = flag("SHARE_PHONE_NUMBERS")
SITE_URL = needed(
    "SITE_URL",
    "Give the address under which people reach this installation, such as https://lantern.example.org.",
    "http://localhost:8000",
).rstrip("/")
_address = urlsplit(SITE_URL)
if _address.scheme not in {"http", "https"} or not _address.hostname:
    raise ImproperlyConfigured(f"SITE_URL is “{SITE_URL}”. It must begin with https:// or http:// and name a host.")
ENCRYPTED = _address.scheme == "https"
ALLOWED_HOSTS = [_address.hostname, *env.list("EXTRA_HOSTS", default=[])]

# What people send stays in memory; only a batch that is too large for it goes to a disk on the way, as ciphertext
FILE_UPLOAD_HANDLERS = [
    "signals.forms.files.Sealed",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
]
FILE_UPLOAD_MAX_MEMORY_SIZE = DATA_UPLOAD_MAX_MEMORY_SIZE = 25 * 2**20

# How many plain values a person may see in a day, and take away as files of own signals; how many values may be looked
# up: with each key or by each person, and by a whole member
REVEALS_PER_DAY = number("REVEALS_PER_DAY", 60)
EXPORTED_VALUES_PER_DAY = number("EXPORTED_VALUES_PER_DAY", 100_000)
LOOKUPS_PER_DAY = number("LOOKUPS_PER_DAY", 20_000)
LOOKUPS_PER_DAY_OF_MEMBER = number("LOOKUPS_PER_DAY_OF_MEMBER", 100_000)

# Days on which the programme does not work, as 2026-12-25,2027-01-01: they do not count as working days
HOLIDAYS = env.list("HOLIDAYS", default=[])

# Secrets
SECRET_KEY = needed("SECRET_KEY", "It signs sessions: give 50 random characters or more.", "build")
PEPPERS = keyring("LANTERN_PEPPERS", "They key the digests of shared values.")
ENCRYPTION_KEYS = keyring("LANTERN_ENCRYPTION_KEYS", "They encrypt shared values.")

# Checkpoints of the ledger: only the worker that serves the queue of that name has the key (32 bytes in base64), and
# keeps what was published last where a backup of the database does not reach
CHECKPOINT_KEY = seed("LANTERN_CHECKPOINT_KEY")
CHECKPOINT_FILE = Path(env.str("CHECKPOINT_FILE", "").strip() or VAR / "checkpoint")

# Applications
INSTALLED_APPS = [
    "lantern_site",
    "lantern_site.audit",
    "lantern_site.work",
    "lantern_site.members",
    "signals",
    "reviews",
    "transparency",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "lucide",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
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
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "lantern_site.urls"
WSGI_APPLICATION = "lantern_site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lantern_site.demo.sign_in.demonstration",
                "reviews.navigation.rail",
            ],
            "builtins": ["lucide.templatetags.lucide", "lantern_site.templatetags.interface"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# PostgreSQL: the application speaks as a role that owns nothing, so that row-level security holds for it.
DATABASE_ROLE = env.str("DATABASE_ROLE", "lantern_app").strip()
DATABASES: dict[str, dict[str, Any]] = {"default": {"ENGINE": "django.db.backends.dummy"}}
if not BUILD:
    _database_url = needed("DATABASE_URL", "Give postgres://user:password@host:5432/name (PostgreSQL 15 or later).", "")
    if not DATABASE_ROLE:  # migrations and the like run as the owner of the schema
        _database_url = env.str("MIGRATION_DATABASE_URL", "").strip() or _database_url
    DATABASES["default"] = environ.Env.db_url_config(_database_url)
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    if DATABASE_ROLE:
        DATABASES["default"].setdefault("OPTIONS", {})["options"] = f"-c role={DATABASE_ROLE}"

# Valkey or Redis: messages to the workers, rate limits
REDIS_URL = needed("REDIS_URL", "Give redis://:password@host:6379/0 (Valkey, or Redis 7 or later).", "redis://none")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
CELERY_BROKER_URL = REDIS_URL
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "clock")

# Where each machine keeps its snapshots of the index for matching; they can be made again at any time
INDEX_FOLDER = Path(env.str("INDEX_FOLDER", "").strip() or VAR / "index")

# Sign-in: accounts are made by an administrator; a password and a second factor
AUTH_USER_MODEL = "members.Staff"
AUTHENTICATION_BACKENDS = ["lantern_site.members.adapters.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "lantern_site.members.adapters.Accounts"
MFA_ADAPTER = "lantern_site.members.adapters.SecondFactor"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = not DEMO
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _address.scheme
ACCOUNT_REAUTHENTICATION_TIMEOUT = 30 * 60
# How often somebody may try. Every limit has the same window, so that the page can say how long to wait.
ATTEMPTS_WITHIN = 5 * 60
ACCOUNT_RATE_LIMITS = {
    name: ",".join(f"{times}/{ATTEMPTS_WITHIN}s/{per}" for per, times in limits.items())
    for name, limits in {
        "login": {"ip": 60},
        "login_failed": {"ip": 20, "key": 5},  # the key is an address, or a person with a second factor
        "reset_password": {"ip": 20, "key": 3},
        "reset_password_from_key": {"ip": 20},
        "reauthenticate": {"user": 10},
        "change_password": {"user": 10},
    }.items()
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_RECOVERY_CODES_SHOW_ONCE = True
ACCOUNT_SESSION_REMEMBER = False
MFA_TOTP_ISSUER = "Lantern"
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENCRYPTED

# Sessions, cookies, transport
SESSION_ENGINE = "lantern_site.members.models.sessions"  # rows that know whose they are
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = ENCRYPTED
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = ENCRYPTED
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SECURE_SSL_REDIRECT = ENCRYPTED
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if ENCRYPTED else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = ENCRYPTED
SECURE_HSTS_PRELOAD = ENCRYPTED
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# How many proxies of ours stand before the web server. Their headers are believed only then.
PROXY_COUNT = ALLAUTH_TRUSTED_PROXY_COUNT = number("PROXY_COUNT", 0)
if PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# Languages and time
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("English")), ("fr", _("French"))]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = ENCRYPTED
LOCALE_PATHS = [BASE_DIR / "lantern_site" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"
USE_THOUSAND_SEPARATOR = True

# Static files: an image holds collected, hashed ones; a checkout serves them from where they lie.
STATIC_URL = "/static/"
COLLECTED = BUILD or (VAR / "static" / "staticfiles.json").exists()
STATIC_ROOT = VAR / "static" if COLLECTED else None
STATICFILES_DIRS: list[Any] = [BASE_DIR / "static"]
FONTS = Path(font_source_sans_pro.font_directory)  # for pages, and for the printed report
STATICFILES_DIRS.append(("fonts", FONTS))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # nothing is ever uploaded to a disk
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not COLLECTED
WHITENOISE_ALLOW_ALL_ORIGINS = False

# Machines
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],  # nobody is let in; lantern_site.rest.Resource lets keys in
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "lantern_site.rest.answer_refusal",
    "URL_FORMAT_OVERRIDE": None,
    "LIST_SERIALIZER_ERRORS_AS_DICT": True,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Lantern",
    "VERSION": "1",
    "DESCRIPTION": "Signals for machines: the feed, submission, look-up and match jobs.",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "KindEnum": "signals.kinds.Kind",
        "DeliveryStateEnum": "reviews.workflow.DeliveryState",
        "ComparedKindEnum": "signals.api.job_serializers.COMPARED",
    },
}

# Mail: invitations, password resets, and what is due. That of a demonstration lies in var/mail, a file each.
if DEMO or BUILD:
    EMAIL_BACKEND = f"django.core.mail.backends.{'filebased' if DEMO else 'dummy'}.EmailBackend"
    EMAIL_FILE_PATH = VAR / "mail"
else:
    _mail = environ.Env.email_url_config(needed("EMAIL_URL", "Give smtp+tls://user:password@host:587.", ""))
    EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
    EMAIL_HOST, EMAIL_PORT = _mail.get("EMAIL_HOST"), _mail.get("EMAIL_PORT")
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_USER"), _mail.get("EMAIL_HOST_PASSWORD")
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", f"lantern@{_address.hostname}")

# Logs: a JSON object per line, without anything that a request or a row carried
LOG_LEVEL = env.str("LOG_LEVEL", "INFO").upper()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "logging.Formatter" if DEBUG else "lantern_site.logs.Line"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.request": {"level": "ERROR"},  # refusals are no news
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
