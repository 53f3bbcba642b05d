"""The use cases: one function for each arrow between procedure, form, dossier and portal. Plain Python, no window.

The window and the command line call these and nothing below them. Each name is loaded when it is first used: all of
them together take longer to import than a window takes to stand.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from desktop.filing.accounts import (
        Filer,
        LoggedOut,
        WhoIs,
        account_page,
        choose_account,
        end_session,
        filer_for,
        login,
        login_needed,
        logout,
        mandates,
        whoami,
    )
    from desktop.filing.batch import Batch, BatchRow, RowProblem, check_batch
    from desktop.filing.batch_run import REACHED, KeyRing, draft_of, print_batch, run_batch
    from desktop.filing.batch_sheets import batch_template, error_sheet
    from desktop.filing.client_import import ClientImport, import_clients
    from desktop.filing.clients import add_client
    from desktop.filing.container import SignedContainer, sign_container, sign_files
    from desktop.filing.desk import Desk, confirm_unconfirmed, role_of
    from desktop.filing.documents import (
        SignedDocument,
        SignRequest,
        check_certificate,
        moment_of,
        sign_document,
        validate_data,
        validate_file,
    )
    from desktop.filing.dossiers import (
        ComponentView,
        DossierView,
        attach,
        begin_form,
        case_of,
        dossier_view,
        dossier_views,
        new_dossier,
        open_form,
        procedure,
        save_form,
        set_data,
    )
    from desktop.filing.drafts import (
        ClonedForm,
        MovedForm,
        clone_dossier,
        earlier_form,
        move_back,
        move_form,
        offered_move,
    )
    from desktop.filing.enclosing import Enclosed, accept_file, enclose, with_files
    from desktop.filing.evidence import SignatureEvidence, delete_evidence, export_evidence, signature_evidence
    from desktop.filing.evidence_page import print_evidence
    from desktop.filing.exporting import ExportedFile, export
    from desktop.filing.following import (
        PaymentView,
        ResultView,
        StatusView,
        fetch_results,
        followed,
        pay,
        refresh,
        safe_name,
        status,
        status_view,
        withdraw,
    )
    from desktop.filing.foreign import FilledDocument, fill_foreign, form_fields
    from desktop.filing.handing import HandedOver, browse, hand_over, note_status
    from desktop.filing.large import is_large_pdf, sign_large
    from desktop.filing.letters import Mail, MailFile, fetch_mail_file, inbox, save_mail_file, write_mail_file
    from desktop.filing.levels import LEVELS, ExtendedDocument, extend_document, level_of, proofs_for
    from desktop.filing.links import Link, LinkTarget, follow_link, portal_of_link, read_link
    from desktop.filing.notices import choose_notices, notices_of, offered_notices, remembers_notices
    from desktop.filing.portal import (
        KnownPortal,
        add_portal,
        import_catalogue,
        search,
        update_catalogue,
    )
    from desktop.filing.ratings import rate, rating
    from desktop.filing.readiness import Preflight, PreflightFinding, preflight
    from desktop.filing.reading import procedure_lines
    from desktop.filing.remote import RemoteProfile, add_remote, open_remote, remotes, remove_remote, signs_together
    from desktop.filing.sealing import SealWish, SignedDossier, sign_dossier, verdicts_of, workspace_trust
    from desktop.filing.sending import (
        JUDGING,
        ItemView,
        Try,
        cancel_item,
        drain,
        enter_code,
        outbox_items,
        pause,
        paused,
        release_item,
        schedule_item,
        settle_item,
        submit,
        tries,
    )
    from desktop.filing.stamping import STAMP_KINDS, StampLook, stamp_look
    from desktop.filing.supplements import Request, begin_supplement, open_requests
    from desktop.filing.tokens import TokenKeys, TokenKeyView, doctor, open_token, token_keys
    from desktop.filing.trust import trust_add, trust_list, trust_remove
    from desktop.filing.ways import HAND_OVER, HOSO, KINDS, SIX_STEP, Way, add_way, known_portal, portals, remove_portal

_HOMES = {
    "accounts": (
        "Filer LoggedOut WhoIs account_page choose_account end_session filer_for login login_needed "
        "logout mandates whoami"
    ),
    "batch": "Batch BatchRow RowProblem check_batch",
    "batch_run": "REACHED KeyRing draft_of print_batch run_batch",
    "batch_sheets": "batch_template error_sheet",
    "client_import": "ClientImport import_clients",
    "clients": "add_client",
    "container": "SignedContainer sign_container sign_files",
    "desk": "Desk confirm_unconfirmed role_of",
    "documents": ("SignedDocument SignRequest check_certificate moment_of sign_document validate_data validate_file"),
    "dossiers": (
        "ComponentView DossierView attach begin_form case_of dossier_view dossier_views new_dossier "
        "open_form procedure save_form set_data"
    ),
    "drafts": "ClonedForm MovedForm clone_dossier earlier_form move_back move_form offered_move",
    "enclosing": "Enclosed accept_file enclose with_files",
    "evidence": "SignatureEvidence delete_evidence export_evidence signature_evidence",
    "evidence_page": "print_evidence",
    "exporting": "ExportedFile export",
    "following": (
        "PaymentView ResultView StatusView fetch_results followed pay refresh safe_name status status_view withdraw"
    ),
    "foreign": "FilledDocument fill_foreign form_fields",
    "handing": "HandedOver browse hand_over note_status",
    "letters": "Mail MailFile fetch_mail_file inbox save_mail_file write_mail_file",
    "large": "is_large_pdf sign_large",
    "levels": "LEVELS ExtendedDocument extend_document level_of proofs_for",
    "links": "Link LinkTarget follow_link portal_of_link read_link",
    "notices": "choose_notices notices_of offered_notices remembers_notices",
    "portal": "KnownPortal add_portal import_catalogue search update_catalogue",
    "readiness": "Preflight PreflightFinding preflight",
    "ratings": "rate rating",
    "reading": "procedure_lines",
    "remote": "RemoteProfile add_remote open_remote remotes remove_remote signs_together",
    "sealing": "SealWish SignedDossier sign_dossier verdicts_of workspace_trust",
    "sending": (
        "JUDGING ItemView Try cancel_item drain enter_code outbox_items pause paused release_item "
        "schedule_item settle_item submit tries"
    ),
    "stamping": "STAMP_KINDS StampLook stamp_look",
    "supplements": "Request begin_supplement open_requests",
    "tokens": "TokenKeys TokenKeyView doctor open_token token_keys",
    "trust": "trust_add trust_list trust_remove",
    "ways": "HAND_OVER HOSO KINDS SIX_STEP Way add_way known_portal portals remove_portal",
}
"""Each module with its public names. No module has the name of one of them: it would take its place here."""

_HOME_OF = {name: module for module, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


__all__ = [
    "JUDGING", "choose_notices", "end_session", "known_portal", "note_status", "notices_of", "offered_notices",
    "Mail", "MailFile", "fetch_mail_file", "inbox", "save_mail_file", "write_mail_file", "remembers_notices",
    "Enclosed", "accept_file", "with_files",
    "HAND_OVER", "HOSO", "KINDS", "LEVELS", "REACHED", "SIX_STEP", "STAMP_KINDS", "Batch", "BatchRow", "ClientImport",
    "ClonedForm", "ComponentView", "Desk", "DossierView", "ExportedFile", "ExtendedDocument", "Filer",
    "FilledDocument", "HandedOver", "ItemView", "KeyRing", "KnownPortal", "Link", "LinkTarget", "LoggedOut",
    "MovedForm", "PaymentView", "Preflight", "PreflightFinding", "RemoteProfile", "Request", "ResultView",
    "RowProblem", "SealWish", "SignRequest", "SignatureEvidence", "SignedContainer", "SignedDocument",
    "SignedDossier", "StampLook", "StatusView", "TokenKeyView", "TokenKeys", "Try", "Way", "WhoIs", "account_page",
    "add_client", "add_portal", "add_remote", "add_way", "attach", "batch_template", "begin_form", "begin_supplement",
    "browse", "cancel_item", "case_of", "check_batch", "check_certificate", "choose_account", "clone_dossier",
    "confirm_unconfirmed", "delete_evidence", "doctor", "dossier_view", "dossier_views", "draft_of", "drain",
    "earlier_form", "enclose", "enter_code", "error_sheet", "export", "export_evidence", "extend_document",
    "fetch_results", "followed",
    "filer_for", "fill_foreign", "follow_link", "form_fields", "hand_over", "import_catalogue", "import_clients",
    "is_large_pdf", "level_of", "login", "login_needed", "logout", "mandates", "moment_of", "move_back", "move_form",
    "new_dossier", "offered_move", "open_form", "open_remote", "open_requests", "open_token", "outbox_items", "pause",
    "paused", "pay", "portal_of_link", "portals", "preflight", "print_batch", "print_evidence", "procedure",
    "procedure_lines", "proofs_for", "rate", "rating", "read_link", "refresh", "release_item", "remotes",
    "remove_portal", "remove_remote", "role_of", "run_batch", "safe_name", "save_form", "schedule_item", "search",
    "set_data", "settle_item", "sign_container", "sign_document", "sign_dossier", "sign_files", "sign_large",
    "signature_evidence", "signs_together", "stamp_look", "status", "status_view", "submit", "token_keys", "tries",
    "trust_add", "trust_list", "trust_remove", "update_catalogue", "validate_data", "validate_file", "verdicts_of",
    "whoami", "withdraw", "workspace_trust",
]  # fmt: skip
