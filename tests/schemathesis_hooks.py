"""What OpenAPI cannot say about a request, told to schemathesis.

The document describes each member by itself. Where one member decides what another may be, made-up requests that keep
to the document are still refused with 400, and rightly so. Requests that are meant to be valid are mended here; those
that are meant to be invalid stay as they are.
"""

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    query, headers, body = case.query or {}, case.headers or {}, case.body
    # A cursor is valid when this service gave it out for the same filter.
    query.pop("cursor", None)
    # A moment is named by its time or by its position.
    if "as_of" in query:
        query.pop("as_of_position", None)
    # An identifier is looked up within its scheme.
    if ("scheme" in query) != ("identifier" in query):
        query.pop("scheme", None)
        query.pop("identifier", None)
    # What lies in the future is refused.
    if query.get("as_of", "") > "2026":
        query["as_of"] = "2026-01-01T00:00:00Z"
    if "as_of_position" in query:
        query["as_of_position"] = 7
    # The feed answers when something happens, or after so many seconds.
    if "wait" in query:
        query["wait"] = 0
    # The library writes an integer where an entity tag is asked for.
    if not headers.get("If-Match", '"').startswith('"'):
        headers["If-Match"] = '"7"'
    # A position that is not yet reached is waited for, then answered with 503 and Retry-After.
    headers.pop("Min-Event-Position", None)
    if isinstance(body, dict):
        if body.get("from", "") > body.get("to", "9"):
            body["from"], body["to"] = body["to"], body["from"]
        # A regulation is adopted whole or by the code of one that comes along.
        if "preset" in body:
            body.pop("regulation", None)
        elif case.operation.path.endswith("/regulations") and "regulation" not in body:
            body["preset"] = "hcmc-2008"
        # An act counts from a day at most a year ahead.
        if str(body.get("effective_on", "")) > "2027":
            body["effective_on"] = "2026-01-02"
        # The form of an identifier depends on its scheme; an internal one is free.
        identifiers = [*body.get("identifiers", []), *([body["identifier"]] if "identifier" in body else [])]
        for identifier in identifiers:
            identifier["scheme"] = "internal"


@schemathesis.hook
def filter_case(context, case):
    # HTTP lets anyone add a header that no one has heard of; only query and body are closed.
    return not any("unknown-property" in name.lower() for name in case.headers or {})
