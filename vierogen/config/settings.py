"""Every setting of the operator, one line each. Unset is the safe value.

A secret may come from a file: set ``VIEROGEN_X_FILE`` in place of ``VIEROGEN_X``.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from vierogen.config import env

# Where the embedded database, the key and uploads live.
HOME = Path(env.text("VIEROGEN_HOME", "var")).resolve()
DEBUG = False
# Signs sessions and links in mails. Unset: made at the first start and kept in the home.
SECRET_KEY = env.text("VIEROGEN_SECRET_KEY")
# sqlite:///path for the embedded database, or postgres://user:password@host:port/name.
DATABASES = {"default": env.database(env.text("VIEROGEN_DATABASE_URL", f"sqlite:///{HOME / 'vierogen.sqlite3'}"))}
# The address people and mails use, e.g. https://vierogen.example.nl. A name, no number: passkeys belong to a name.
PUBLIC_URL = env.text("VIEROGEN_PUBLIC_URL", "http://localhost:8000").rstrip("/")
_host = urlsplit(PUBLIC_URL).hostname or "localhost"
# Other names under which the pages may be opened.
ALLOWED_HOSTS = [_host, *env.words("VIEROGEN_ALLOWED_HOSTS", "127.0.0.1 localhost")]
# The reverse proxy in front of us, by its address: only its word counts for who calls, and whether by https.
TRUSTED_PROXY = env.text("VIEROGEN_TRUSTED_PROXY", "127.0.0.1" if PUBLIC_URL.startswith("https://") else "")
# Key-encryption key of the vault; a systemd credential named vierogen-key comes first.
KEY_FILE = Path(env.text("VIEROGEN_KEY_FILE", f"{HOME / 'vault.key'}"))
if (_credentials := os.environ.get("CREDENTIALS_DIRECTORY")) and (Path(_credentials) / "vierogen-key").exists():
    KEY_FILE = Path(_credentials) / "vierogen-key"
# Earlier key-encryption keys, still able to open what they sealed.
OLD_KEY_FILES = [Path(name) for name in env.words("VIEROGEN_OLD_KEY_FILES")]
# Private networks that connectors may reach, e.g. 10.1.0.0/16. Empty: none.
ALLOW_PRIVATE = env.words("VIEROGEN_ALLOW_PRIVATE")
# Our apps at the networks where people log in, with secret: INSTAGRAM=id:secret X=id:secret
NETWORK_CLIENTS = env.clients(env.words("VIEROGEN_NETWORK_CLIENTS"))
# Simulators in the place of live networks, for demos and tests: INSTAGRAM=http://127.0.0.1:8100
NETWORK_SERVERS = env.pairs(env.words("VIEROGEN_NETWORK_SERVERS"))
# Shows that this is the practice environment and opens the phone page.
PRACTICE = env.switch("VIEROGEN_PRACTICE")
# Where the practice network answers, for the phone; "vierogen demo" sets it.
PRACTICE_URL = env.text("VIEROGEN_PRACTICE_URL")
# Whether pictures are looked at, where the extra "vision" is installed: auto or off.
VISION = env.choice("VIEROGEN_VISION", "auto", among=("auto", "off")) == "auto"

# The mail server that takes our mails.
EMAIL_HOST = env.text("VIEROGEN_SMTP_HOST", "127.0.0.1")
# Its port.
EMAIL_PORT = env.number("VIEROGEN_SMTP_PORT", 25)
# The name with which we log in there. Empty: without logging in.
EMAIL_HOST_USER = env.text("VIEROGEN_SMTP_USER")
# The password with which we log in there.
EMAIL_HOST_PASSWORD = env.text("VIEROGEN_SMTP_PASSWORD")
# Encrypt the conversation with the mail server (STARTTLS).
EMAIL_USE_TLS = env.switch("VIEROGEN_SMTP_STARTTLS")
EMAIL_TIMEOUT = 10
# The sender of our mails.
DEFAULT_FROM_EMAIL = env.text("VIEROGEN_MAIL_FROM", "vierogen@localhost")
# Web push (RFC 8292): the contact that push services may write to.
PUSH_CONTACT = env.text("VIEROGEN_PUSH_CONTACT", f"mailto:{DEFAULT_FROM_EMAIL}")

# Single sign-on with one OpenID Connect provider: its address. Empty: no single sign-on.
OIDC_URL = env.text("VIEROGEN_OIDC_URL")
# What people call it, on the button "Log in with ...".
OIDC_NAME = env.text("VIEROGEN_OIDC_NAME", "OpenID Connect")
# The name under which the provider knows this installation.
OIDC_CLIENT_ID = env.text("VIEROGEN_OIDC_CLIENT_ID")
# The secret that the provider gave this installation.
OIDC_CLIENT_SECRET = env.text("VIEROGEN_OIDC_CLIENT_SECRET")
# Believe a provider that does not say whether it verified an address (Entra ID). It must know only your own people.
OIDC_TRUST_ADDRESSES = env.switch("VIEROGEN_OIDC_TRUST_ADDRESSES")

INSTALLED_APPS = [
    "vierogen.config",
    "vierogen.home",
    "vierogen.practice",
    "vierogen.incidents",
    "vierogen.watch",
    "vierogen.listening",
    "vierogen.posts",
    "vierogen.learning",
    "vierogen.vault",
    "vierogen.channels",
    "vierogen.people",
    "vierogen.notices",
    "vierogen.ledger",
    "vierogen.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "vierogen.web.csp.ContentSecurity",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "vierogen.people.middleware.CurrentMember",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "vierogen.config.urls"
WSGI_APPLICATION = "vierogen.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
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
                "vierogen.web.context.page",
                "vierogen.posts.context.halt",
                "vierogen.practice.context.exercise",
            ]
        },
    }
]

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Dutch")), ("en", _("English"))]
LOCALE_PATHS = [Path(__file__).resolve().parents[1] / "locale"]
TIME_ZONE = "Europe/Amsterdam"
USE_TZ = True
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "vierogen.people.passwords.LongEnough", "OPTIONS": {"min_length": 12}},
    {"NAME": "vierogen.people.passwords.NotEverybodys"},
    {"NAME": "vierogen.people.passwords.NotAboutYou", "OPTIONS": {"user_attributes": ["email", "name"]}},
]
LOGIN_REDIRECT_URL = "/"
# The demo's people are one click away.
LOGIN_URL = "practice:people" if PRACTICE and PRACTICE_URL else "account_login"

# Nobody chooses their own address here: an administrator invites it. So there is nothing for allauth to verify.
ACCOUNT_ADAPTER = "vierogen.people.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# allauth's own writes a row when somebody opens the link; a GET changes nothing.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
# A changed password, a new passkey: whoever it concerns gets a mail about it.
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Approve, publish now, take down: the person proves again who they are at most every five minutes.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_LOGOUT_ON_GET = False
SOCIALACCOUNT_ADAPTER = "vierogen.people.adapters.SocialAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "sso",
                "name": OIDC_NAME,
                "client_id": OIDC_CLIENT_ID,
                "secret": OIDC_CLIENT_SECRET,
                "settings": {"server_url": OIDC_URL},
            }
        ]
        if OIDC_URL
        else [],
    }
}
MFA_ADAPTER = "vierogen.people.adapters.MFAAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {"add_webauthn": "vierogen.people.forms.PasskeyForm"}
MFA_TOTP_ISSUER = "Vierogen"
# A browser makes no passkey for a number (WebAuthn level 2, 5.1.2: an effective domain).
MFA_PASSKEY_LOGIN_ENABLED = not _host.replace(".", "").isdigit() and ":" not in _host
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", *(["webauthn"] if MFA_PASSKEY_LOGIN_ENABLED else [])]
# A found key alone lets nobody in: finger, face or PIN is always asked.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# How often somebody tried to log in, and which codes were used: shared by all processes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

_secure = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _secure
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _secure else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _secure else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Words in a form; what is larger goes to disk while it is read, and together it has a limit too.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "vierogen.posts.uploads.Quota",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# How much is logged: DEBUG, INFO, WARNING or ERROR. Unset: INFO of Vierogen, WARNING of everything below it.
_log_level = env.text("VIEROGEN_LOG_LEVEL")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": _log_level or "WARNING"},
    "loggers": {
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "INFO"},
        "websockets": {"level": "INFO"},
        "vierogen": {"level": _log_level or "INFO"},
    },
}

if not SECRET_KEY:
    SECRET_KEY = env.kept_secret(HOME / "secret-key")
