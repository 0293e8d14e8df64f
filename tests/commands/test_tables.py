"""`flask tables`: for people and for programs."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskCliRunner

from app.extensions import db
from app.services import runs


def test_tables_are_listed_with_their_rows(cli: FlaskCliRunner) -> None:
    with runs.recorded("user", "create-user li", {}), runs.recorded("user", "create-user wu", {}):
        pass
    result = cli.invoke(args=["tables"])
    assert (result.exit_code, result.stderr) == (0, "")
    headers, _rule, *lines = result.stdout.splitlines()
    assert headers.split() == ["TABLE", "ROWS", "COMMENT"]
    found = dict(line.split()[:2] for line in lines)
    assert {name: found[name] for name in ("orders", "runs", "users")} == {"orders": "0", "runs": "2", "users": "0"}


def test_tables_are_listed_as_json_without_a_run(cli: FlaskCliRunner) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE VIEW 视图 AS SELECT name FROM users")
    result = cli.invoke(args=["tables", "--json"])
    assert (result.exit_code, result.stderr) == (0, "")
    found = {table["name"]: table for table in json.loads(result.stdout)}
    assert found["runs"] == {"name": "runs", "kind": "table", "rows": 0, "comment": ""}
    assert found["视图"] == {"name": "视图", "kind": "view", "rows": None, "comment": ""}
    assert "视图" in result.stdout, "Chinese stays readable"
    assert "view" in next(line for line in cli.invoke(args=["tables"]).stdout.splitlines() if "视图" in line)


def test_a_table_is_described(cli: FlaskCliRunner) -> None:
    result = cli.invoke(args=["tables", "orders"])
    assert (result.exit_code, result.stderr) == (0, "")
    headers, _rule, *lines = result.stdout.splitlines()
    assert headers.split() == ["COLUMN", "TYPE", "NULL", "DEFAULT", "KEY", "REFERENCES", "COMMENT"]
    assert lines[0].split() == ["order_no", "varchar(20)", "no", "PRIMARY", "订单号"]
    assert [line.split()[-1] for line in lines] == [
        *("订单号", "客户名称", "电话", "商品", "数量", "金额", "状态", "下单时间", "备注", "单价"),
    ]


def test_a_reference_is_shown(cli: FlaskCliRunner) -> None:
    result = cli.invoke(args=["tables", "seeds"])
    assert result.exit_code == 0
    assert "runs.id" in next(line for line in result.stdout.splitlines() if line.startswith("run_id"))


def test_a_table_is_described_as_json(cli: FlaskCliRunner) -> None:
    result = cli.invoke(args=["tables", "seeds", "--json"])
    assert (result.exit_code, result.stderr) == (0, "")
    found = json.loads(result.stdout)
    assert (found["name"], found["kind"], found["comment"]) == ("seeds", "table", "")
    assert found["foreign_keys"] == [
        {"name": "fk_seeds_run_id_runs", "columns": ["run_id"], "table": "runs", "referred_columns": ["id"]}
    ]
    assert found["columns"][0] == {
        "name": "sha256",
        "type": "varchar(64)",
        "nullable": False,
        "default": None,
        "automatic": None,
        "keys": ["PRIMARY"],
        "comment": "",
    }


@pytest.mark.parametrize("extra", [[], ["--json"]])
def test_an_unknown_table_is_an_error_that_names_the_nearest(cli: FlaskCliRunner, extra: list[str]) -> None:
    result = cli.invoke(args=["tables", "ORDRES", *extra])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith('Error: no table "ORDRES" in ')
    assert result.stderr.endswith('Did you mean "orders"?\nSee them with: flask tables\n')


def test_an_empty_database_says_so(empty_app: Flask) -> None:
    runner = empty_app.test_cli_runner()
    result = runner.invoke(args=["tables"])
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "No tables yet. Make them with: flask initdb\n")
    result = runner.invoke(args=["tables", "--json"])
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])


def test_rows_prints_the_first_rows_by_key(cli: FlaskCliRunner) -> None:
    with db.engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO customers (id, name, city) VALUES (2, '李雷', '上海'), (1, 'Ann', NULL)")
        )
    result = cli.invoke(args=["tables", "customers", "--rows", "1"])
    assert result.exit_code == 0, result.stderr
    assert "Ann" in result.stdout
    assert "李雷" not in result.stdout
    as_json = json.loads(cli.invoke(args=["tables", "customers", "--rows", "5", "--json"]).stdout)
    assert [(row["id"], row["city"]) for row in as_json] == [(1, None), (2, "上海")]


def test_rows_never_show_a_password_hash(cli: FlaskCliRunner) -> None:
    user = "INSERT INTO users (name, password_hash, role, must_change_password, created_at)"
    with db.engine.begin() as connection:
        connection.execute(sa.text(f"{user} VALUES ('li', '$argon2id$x', 'admin', 0, '2026-11-20 00:00:00')"))
    result = cli.invoke(args=["tables", "users", "--rows", "1"])
    assert result.exit_code == 0, result.stderr
    assert "argon2" not in result.stdout


def test_rows_without_a_table_is_wrong_usage(cli: FlaskCliRunner) -> None:
    assert cli.invoke(args=["tables", "--rows", "1"]).exit_code == 2
