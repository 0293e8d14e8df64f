"""The tables: what migrations make is what the models say, on every database."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import inspect, text

from app import create_app
from app.extensions import db
from app.models import Base

# Alembic's own table has no place in the convention.
TABLES = sorted(Base.metadata.tables)


def tables_now() -> set[str]:
    """Return the tables of the database."""
    return set(inspect(db.engine).get_table_names())


def test_all_models_are_known_and_their_tables_are_plural() -> None:
    assert {"calendar_days", "customers", "orders", "runs", "seeds", "users"} <= set(TABLES)
    assert all(name.endswith("s") for name in TABLES)


def test_constraints_are_named_by_the_convention(app: Flask) -> None:
    inspector = inspect(db.engine)
    named = {table: names_in(inspector, table) for table in TABLES}
    for table, names in named.items():
        wrong = [name for name in names if not str(name).startswith(tuple(f"{kind}_{table}" for kind in KINDS))]
        assert not wrong, f"{table}: {wrong}"
    assert "uq_users_name" in named["users"]
    assert "fk_seeds_run_id_runs" in named["seeds"]
    assert "ix_runs_state" in named["runs"]


KINDS = ("pk", "uq", "fk", "ix", "ck")


def names_in(inspector: Any, table: str) -> set[str | None]:
    """Return the names of a table's constraints and indexes; MySQL calls every primary key PRIMARY."""
    found = [
        *inspector.get_unique_constraints(table),
        *inspector.get_foreign_keys(table),
        *inspector.get_indexes(table),
        *inspector.get_check_constraints(table),
    ]
    names = {one["name"] for one in found if not is_json_check(one)}
    return names if db.engine.dialect.name == "mysql" else names | {inspector.get_pk_constraint(table)["name"]}


def is_json_check(constraint: dict[str, Any]) -> bool:
    """Tell whether this is the CHECK that MariaDB puts on a JSON column by itself."""
    return "json_valid" in str(constraint.get("sqltext", ""))


def test_migrations_at_head_equal_the_models(cli: FlaskCliRunner) -> None:
    done = cli.invoke(args=["db", "check"])
    assert done.exit_code == 0, done.output


def test_the_comparison_finds_a_difference(cli: FlaskCliRunner) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE customers ADD COLUMN surprise INTEGER"))
    assert cli.invoke(args=["db", "check"]).exit_code == 1


def shape(table: str) -> dict[str, Any]:
    """Return what the database says of a table: columns by name (one added later stands last), key, indexes."""
    inspector = inspect(db.engine)
    columns = {column["name"]: {**column, "type": str(column["type"])} for column in inspector.get_columns(table)}
    indexes = sorted(map(str, inspector.get_indexes(table)))
    return {
        "columns": columns,
        "primary key": inspector.get_pk_constraint(table),
        "unique": inspector.get_unique_constraints(table),
        "indexes": indexes,
        "references": inspector.get_foreign_keys(table),
        "options": inspector.get_table_options(table) if db.engine.dialect.name == "mysql" else {},
    }


def test_migrations_make_exactly_what_the_models_would(app: Flask) -> None:
    """Stricter than Alembic's comparison: defaults, comments, engine and character set too."""
    migrated = {table: shape(table) for table in TABLES}
    db.session.remove()
    with db.engine.begin() as connection:
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
    for table in TABLES:
        assert migrated[table] == shape(table), table


def test_downgrade_takes_everything_away_and_upgrade_brings_it_back(cli: FlaskCliRunner) -> None:
    assert cli.invoke(args=["db", "downgrade", "base"]).exit_code == 0
    assert tables_now() == {"alembic_version"}
    assert cli.invoke(args=["db", "upgrade"]).exit_code == 0
    assert tables_now() == {"alembic_version", *TABLES}
    assert cli.invoke(args=["db", "check"]).exit_code == 0


@pytest.mark.parametrize("backend", ["mysql"], indirect=True)
def test_mysql_tables_are_innodb_and_utf8mb4(app: Flask) -> None:
    query = text(
        "SELECT table_name, engine, table_collation FROM information_schema.tables WHERE table_schema = database()"
    )
    with db.engine.connect() as connection:
        rows = {name: (engine, collation) for name, engine, collation in connection.execute(query)}
    for table in TABLES:
        engine, collation = rows[table]
        assert engine == "InnoDB"
        assert collation.startswith("utf8mb4_")


@pytest.mark.parametrize("backend", ["mysql"], indirect=True)
def test_chinese_survives_in_a_database_made_for_latin1(empty_app: Flask) -> None:
    from flask_migrate import upgrade

    with db.engine.begin() as connection:
        connection.execute(text(f"ALTER DATABASE {db.engine.url.database} CHARACTER SET latin1"))
    upgrade()
    with db.engine.begin() as connection:
        connection.execute(text("INSERT INTO customers (name, city) VALUES ('李雷', '上海')"))
        assert connection.execute(text("SELECT city FROM customers")).scalar_one() == "上海"


def test_an_application_can_be_made_twice(app: Flask) -> None:
    again = create_app("testing")
    with again.app_context():
        assert set(TABLES) <= tables_now()
        db.engine.dispose()
