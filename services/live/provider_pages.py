"""The pages of the identity provider of `veche live`, in Russian and English.

Templates of Django. Every one has a title, says whose it is, and leads back to the
personal account.
"""

from __future__ import annotations

from typing import Final

_STYLE: Final = (
    "body{font:1.1rem/1.5 sans-serif;max-width:24rem;margin:2rem auto;padding:0 1rem}"
    "input{font:inherit;width:100%;padding:.5rem;box-sizing:border-box}"
    "ul{padding-left:1.2rem}"
)


def _said(russian: str, english: str) -> str:
    return f'{{% if language == "en" %}}{english}{{% else %}}{russian}{{% endif %}}'


_BACK: Final = _said(
    "В личный кабинет избирателя", "To the personal account of a voter"
)


def _page(title: str, body: str, *, back: str = _BACK) -> str:
    return (
        "{% load i18n %}{% get_current_language as language %}"
        '<!doctype html><html lang="{{ language }}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body>"
        f'<h1>{title}</h1>{body}<p><a href="ACCOUNT">{back}</a></p></body></html>'
    )


_LOGIN: Final = _page(
    _said("Вход (TEST)", "Log in (TEST)"),
    "{% if error %}<p>"
    + _said("Войти так нельзя. Начните заново.", "This login is none. Begin anew.")
    + "</p>{% else %}<p>"
    + _said(
        "Личный кабинет избирателя просит вас войти. Выдуманные избиратели: voter1, "
        "voter2 … Пароль: password",
        "The personal account of a voter asks you to log in. Made-up voters: voter1, "
        "voter2 … Password: password",
    )
    + '</p><form method="post" action="{{ action }}">{% csrf_token %}{{ form.as_p }}'
    f'<input type="submit" name="allow" value="{_said("Войти", "Log in")}"></form>'
    "{% endif %}",
)
_LOGOUT: Final = _page(
    _said("Выйти и здесь? (TEST)", "Log out here, too? (TEST)"),
    "<p>"
    + _said(
        "Из личного кабинета избирателя вы вышли. Он просит закончить и этот вход: "
        "иначе на этом устройстве в кабинет войдут без пароля.",
        "You are logged out of the personal account of a voter. It asks to end this "
        "login, too: else whoever uses this device enters the account without a "
        "password.",
    )
    + '</p>{% if error %}<p role="alert">'
    + _said("Здесь вход не закончен.", "The login was not ended here.")
    + '</p>{% else %}<form method="post">{% csrf_token %}'
    "{% for field in form %}{% if field.is_hidden %}{{ field }}{% endif %}{% endfor %}"
    f'<input type="submit" name="allow" value="{_said("Выйти", "Log out")}"></form>'
    "{% endif %}",
    back=_said(
        "Не выходить здесь и вернуться в личный кабинет",
        "Stay logged in here, and go back to the personal account",
    ),
)
_HOME: Final = _page(
    _said("Служба входа (TEST)", "Login service (TEST)"),
    "<p>"
    + _said(
        "Здесь входят выдуманные избиратели. Начните в личном кабинете: он приведёт "
        "сюда сам.",
        "Made-up voters log in here. Begin in the personal account: it leads here.",
    )
    + "</p>",
)
_MISSING: Final = _page(
    _said("Здесь ничего нет (TEST)", "There is nothing here (TEST)"), ""
)
_PAGES: Final = {
    "home.html": _HOME,
    "404.html": _MISSING,
    "registration/login.html": _LOGIN,
    "oauth2_provider/authorize.html": _LOGIN,
    "oauth2_provider/logout_confirm.html": _LOGOUT,
}


def list_pages(account: str) -> dict[str, str]:
    """Give templates by name; account: the address of the personal account."""
    return {name: page.replace("ACCOUNT", account) for name, page in _PAGES.items()}
