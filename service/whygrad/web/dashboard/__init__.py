"""The dashboard: the same service for people. Pages by Jinja, nothing built, nothing loaded from elsewhere.

A page that shows what the API answers stands at the same address, for whoever would rather have `text/html`. One that
only people need has a route here, and stands in no specification.

There is a page a file beside its template; what is told of a diagnosis comes from `render/`, as in every other format.
Pages work without scripts; with them, htmx and small modules of our own add progress and the map. What may be long, the
parameters and the modules of a program, is narrowed, sorted and cut into pages by the service (`tables`): a page of
8,000 operations is as light as one of eighty. A run that is watched is told by server-sent events (`web.events`). Where
keys are on, `web.signing` exchanges one for a cookie signed with a secret that lies in the data folder. The address of
an asset names the bytes of all, as a folder: browsers keep them for ever, and what a script imports is of its own
version. What comes from elsewhere lies in `static/vendor`, and a test holds each file against the hash in its list.
"""

from __future__ import annotations

from flask import Flask
from jinja2 import ChainableUndefined

from whygrad.web import door, proxy, signing
from whygrad.web.dashboard import assets, faults, filters, home, problem, prose, sign_in, tables, times, wording

RESOURCES = (assets.resource, home.resource, sign_in.resource, faults.resource, tables.resource)


def register(app: Flask) -> None:
    """Let `app` serve the pages, and show a browser as a page what went wrong."""
    app.jinja_env.undefined = ChainableUndefined  # a document may lack what it need not have
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        wording.GLOBALS,
        asset=assets.address,
        may_look=door.may_look,
        signed_in=signing.signed_in,
        visitor=proxy.visitor,
    )
    for words in (wording, times, filters, prose):
        app.jinja_env.filters.update(words.FILTERS)
    app.after_request(problem.as_page)
    for resource in RESOURCES:
        app.register_blueprint(resource)
