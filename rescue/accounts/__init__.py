"""Who may come in: people by name and password, programs by token, and what each of them is then allowed to be.

Decides whether a secret is right and whose it is. Must not know what anybody may do with it: that is for the routes.
Only hashes are kept: what the database holds lets nobody in. Every change of an account is in the audit log, in the
transaction that made it, and is announced, so that whoever keeps a connection open asks again who that is.
"""

from __future__ import annotations

from rescue.accounts.phones import LINK_LASTS, PHONE_LASTS, Phones
from rescue.accounts.tokens import OfCrew, Owner, Token, Tokens
from rescue.accounts.tries import COUNTED_FOR, TRIES_OF_ADDRESS, TRIES_OF_NAME, TRIES_OF_NAME_AND_ADDRESS, LogInGuard
from rescue.accounts.users import LOG_INS_WAITING, LONGEST_SECRET, Session, User, Users, new_password
from rescue.people.principals import (
    COMMAND,
    NOBODY,
    AccountRefused,
    NameTaken,
    Principal,
    PrincipalKind,
    Role,
    TooManyTries,
    UnknownCompany,
    UnknownCrew,
    UnknownToken,
    UnknownUser,
    UnknownVendor,
    VendorId,
    WeakPassword,
    WrongPassword,
)

__all__ = [
    "ACCOUNTS",
    "COMMAND",
    "COUNTED_FOR",
    "LINK_LASTS",
    "LOG_INS_WAITING",
    "LONGEST_SECRET",
    "NOBODY",
    "PHONE_LASTS",
    "TRIES_OF_ADDRESS",
    "TRIES_OF_NAME",
    "TRIES_OF_NAME_AND_ADDRESS",
    "AccountRefused",
    "Accounts",
    "LogInGuard",
    "NameTaken",
    "OfCrew",
    "Owner",
    "Phones",
    "Principal",
    "PrincipalKind",
    "Role",
    "Session",
    "Token",
    "TooManyTries",
    "UnknownCompany",
    "UnknownCrew",
    "UnknownToken",
    "UnknownUser",
    "UnknownVendor",
    "User",
    "VendorId",
    "WeakPassword",
    "WrongPassword",
    "new_password",
]


ACCOUNTS = "accounts"
"""The channel on which every change of an account is announced."""


class Accounts(Users, Tokens, Phones):
    """People, their sessions, programs' tokens, phones signed in by these. Every method may raise StoreUnavailable."""
