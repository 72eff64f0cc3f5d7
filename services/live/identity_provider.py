"""Django with django-oauth-toolkit, which nobody here wrote, as identity provider.

Arguments: a folder for its database, the port, and a file with the client as JSON. It
has one way to log in, Django's own form; users are made from the names in the client's
`people`, with the password "password".
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from typing_extensions import override

from scripts.shared.terminal import tell
from services.live.provider_pages import list_pages
from services.shell.text import choose_language


def make_key() -> str:
    """Draw the key of its ID tokens."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def configure(folder: Path, issuer: str, account: str) -> None:
    """Describe the site, in this file alone; account: where a browser goes back to."""
    templates = folder / "templates"
    for name, page in list_pages(account).items():
        path = templates / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, "utf-8")
    settings.configure(
        SECRET_KEY="of-a-test",  # noqa: S106
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="django_provider_urls",
        LOGIN_URL="/login/",
        LOGIN_REDIRECT_URL=account,
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
            "django_provider_urls.speak",
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


def speak(answer: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Speak as the account asked (`ui_locales`), or as the browser does."""
    from django.utils import translation

    def speaking(request: Any) -> Any:
        begun = parse_qs(urlsplit(request.GET.get("next", "")).query)
        asked = request.GET.get("ui_locales") or begun.get("ui_locales", [""])[0]
        said = asked or request.headers.get("Accept-Language", "")
        with translation.override(choose_language({"accept-language": said})):
            return answer(request)

    return speaking


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
    configure(folder, issuer, client["post_logout_redirect_uri"])
    django.setup()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from oauth2_provider.models import get_application_model

    call_command("migrate", verbosity=0)
    for name in client["people"]:
        get_user_model().objects.create_user(name, password="password")  # noqa: S106
    get_application_model().objects.create(
        name="Личный кабинет избирателя",
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
    from django.views.generic import TemplateView

    return [
        path("", TemplateView.as_view(template_name="home.html")),
        path("login/", LoginView.as_view()),
        path("", include("oauth2_provider.urls", namespace="oauth2_provider")),
    ]


if __name__ == "__main__":
    sys.modules["django_provider_urls"] = sys.modules["__main__"]
    main()
