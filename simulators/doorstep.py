"""The first words to a service that is running already: is it there, and does it let us in?

And the keys that are needed for that: one token for an operator, a file of them for companies, as
`rescue token add --company A --company B` prints it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import aiohttp

from simulators.api import Api
from simulators.errors import ForbiddenError, TokensUnusableError, UnreachableError

TRIES_AFTER_S = (0.3,)
"""A person waits for the answer."""


async def knock(session: aiohttp.ClientSession, url: str, token: str, path: str, whose: str) -> None:
    """Reads at `path`. Raises ApiError in words that say what to do."""
    try:
        await Api(session, url, token, try_again_after_s=TRIES_AFTER_S).get(path, limit="1")
    except UnreachableError as error:
        raise UnreachableError(f"no rescue service answers at {url}: {error}") from None
    except ForbiddenError as error:
        raise ForbiddenError(f"the service at {url} does not let {whose} in: {error}") from None


def read_tokens(lines: Iterable[str]) -> Mapping[str, str]:
    """By company: the first word of a line names it, the last is its token. Raises TokensUnusableError."""
    tokens: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if len(words) == 1:
            raise TokensUnusableError(f"line {number}: one word, where a company and its token should be")
        if words:
            tokens[words[0]] = words[-1]
    if not tokens:
        raise TokensUnusableError("it holds no token; `rescue token add --company ID` prints one")
    return tokens


def demand_token(token: str) -> str:
    """Raises TokensUnusableError for none at all."""
    if not token:
        raise TokensUnusableError("an operator's token is needed: --token, --token-stdin or RESCUE_TOKEN")
    return token
