"""What can go wrong with a remote signing service.

RemoteError
├── RemoteAddressRefused        plain HTTP to another computer, or no address at all; nothing was sent
├── RemoteUnreachable           no answer, or none in time
├── RemoteBusy                  the service says that it cannot answer now
├── RemoteAnswerUnusable        it answers what the interface does not allow
├── RemoteLoginRefused          it does not accept this profile's account or access token
├── RemoteRequestRefused        it refuses the request, with a code of its own
├── RemoteUnsupported           a way of authorizing, or of signing, that this program does not have
├── RemoteKeyMissing            the account has no certificate that can sign, or not the wanted one
├── RemoteKeyNotChosen          it has several, and none was named
├── RemoteKeyDisabled           the service has locked the key, or its certificate
├── RemotePinIncorrect          the only one that says "wrong PIN"
├── RemoteOtpIncorrect
├── RemoteProofRefused          PIN, code or answer: the service does not say which of them
├── RemoteRefused               the person said no on the phone
├── RemoteExpired               nobody confirmed in time
├── RemoteCancelled             cancelled here, while waiting or asked for a PIN
├── RemoteSigningFailed         confirmed, and the service could not sign
└── RemoteSignatureWrong        the value that came back is not this key's signature over this hash; it is not used

Each stops a batch: the next file would meet the same, and nobody wants to be asked on the phone again for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from signing.errors import SigningError


@dataclass(eq=False)
class RemoteError(SigningError):
    """Something is wrong with a remote signing service, or with its use."""

    code: ClassVar[str] = "REMOTE"
    stops_batch: ClassVar[bool] = True
    service: str = ""
    """The name that the user gave it."""


# The way there


@dataclass(eq=False)
class RemoteAddressRefused(RemoteError):
    """The address is not https, or not one that can be asked; nothing was sent."""

    code: ClassVar[str] = "REMOTE_ADDRESS_REFUSED"
    stops_batch: ClassVar[bool] = True
    host: str = ""
    reason: str = ""
    """plain_http, no_address, no_such_host"""


@dataclass(eq=False)
class RemoteUnreachable(RemoteError):
    """No connection, an answer cut off, too slow, too large, or one that sends us elsewhere."""

    code: ClassVar[str] = "REMOTE_UNREACHABLE"
    retry: ClassVar[bool] = True
    stops_batch: ClassVar[bool] = True
    host: str = ""
    reason: str = ""
    """no_connection, no_answer_in_time, answer_too_large, sent_elsewhere"""
    asked: bool = False
    """The request to sign had been sent already: the phone may still ask for it."""


@dataclass(eq=False)
class RemoteBusy(RemoteError):
    """The service itself says that it cannot answer now (HTTP 429, 5xx)."""

    code: ClassVar[str] = "REMOTE_BUSY"
    retry: ClassVar[bool] = True
    stops_batch: ClassVar[bool] = True
    status: int = 0


@dataclass(eq=False)
class RemoteAnswerUnusable(RemoteError):
    """An answer that is no JSON, lacks what it must have, or holds another number of signatures."""

    code: ClassVar[str] = "REMOTE_ANSWER_UNUSABLE"
    stops_batch: ClassVar[bool] = True
    method: str = ""
    what: str = ""
    """json, or the name of the part that is missing or wrong"""


# The account and its keys


@dataclass(eq=False)
class RemoteLoginRefused(RemoteError):
    """The account, its password or access token is not accepted, or has run out."""

    code: ClassVar[str] = "REMOTE_LOGIN_REFUSED"
    stops_batch: ClassVar[bool] = True


@dataclass(eq=False)
class RemoteRequestRefused(RemoteError):
    """The service refuses the request."""

    code: ClassVar[str] = "REMOTE_REQUEST_REFUSED"
    stops_batch: ClassVar[bool] = True
    method: str = ""
    answer: str = ""
    """Its own code for the reason, as it stands in the answer: invalid_request, 403 …"""


@dataclass(eq=False)
class RemoteUnsupported(RemoteError):
    """The service wants something that this program cannot do."""

    code: ClassVar[str] = "REMOTE_UNSUPPORTED"
    stops_batch: ClassVar[bool] = True
    what: str = ""
    """authorization mode, kind of question, or algorithm, by its name in the interface"""


@dataclass(eq=False)
class RemoteKeyMissing(RemoteError):
    """The account has no certificate that can sign, or not the wanted one."""

    code: ClassVar[str] = "REMOTE_KEY_MISSING"
    stops_batch: ClassVar[bool] = True
    wanted: str = ""


@dataclass(eq=False)
class RemoteKeyNotChosen(RemoteError):
    """The account has several certificates, and none was named."""

    code: ClassVar[str] = "REMOTE_KEY_NOT_CHOSEN"
    stops_batch: ClassVar[bool] = True
    fingerprints: tuple[str, ...] = ()


@dataclass(eq=False)
class RemoteKeyDisabled(RemoteError):
    """The service has locked the key, or calls its certificate expired, revoked or suspended."""

    code: ClassVar[str] = "REMOTE_KEY_DISABLED"
    stops_batch: ClassVar[bool] = True
    status: str = ""


# The person's consent


@dataclass(eq=False)
class RemotePinIncorrect(RemoteError):
    """The service says that the PIN is wrong. It is not tried again."""

    code: ClassVar[str] = "REMOTE_PIN_INCORRECT"
    stops_batch: ClassVar[bool] = True


@dataclass(eq=False)
class RemoteOtpIncorrect(RemoteError):
    """The one-time code is wrong or has run out."""

    code: ClassVar[str] = "REMOTE_OTP_INCORRECT"
    stops_batch: ClassVar[bool] = True


@dataclass(eq=False)
class RemoteProofRefused(RemoteError):
    """Something of what was typed is wrong; the interface has one code for all of it."""

    code: ClassVar[str] = "REMOTE_PROOF_REFUSED"
    stops_batch: ClassVar[bool] = True
    asked: tuple[str, ...] = ()
    """What had been asked for, by the service's labels."""


@dataclass(eq=False)
class RemoteRefused(RemoteError):
    """The person refused on the phone."""

    code: ClassVar[str] = "REMOTE_REFUSED"
    stops_batch: ClassVar[bool] = True


@dataclass(eq=False)
class RemoteExpired(RemoteError):
    """The request ran out before anybody confirmed it."""

    code: ClassVar[str] = "REMOTE_EXPIRED"
    stops_batch: ClassVar[bool] = True
    seconds: int = 0


@dataclass(eq=False)
class RemoteCancelled(RemoteError):
    """The person cancelled here; what is confirmed on the phone afterwards is not used."""

    code: ClassVar[str] = "REMOTE_CANCELLED"
    stops_batch: ClassVar[bool] = True
    asked: bool = False
    """The request to sign had been sent already: the phone may still ask for it."""


# The signature


@dataclass(eq=False)
class RemoteSigningFailed(RemoteError):
    """The service took the consent and could not sign."""

    code: ClassVar[str] = "REMOTE_SIGNING_FAILED"
    stops_batch: ClassVar[bool] = True
    answer: str = ""


@dataclass(eq=False)
class RemoteSignatureWrong(RemoteError):
    """The value that came back is not a signature of this certificate's key over this hash; it is not used."""

    code: ClassVar[str] = "REMOTE_SIGNATURE_WRONG"
    stops_batch: ClassVar[bool] = True
