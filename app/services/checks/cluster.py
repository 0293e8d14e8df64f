"""Checks of what a server of several machines, or a proxy in front of it, does to locks."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import Connection, text

from app.runner import locks
from app.services.checks.finding import NOT_APPLICABLE, Finding, ok, problem

PAGE = "See docs/deployment.md, What each promise needs."
SPLITTING = "On every node: SET GLOBAL wsrep_load_data_splitting=OFF, and the same in my.cnf under [mysqld]."
ONE_NODE = f"Send all processes of opsdesk to one and the same node. {PAGE}"


def locks_hold(connection: Connection) -> Finding:
    """Check that a lock which one connection holds is not given to another, and is free once it is let go."""
    name = f"doctor:{uuid4().hex}"
    first = locks.acquire(connection.engine, name)
    second = locks.acquire(connection.engine, name)
    held = first is not None and first.held() and not locks.is_free(connection, name)
    for lock in (first, second):
        if lock is not None:
            lock.release()
    if second is not None or not held or not locks.is_free(connection, name):
        return problem("GET_LOCK does not keep others out: one run at a time is not sure", f"Is it a proxy? {PAGE}")
    return ok("one at a time (GET_LOCK)")


def cluster(connection: Connection) -> Finding:
    """Tell whether the server is one of several among which a lock holds on one alone."""
    if "TiDB" in str(connection.scalar(text("SELECT VERSION()"))):
        return Finding(NOT_APPLICABLE, "TiDB, with which opsdesk has not been tried", PAGE)
    found = _variables(connection, "wsrep_on", "wsrep_load_data_splitting", "group_replication_group_name")
    if found.get("wsrep_on") == found.get("wsrep_load_data_splitting") == "ON":
        return problem("Galera commits LOAD DATA every 10,000 rows: an import is not all or nothing", SPLITTING)
    if found.get("wsrep_on") == "ON":
        return Finding(NOT_APPLICABLE, "Galera: GET_LOCK holds on one node alone", ONE_NODE)
    if found.get("group_replication_group_name"):
        return Finding(NOT_APPLICABLE, "Group Replication: GET_LOCK holds on one member alone", ONE_NODE)
    return ok("one server")


def _variables(connection: Connection, *names: str) -> dict[str, str]:
    """Return the server's variables of these names, as far as it has them."""
    rows = (connection.execute(text("SHOW GLOBAL VARIABLES LIKE :name"), {"name": name}).first() for name in names)
    return {str(row[0]): str(row[1]) for row in rows if row is not None}
