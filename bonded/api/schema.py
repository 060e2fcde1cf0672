"""What the OpenAPI document says of every operation alike: how a refusal looks."""

from __future__ import annotations

from typing import Any

PROBLEM = {
    "type": "object",
    "description": "A refusal, by RFC 9457. `code` is stable; `title` is for people; `facts` help to act.",
    "required": ["type", "title", "status", "code", "facts"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "facts": {"type": "object"},
        "errors": {"description": "By field, when fields of the body are wrong."},
        "problems": {
            "type": "array",
            "description": "Everything that stands against the act, when it is several things.",
            "items": {
                "type": "object",
                "required": ["code", "message", "overridable_by"],
                "properties": {
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                    "overridable_by": {"type": "array", "items": {"type": "string"}},
                    "where": {"type": "string", "description": "The place in the request, as a JSON pointer."},
                },
            },
        },
    },
}
METHODS = frozenset({"get", "post", "put", "patch", "delete"})


def describe_problems(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Add the problem document as every operation's answer to what it refuses."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path in result["paths"].values():
        for method in METHODS & path.keys():
            path[method]["responses"].setdefault("default", {"description": "Refused.", "content": content})
    return result
