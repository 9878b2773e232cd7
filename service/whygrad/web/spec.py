"""The specification, OpenAPI 3.1, written from the routes and the contracts that the views declare.

`python -m whygrad.web` writes it to `openapi.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache, partial
from typing import Any

import yaml
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_instance
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from flask import Flask
from marshmallow import Schema, fields
from werkzeug.routing import Rule

import whygrad
from whygrad.request.document import TargetedLoss
from whygrad.request.inputs import Input, Tensor
from whygrad.web import dashboard
from whygrad.web.answers.problem import Problem
from whygrad.web.errors import CONTENT_TYPE
from whygrad.web.operation import Answer, Body, Operation
from whygrad.web.representations import BY_SUFFIX

MEDIA_TYPE = "application/yaml"

REQUEST_HEADERS = {
    "Prefer": "`wait=N`: how many seconds to wait for the diagnosis; the server caps it.",
    "Idempotency-Key": "The same key and request replay the answer instead of doing the work again.",
    "If-None-Match": "The ETag that is known already.",
}
ANSWER_HEADERS = {
    "Content-Disposition": "the name of the file",
    "Content-Length": "its size in bytes",
    "ETag": "changes when the diagnosis does",
    "Link": "the next page, rel=next",
    "Location": "where it is",
    "Preference-Applied": "how long the server was willing to wait, where Prefer asked",
    "Retry-After": "seconds until it is worth asking again",
}


FAILURES = {
    400: "no HTTP, no Host, a WebSocket, or a body that broke off or came in crumbs",
    401: "no key, where keys are on",
    403: "sent by a page of another site",
    408: "the body came too slowly",
    421: "the Host header has a name that the service does not go by",
    500: "the service failed; its log tells why",
    503: "the database does not answer",
}
PATH_SCHEMAS = {
    "Sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    "Id": {"type": "string", "pattern": "^[^/.]+$"},
    "Suffix": {"type": "string", "enum": list(BY_SUFFIX)},
}


@lru_cache(maxsize=1)  # it takes a tenth of a second, in which the web would answer nobody
def text(app: Flask) -> str:
    """The specification of `app` as YAML: the same bytes for the same code."""
    return yaml.safe_dump(document(app), sort_keys=False, allow_unicode=True, width=120)


def document(app: Flask) -> dict[str, Any]:
    """The specification of `app`."""
    plugin = _Plugin(schema_name_resolver=lambda schema: type(resolve_schema_instance(schema)).__name__)
    spec = APISpec(
        title="whygrad",
        version=whygrad.__version__,
        openapi_version="3.1.0",
        info={"description": "Why is my gradient missing? Send a program, get the root cause, the line and the fix."},
        plugins=[plugin],
        security=[{}, {"key": []}],
    )
    spec.components.security_scheme("key", {"type": "http", "scheme": "bearer"})
    spec.components.schema("Tensor", schema=Tensor)
    spec.components.schema("TargetedLoss", schema=TargetedLoss)
    spec.components.schema("Input", Input.component)
    spec.components.schema("Problem", schema=Problem)
    for path, rules in _paths(app).items():
        operations = {method: _operation(app, rule) for rule in rules for method in _methods(rule)}
        spec.path(path=path, operations=operations, parameters=list(_path_parameters(rules[0])))
    written = spec.to_dict()
    return {"openapi": written.pop("openapi"), **written}


class _Converter(OpenAPIConverter):
    """Knows that a field or a schema may say more of itself, in `openapi`."""

    def field2property(self, field: fields.Field[Any]) -> dict[str, Any]:
        return super().field2property(field) | getattr(field, "openapi", {})

    def schema2jsonschema(self, schema: Schema) -> dict[str, Any]:
        written: dict[str, Any] = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call]
        return written | getattr(schema, "openapi", {})


class _Plugin(MarshmallowPlugin):
    Converter = _Converter


def _paths(app: Flask) -> dict[str, list[Rule]]:
    paths: dict[str, list[Rule]] = {}
    for rule in filter(partial(_is_told, app), app.url_map.iter_rules()):
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        paths.setdefault(path, []).append(rule)
    return paths


def _is_told(app: Flask, rule: Rule) -> bool:
    """Pages are for people; what a program may ask is told."""
    return not app.view_functions[rule.endpoint].__module__.startswith(dashboard.__name__)


def _methods(rule: Rule) -> list[str]:
    """The methods that are the rule's own: what the framework adds to a GET is not told."""
    methods = (rule.methods or set()) - {"OPTIONS"}
    return [method.lower() for method in sorted(methods - {"HEAD"} or methods)]


def _path_parameters(rule: Rule) -> Iterator[dict[str, Any]]:
    for name in sorted(rule.arguments):
        schema = PATH_SCHEMAS.get(type(rule._converters[name]).__name__, {"type": "string"})
        yield {"in": "path", "name": name, "required": True, "schema": schema}


def _operation(app: Flask, rule: Rule) -> dict[str, Any]:
    contract: Operation = vars(app.view_functions[rule.endpoint])["operation"]
    described: dict[str, Any] = {
        "operationId": rule.endpoint.replace(".", "_"),
        "tags": [rule.endpoint.partition(".")[0]],
        "summary": contract.summary,
        "responses": {str(status): _answer(answer) for status, answer in contract.answers.items()},
    }
    if contract.query or contract.headers:
        described["parameters"] = [*_query_parameters(contract), *map(_header_parameter, contract.headers)]
    if contract.body is not None:
        described["requestBody"] = {"required": True, "content": {contract.body.media_type: _content(contract.body)}}
    problems = FAILURES | contract.problems
    described["responses"] |= {str(status): _problem(why) for status, why in sorted(problems.items())}
    return described


def _query_parameters(contract: Operation) -> list[dict[str, Any]]:
    return [] if contract.query is None else [{"in": "query", "schema": contract.query}]


def _header_parameter(name: str) -> dict[str, Any]:
    return {"in": "header", "name": name, "schema": {"type": "string"}, "description": REQUEST_HEADERS[name]}


def _content(body: Body) -> dict[str, Any]:
    if body.schema is None:
        return {"schema": {"type": "string", "format": "binary"}}
    encoding = {name: {"contentType": media_type} for name, media_type in body.part_types.items()}
    return {"schema": body.schema, "encoding": encoding} if encoding else {"schema": body.schema}


def _answer(answer: Answer) -> dict[str, Any]:
    described: dict[str, Any] = {"description": answer.description}
    if answer.headers:
        described["headers"] = {
            name: {"description": ANSWER_HEADERS[name], "schema": {"type": "string"}} for name in answer.headers
        }
    if answer.schema is not None:
        plain = {"schema": {"type": "string"}}
        described["content"] = {
            media_type: {"schema": answer.schema} if media_type == "application/json" else plain
            for media_type in answer.media_types
        }
    return described


def _problem(why: str) -> dict[str, Any]:
    return {"description": why[0].upper() + why[1:], "content": {CONTENT_TYPE: {"schema": Problem}}}
