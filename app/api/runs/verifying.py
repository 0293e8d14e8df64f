"""Whether the ledger is what was written."""

from __future__ import annotations

from typing import Any

from apiflask import Schema, fields
from apiflask.validators import Regexp
from flask.views import MethodView

from app.api.runs.blueprint import blueprint
from app.api.schemas.run import told, told_or_null
from app.http.roles import needs
from app.services import runs
from app.services.runs.verification import HEAD

MOST_PROBLEMS = 1000


class VerifyQuery(Schema):
    """What a verification is compared with."""

    head = fields.String(
        load_default="",
        validate=Regexp(
            f"^({HEAD.pattern})?$", error="This is not the head of a ledger: 41:9f86d0…, with 64 hex digits."
        ),
        metadata={"description": "That of an earlier verification, which the ledger must still contain."},
    )


class FindingSchema(Schema):
    """Something that is not as it was written."""

    run_id = told_or_null(fields.Integer, "null where no run can be named.")
    sentence = told(fields.String)


class VerificationSchema(Schema):
    """What was looked at, and what is wrong."""

    is_good = told(fields.Boolean)
    runs = told(fields.Integer)
    older = told(fields.Integer, "Runs from before the chain, which it does not cover.")
    moves = told(fields.Integer)
    head = told(fields.String, "Keep it somewhere else, and compare with it the next time.")
    problems = fields.List(fields.Nested(FindingSchema), required=True)
    more_problems = told(fields.Integer, f"How many there are beside these; {MOST_PROBLEMS} are told.")


class Verifying(MethodView):
    """The whole ledger."""

    @needs("admin")
    @blueprint.input(VerifyQuery, location="query")
    @blueprint.output(VerificationSchema)
    def get(self, query_data: dict[str, Any]) -> dict[str, Any]:
        """Verify the ledger: read it whole, and name the runs that somebody changed, deleted or added in the database.

        It writes nothing.
        """
        done = runs.verify(query_data["head"])
        return {
            "is_good": not done.problems,
            "runs": done.runs,
            "older": done.older,
            "moves": done.moves,
            "head": done.head,
            "problems": done.problems[:MOST_PROBLEMS],
            "more_problems": max(0, len(done.problems) - MOST_PROBLEMS),
        }


blueprint.add_url_rule("/verification", view_func=Verifying.as_view("verification"))
