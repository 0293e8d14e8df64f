#!/bin/sh
# Run a command as the services run, with their settings and rights; the ledger names who called sudo:
#     sudo /opt/opsdesk/deploy/opsdesk.sh doctor
# Files are named by absolute paths, and must be readable for the user opsdesk: in /tmp, not in /home.
set -eu
exec systemd-run --quiet --collect --wait --pty --pipe --unit="opsdesk-command-$$" \
    --setenv=SUDO_USER="${SUDO_USER:-root}" --setenv=TERM="${TERM:-dumb}" \
    /opt/opsdesk/.venv/bin/flask "$@"
