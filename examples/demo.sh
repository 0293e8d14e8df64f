#!/bin/sh
# The first ten minutes, run by `make demo`. It works in a folder of its own, instance/demo, made anew each time: no
# database of yours is touched, whatever .env says.
set -eu
cd "$(dirname "$0")/.."
PATH="$PWD/.venv/bin:$PATH"
export INSTANCE_PATH=instance/demo DATABASE_URL= SCRIPTS_PATH= FLASK_CONFIG=development
rm -rf instance/demo

show() {
    printf '\n$ %s\n' "$*"
    "$@"
}

show flask initdb
show flask create-user admin --role admin --generate
show flask import-excel examples/orders.xlsx orders
show flask tables
show flask tables orders --rows 5
show flask script run flush_calendar --year 2026 --dry-run
show flask runs list

cat <<'TXT'

Done. What to try next, in this demo:

  . .venv/bin/activate
  export INSTANCE_PATH=instance/demo

  flask import-excel examples/orders.xlsx orders      the same sheet again: refused; nothing is written
  flask import-excel examples/orders.xlsx orders --mode upsert --again      only what differs is written
  flask import-excel examples/orders.xlsx copy --create        a new table, inferred from all rows
  flask template orders instance/demo/orders.xlsx     a workbook with headers, notes and drop-downs
  flask tables orders                                 what each column takes
  flask script run flush_calendar --apply 4           do what the dry run showed
  flask run                                           the console in the browser: http://127.0.0.1:5000, as admin
  flask script list                                   the scripts; flask script new writes one
  flask runs show 1                                   who did what, when, with which code
  flask doctor                                        what is wrong with this set-up, and how to mend it
  flask --help                                        everything else

For your own database, copy .env.example to .env, set DATABASE_URL in it, and run flask initdb.
TXT
