"""Django with django-oauth-toolkit, which nobody here wrote, as identity provider.

Arguments: a folder for its database, the port, and a file with the client as JSON. It
has one way to log in, Django's own form; users are made from the names in the client's
`people`, with the password "password".
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from typing_extensions import override

from scripts.shared.terminal import tell

FORM = (
    '<!doctype html><html lang="ru"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<title>Вход (TEST)</title><style>body{font:1.1rem/1.5 sans-serif;max-width:24rem;"
    "margin:2rem auto;padding:0 1rem}input{font:inherit;width:100%;padding:.5rem;"
    "box-sizing:border-box}</style></head><body><h1>Вход (TEST)</h1>"
    "<p>Выдуманные избиратели: voter1, voter2 … Пароль: password</p>"
    '<form method="post" action="{{ action }}">{% csrf_token %}{{ form.as_p }}'
    '<input type="submit" name="allow" value="Войти"></form></body></html>'
)
"""The page of the toolkit's and Django's forms."""


def make_key() -> str:
    """Draw the key of its ID tokens."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def configure(folder: Path, issuer: str) -> None:
    """Describe the site, in this file alone."""
    templates = folder / "templates"
    for name in ("registration/login.html", "oauth2_provider/authorize.html"):
        path = templates / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(FORM, "utf-8")
    settings.configure(
        SECRET_KEY="of-a-test",  # noqa: S106
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="django_provider_urls",
        LOGIN_URL="/login/",
        USE_TZ=True,
        LANGUAGE_CODE="ru",
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(folder / "django.sqlite"),
            }
        },
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "oauth2_provider",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [str(templates)],
                "APP_DIRS": True,
            }
        ],
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_RSA_PRIVATE_KEY": make_key(),
            "OIDC_ISS_ENDPOINT": issuer,
            "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
            "OIDC_RP_INITIATED_LOGOUT_ALWAYS_PROMPT": False,
            "PKCE_REQUIRED": True,
            "SCOPES": {"openid": "OpenID"},
        },
    )


class Queue(WSGIServer):
    """Let more than five wait, who are answered one after the other."""

    request_queue_size = 64


class Quiet(WSGIRequestHandler):
    """Log no request."""

    @override
    def log_message(self, *_: object) -> None:
        """Leave it."""


def main() -> None:
    """Serve until killed."""
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    client = json.loads(Path(sys.argv[3]).read_text("utf-8"))
    issuer = f"http://127.0.0.1:{port}"
    configure(folder, issuer)
    django.setup()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from oauth2_provider.models import get_application_model

    call_command("migrate", verbosity=0)
    for name in client["people"]:
        get_user_model().objects.create_user(name, password="password")  # noqa: S106
    get_application_model().objects.create(
        client_id=client["client_id"],
        client_secret=client["client_secret"],
        client_type="confidential",
        authorization_grant_type="authorization-code",
        redirect_uris=client["redirect_uri"],
        post_logout_redirect_uris=client["post_logout_redirect_uri"],
        algorithm="RS256",
        skip_authorization=True,
    )
    server = make_server("127.0.0.1", port, get_wsgi_application(), Queue, Quiet)
    tell(f"ready {issuer}")
    server.serve_forever()


def __getattr__(name: str) -> object:
    """Give Django the routes when it asks, after it is set up."""
    if name != "urlpatterns":
        raise AttributeError(name)
    from django.contrib.auth.views import LoginView
    from django.urls import include, path

    return [
        path("login/", LoginView.as_view()),
        path("", include("oauth2_provider.urls", namespace="oauth2_provider")),
    ]


if __name__ == "__main__":
    sys.modules["django_provider_urls"] = sys.modules["__main__"]
    main()
