"""How HTTP says each sort of refusal, to machines and to browsers."""

from bonded.rules.errors import ErrorKind

STATUS_OF_KIND = {
    ErrorKind.INVALID: 400,
    ErrorKind.NOT_SIGNED_IN: 401,
    ErrorKind.FORBIDDEN: 403,
    ErrorKind.NOT_FOUND: 404,
    ErrorKind.CONFLICT: 409,
}
