"""Is an answer as www/openapi.json describes it? The test client asks this of each answer it gets.

What the schemas there use of JSON Schema is known here, and nothing else: a keyword that is not would be believed without
being looked at, so it is an error.
"""
import datetime
import functools
import json
import pathlib
import re
import urllib.parse

PATH = pathlib.Path(__file__).resolve().parents[2] / 'www' / 'openapi.json'
TYPES = {'object': dict, 'array': list, 'string': str, 'integer': int, 'boolean': bool, 'null': type(None)}
TOLD = {'description', 'default'}  # for people


@functools.cache
def document():
    return json.loads(PATH.read_text(encoding='utf-8'))


def resolve(value):
    while '$ref' in value:
        found = document()
        for name in value['$ref'].removeprefix('#/').split('/'):
            found = found[name]
        value = found
    return value


def is_type(value, name):
    return isinstance(value, TYPES[name]) and not (name == 'integer' and isinstance(value, bool))


def is_format(value, name):
    if name == 'date-time':
        return re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ', value) is not None and datetime.datetime.fromisoformat(value) is not None
    if name == 'date':
        return datetime.date.fromisoformat(value).isoformat() == value
    if name == 'uri':
        return bool(urllib.parse.urlsplit(value).scheme)
    raise KeyError(name)


def faults(value, schema, where='$'):
    """Every way in which a value is not as the schema says."""
    schema = resolve(schema)
    unknown = set(schema) - set(CHECKS) - TOLD - {'type', 'oneOf'}
    assert not unknown, f'{where}: {unknown} of the schema are not looked at'
    if 'oneOf' in schema:
        fitting = [one for one in schema['oneOf'] if not faults(value, one, where)]
        return [] if len(fitting) == 1 else [f'{where}: {value!r:.200} fits {len(fitting)} of {len(schema["oneOf"])}']
    names = schema.get('type', list(TYPES))
    names = [names] if isinstance(names, str) else names
    if not any(is_type(value, name) for name in names):
        return [f'{where}: {value!r:.200} is no {" or ".join(names)}']
    found = []
    for name, check in CHECKS.items():
        if name in schema and value is not None:
            found += check(value, schema, where)
    return found


def said(condition):
    """A check of one value, told as what it was to be."""
    return lambda name: lambda value, schema, where: [] if condition(value, schema[name]) else [f'{where}: {value!r:.200} against {name} {schema[name]}']


def properties(value, schema, where):
    return [fault for name, inner in schema['properties'].items() if name in value for fault in faults(value[name], inner, f'{where}.{name}')]


def additional(value, schema, where):
    more = set(value) - set(schema.get('properties', {}))
    inner = schema['additionalProperties']
    if inner is False:
        return [f'{where}: {name} is not described' for name in sorted(more)]
    return [fault for name in more for fault in faults(value[name], inner, f'{where}.{name}')]


def items(value, schema, where):
    return [fault for i, item in enumerate(value) for fault in faults(item, schema['items'], f'{where}[{i}]')]


CHECKS = {
    'properties': properties,
    'additionalProperties': additional,
    'items': items,
    'required': lambda value, schema, where: [f'{where}: there is no {name}' for name in schema['required'] if name not in value],
    **{name: said(condition)(name) for name, condition in {
        'enum': lambda value, allowed: value in allowed,
        'pattern': lambda value, pattern: re.search(pattern, value),
        'format': is_format,
        'minimum': lambda value, least: value >= least,
        'maximum': lambda value, most: value <= most,
        'minLength': lambda value, least: len(value) >= least,
        'maxLength': lambda value, most: len(value) <= most,
        'maxItems': lambda value, most: len(value) <= most,
    }.items()},
}  # fmt: skip


@functools.cache
def patterns():
    return [(re.compile(re.escape(path).replace(r'\{id\}', r'[1-9]\d*')), path) for path in document()['paths']]


def operation(method, path):
    """The description of a request; None: there is no such route."""
    plain = path.split('?')[0]
    for pattern, known in patterns():
        if pattern.fullmatch(plain):
            return document()['paths'][known].get(method.lower())
    return None


def complaints(method, path, status, kind, body):
    """What of an answer is not as it is described."""
    if not path.startswith('/api/') or method == 'HEAD':
        return []
    described = operation(method, path)
    if described is None:
        return [] if status >= 400 else [f'{method} {path}: answered {status}, and there is no such route']
    responses = described['responses']
    response = responses.get(str(status)) or (responses.get(f'{status // 100}XX') if status >= 400 else None)
    where = f'{method} {path} {status}'
    if response is None:
        return [f'{where}: this status is not described']
    content = resolve(response).get('content', {})
    if not body:
        return [] if kind == '' or kind in content else [f'{where}: an empty body of type {kind}']
    if kind not in content:
        return [f'{where}: a body of type {kind or "none"}, where {list(content) or "none"} is described: {body[:200]!r}']
    if not kind.endswith('json'):
        return []
    return faults(json.loads(body), content[kind]['schema'], where)
