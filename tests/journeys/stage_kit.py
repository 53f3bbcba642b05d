"""What lies on the desk before a journey begins: a practice portal, a workspace with a client, her dossier and keys."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

PASSPHRASE = "con đường xua em di"
KEY_WORDS = "thuc-hanh"
COMPANY, COMPANY_NAME = "0999999888", "CÔNG TY TNHH THỰC HÀNH ÁNH DƯƠNG"
OTHER, OTHER_NAME = "0100686209", "CÔNG TY CỔ PHẦN NÔNG SẢN CỬU LONG"
VAT = "1.007014"
DAY = date(2026, 11, 21)


@dataclass
class Stage:
    """A home, prepared; the portal runs in this process and can be stopped and started."""

    home: Path
    portal: Any
    dossier: str = ""
    broken: set[str] = field(default_factory=set)
    """Codes of the dossiers whose results the portal gives out changed after their signing."""

    @property
    def arguments(self) -> list[str]:
        """Return how the program is opened on this home."""
        return ["--home", str(self.home), "--practice", "--unlock-file", str(self.home / "mo-kho.txt")]

    def key(self, tax_code: str = COMPANY) -> Path:
        """Return where the key file of a client lies."""
        return self.home / f"khoa-{tax_code}.p12"

    def offline(self) -> None:
        """Take the portal off the network."""
        self._port = int(self.portal.url.rpartition(":")[2])
        self.portal.stop()

    def online(self) -> None:
        """Bring it back where it was."""
        from desktop.sandbox.server import Sandbox

        self.portal = Sandbox(self.portal.folder, port=self._port, pace=0).start()


@contextmanager
def stage(
    folder: Path,
    *,
    filed: bool = False,
    scenario: str = "well",
    period: str = "2026-10",
    figures: Mapping[str, Any] | None = None,
    more: Callable[[Any, Stage], None] | None = None,
) -> Iterator[Stage]:
    """Prepare a home with one filled VAT return, signed and filed if wanted.

    `figures` stand in the return instead of its example's; `more` puts more on the desk.
    """
    from desktop import filing
    from desktop.app import App
    from desktop.sandbox.server import Sandbox
    from forms.period import Period
    from forms.template import load
    from signing.certificate import Role
    from signing.pkcs12 import load as open_key

    home = folder / "hoso"
    home.mkdir(parents=True)
    portal = Sandbox(folder / "portal", pace=0, scenario=scenario)
    made = Stage(home, portal)
    print_result = portal._make_result
    # A result that was changed on its way: no portal of ours gives one out by itself.
    made_result: Any = lambda row: (_changed if row["code"] in made.broken else bytes)(print_result(row))  # noqa: E731
    setattr(portal, "_make_result", made_result)  # noqa: B010
    portal.start()
    (home / "mo-kho.txt").write_text(PASSPHRASE, encoding="utf-8")
    for tax_code, name in ((COMPANY, COMPANY_NAME), (OTHER, OTHER_NAME)):
        made.key(tax_code).write_bytes(portal.authority.issue(name, tax_code=tax_code).p12(KEY_WORDS))
    app = App(home=home, practice=True, unlock=lambda: PASSPHRASE)
    try:
        desk = app.desk
        filing.add_portal(desk, portal.url, portal.fingerprint)
        filing.trust_add(desk, portal.authority.intermediates_pem + portal.authority.crl_pem, source="portal")
        filing.add_client(desk, COMPANY, COMPANY_NAME, {"address": "Số 12 đường Nguyễn Huệ"})
        opened = filing.new_dossier(desk, VAT, COMPANY, period=period)
        made.dossier = str(opened.id)
        template = load(desk.library.choose("thue/01-gtgt", Period.parse(period), DAY))
        assert template.example is not None
        data = json.loads(json.dumps(template.example.data))
        data |= {template.identity.tax_code: COMPANY, template.identity.name: COMPANY_NAME}
        data |= figures or {}
        filing.set_data(desk, opened.id, "to-khai", data)
        if filed:
            key = open_key(made.key().read_bytes(), KEY_WORDS)[0]
            filing.sign_dossier(desk, opened.id, key, role=Role.LEGAL_REPRESENTATIVE, accept_unconfirmed=True)
            filing.submit(desk, opened.id, accept_unconfirmed=True)
        if more is not None:
            more(desk, made)
    finally:
        app.close()
    try:
        yield made
    finally:
        made.portal.stop()


def _changed(data: bytes) -> bytes:
    """Change one byte of a signed PDF that its signature covers and that no reader needs."""
    at = data.index(b"%", 5) + 2
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
