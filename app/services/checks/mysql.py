"""Checks of a MySQL or MariaDB database."""

from __future__ import annotations

from sqlalchemy import Connection, text

from app.services.checks.finding import Finding, ok, problem
from app.services.failures import where

CHARSET = "utf8mb4"
MOST_NAMED = 10


def database(connection: Connection) -> Finding:
    """Tell the server's kind and version."""
    kind = "MariaDB" if getattr(connection.dialect, "is_mariadb", False) else "MySQL"
    version = connection.dialect.server_version_info or ()
    return ok(f"{kind} {'.'.join(map(str, version[:3]))} {where()}")


def charset(connection: Connection) -> Finding:
    """Check that text of any language survives on its way and in new tables."""
    used = connection.execute(
        text("SELECT @@character_set_client, @@character_set_connection, @@character_set_results")
    ).one()
    default = connection.execute(text("SELECT @@character_set_database")).scalar_one()
    if set(used) != {CHARSET}:
        return problem(
            f"the connection speaks {', '.join(sorted({str(charset) for charset in used}))}",
            f"Take charset=… out of DATABASE_URL; the application asks for {CHARSET} itself.",
        )
    if default != CHARSET:
        return problem(
            f"new tables of the database are {default}",
            f"ALTER DATABASE {_database(connection)} CHARACTER SET {CHARSET}",
        )
    return ok(f"{CHARSET} (connection and database)")


def sql_mode(connection: Connection) -> Finding:
    """Check that the server refuses what it would otherwise bend: long text, wrong dates, large numbers."""
    modes = connection.execute(text("SELECT @@SESSION.sql_mode")).scalar_one()
    if "STRICT_TRANS_TABLES" in modes or "STRICT_ALL_TABLES" in modes:
        return ok("strict")
    return problem(
        f'not strict ("{modes}"): the server cuts text and bends dates without a word',
        "Is there a proxy that drops SET SESSION? Else set it in my.cnf under [mysqld]: sql_mode=TRADITIONAL",
    )


def engine(connection: Connection) -> Finding:
    """Check that everything can be rolled back."""
    default = connection.execute(text("SELECT @@default_storage_engine")).scalar_one()
    if default != "InnoDB":
        return problem(f"new tables are {default}", "In my.cnf under [mysqld]: default_storage_engine=InnoDB")
    others = connection.execute(
        text(
            "SELECT table_name, engine FROM information_schema.tables WHERE table_schema = DATABASE()"
            " AND table_type = 'BASE TABLE' AND engine <> 'InnoDB' ORDER BY table_name"
        )
    ).all()
    if not others:
        return ok("InnoDB")
    named = [f"{table} ({engine})" for table, engine in others[:MOST_NAMED]]
    more = f" and {len(others) - MOST_NAMED} more" if len(others) > MOST_NAMED else ""
    return problem(
        f"not InnoDB, so nothing in them can be rolled back: {', '.join(named)}{more}",
        "\n".join(f"ALTER TABLE {_quoted(connection, table)} ENGINE=InnoDB;" for table, _ in others[:MOST_NAMED]),
    )


def local_infile(connection: Connection) -> Finding:
    """Check that imports may use the fast way in."""
    if connection.execute(text("SELECT @@GLOBAL.local_infile")).scalar_one():
        return ok("on")
    return problem(
        "off on the server: imports use multi-row INSERT, about 3 times slower.",
        "Turn it on: SET GLOBAL local_infile=1 (needs SUPER), and in my.cnf under [mysqld]: local_infile=1",
    )


def _database(connection: Connection) -> str:
    return _quoted(connection, str(connection.engine.url.database))


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote_identifier(name)
