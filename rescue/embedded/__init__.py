"""PostgreSQL and the MQTT broker from wheels, as our own children: nothing to install, nothing left behind.

::

    database, broker = embedded_database(data_dir), embedded_broker(data_dir, port)
    async with database as database_url, broker as broker_url:
        ...  # and meanwhile, as tasks: database.watch(), broker.watch()

The servers listen on loopback only, but for a broker that knows its users. A Ctrl-C of the terminal does not reach
them: we end them, in order; and however we die, they die too (see `leash`). The data directory has `postgres/` and
`nats/` with the servers' own files, beside them for each its lock, its configuration and its log (with that of the
start before), the database's password, the broker's users and certificate, and `rescue.lock`.

This package must not know what the database and the broker are used for. What can go wrong is drawn in `errors`.
"""

from rescue.embedded.broker import EmbeddedBroker, embedded_broker
from rescue.embedded.database import embedded_database
from rescue.embedded.errors import (
    DataDirInUse,
    DataDirNotWritable,
    EmbeddedDied,
    EmbeddedError,
    NoPassage,
    PortTaken,
)
from rescue.embedded.part import Embedded

__all__ = [
    "DataDirInUse",
    "DataDirNotWritable",
    "Embedded",
    "EmbeddedBroker",
    "EmbeddedDied",
    "EmbeddedError",
    "NoPassage",
    "PortTaken",
    "embedded_broker",
    "embedded_database",
]
