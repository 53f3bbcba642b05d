"""What comes back from portals: statuses, fees and payments, letters, results.

Every function takes the workspace, the portal behind the face that all kinds of portals show
(`desktop.portal.contract.Follower`) and the clock, and does one thing.  The portal is asked outside of any
transaction; what it said is then kept whole or not at all.  Statuses may go backwards and may be words that nobody
knows yet: the raw text always stands beside the number.  Two clocks are kept apart: the portal's (`at`, `received`,
`due`) and ours (when it was seen here).
"""

from desktop.tracking.attachments import ATTACHMENT_LIMIT, attachments, fetch_attachment
from desktop.tracking.looking import GONE, Changed, Polled, keep, look_up, poll, refresh
from desktop.tracking.pace import next_look
from desktop.tracking.paying import PAYMENT_RECEIPT, pay, settle_payments
from desktop.tracking.results import RESULT_LIMIT, fetch_results, result_trust
from desktop.tracking.statuses import FINAL, STATUSES, normalised, status_name
from desktop.tracking.withdrawing import withdraw, withdrawal

__all__ = [
    "ATTACHMENT_LIMIT", "FINAL", "GONE", "PAYMENT_RECEIPT", "RESULT_LIMIT", "STATUSES", "Changed", "Polled",
    "attachments", "fetch_attachment", "fetch_results", "keep", "look_up", "next_look", "normalised", "pay", "poll",
    "refresh", "result_trust", "settle_payments", "status_name", "withdraw", "withdrawal",
]  # fmt: skip
