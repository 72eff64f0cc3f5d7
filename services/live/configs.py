"""What the config.toml of each service of `veche live` says."""

from __future__ import annotations

from typing import Final

from scripts.shared.files.terms_file import digest_terms
from services.live.layout import SERVED, Layout
from services.shell.opening import init_home

CENTRE_USER: Final = "veche"
SUPPORT: Final = "+7 (000) 000-00-00"
"""Nobody's: numbers of Russia begin with no 0."""
_PEERS: Final = {
    "registrar": ("portal", "gateway"),
    "portal": ("registrar", "gateway"),
    "gateway": ("registrar", "portal"),
}
_OWN: Final = {
    "registrar": """
districts = "../districts.toml"
margin = 600
send_every = 1
check_every = 0.5
""",
    "portal": """
support_phone = "{support}"
[provider]
issuer = "{provider}"
client_id = "veche-portal"
auth_method = "client_secret_basic"
[[booths]]
title = "{booth_title}"
url = "{booth}"
""",
    "gateway": """
support_line = "{support}"
[centre]
kind = "smpp"
host = "127.0.0.1"
port = {centre}
system_id = "veche"
sender = "Veche"
tls = false
""",
    "issuer": "look_every = 1\n",
    "relay": "look_every = 1\nsend_every = 1\n",
}


def write_config(layout: Layout, name: str, keys: dict[str, dict[str, str]]) -> None:
    """Write config.toml of a home; keys: of other services, by name, once known."""
    home, service = layout.home(name), SERVED[name]
    home.make()
    own = _OWN[service.name].format(
        provider=layout.url("provider"),
        booth=layout.url("booth"),
        booth_title=layout.url("booth").removeprefix("http://"),
        centre=layout.ports["centre"],
        support=SUPPORT,
    )
    text = f"""\
public_url = "{layout.url(name)}"
listen_port = {layout.ports[name]}
clock = "chain"
rate = 100000
burst = 10000
booth_origins = ["{layout.url("booth")}"]
"""
    if name in layout.databases:
        text += f'database = "{layout.databases[name]}"\n'
    text += own
    if layout.terms.exists():
        digest = digest_terms(layout.terms.read_bytes())
        text += f"""
[[elections]]
terms = "{layout.terms}"
terms_hash = "{digest}"
nodes = ["{layout.url("chain")}"]
"""
    for peer in _PEERS.get(name, ()):
        if peer in keys:
            inner = ", ".join(f'{k} = "{v}"' for k, v in keys[peer].items())
            text += f'[peers.{peer}]\nurl = "{layout.url(peer)}"\nkey = {{ {inner} }}\n'
    home.config.write_text(text, "utf-8")
    home.config.chmod(0o600)


def update_homes(layout: Layout) -> None:
    """Bring the database of each home to this program's version."""
    for name, service in SERVED.items():
        init_home(service, layout.home(name), layout.secret)


def make_homes(layout: Layout) -> dict[str, str]:
    """Make what is missing in all homes; returns accounts by the homes' names."""
    keys: dict[str, dict[str, str]] = {}
    accounts: dict[str, str] = {}
    for name, service in SERVED.items():
        write_config(layout, name, {})
        made = init_home(service, layout.home(name), layout.secret)
        keys[name], accounts[name] = made["key"], made["address"]
    for name in SERVED:
        write_config(layout, name, keys)
    return accounts
