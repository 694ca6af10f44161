"""www/openapi.json tells of every route and field there is, and the client of the tests sees where an answer is another."""
import json
import pathlib
import re
import unittest

import described
import running

pumasi = running.get()
ROOT = pathlib.Path(running.ROOT)


def routes():
    for line in (ROOT / 'handlers' / 'routes').read_text(encoding='utf-8').splitlines():
        if line and not line.startswith('#'):
            yield line.split()


class Whole(unittest.TestCase):
    def test_every_route_and_no_other(self):
        told = {f'{method.upper()} {path}' for path, methods in described.document()['paths'].items() for method in methods}
        self.assertEqual({f'{method} {path}' for method, path, _ in routes()}, told)

    def test_every_field_that_a_function_takes(self):
        shared = (ROOT / 'lib/http/task_input.h').read_text(encoding='utf-8')
        names = re.compile(r'\.name = "([^"]+)",\s*(?:\\\s*)?\.type')
        functions = {}
        for method, path, function in routes():
            operation = described.operation(method, path.replace('{id}', '7'))
            told = functions.setdefault(function, set())
            told |= {parameter['name'] for parameter in map(described.resolve, operation.get('parameters', [])) if parameter['in'] == 'query'}
            for content in operation.get('requestBody', {}).get('content', {}).values():
                told |= set(described.resolve(content['schema']).get('properties', {}))
        for function, told in functions.items():
            source = (ROOT / f'handlers/http/{function}.c').read_text(encoding='utf-8')
            taken = set(names.findall(source + (shared if 'TASK_INPUT_FIELDS' in source else '')))
            with self.subTest(function=function):
                self.assertEqual(taken - {'saved'}, told)  # by which a page says that something was saved

    def test_it_is_served_as_it_is(self):
        answer = pumasi.client().get('/openapi.json')
        self.assertEqual((200, 'application/json'), (answer.status, answer.kind))
        self.assertEqual(described.document(), answer.json)


class Seen(unittest.TestCase):
    """The client complains where it should."""

    def setUp(self):
        self.person = pumasi.register()
        self.task = self.person.task()

    def complaints(self, change, method='GET', status=200, kind='application/json'):
        body = json.loads(json.dumps({key: value for key, value in self.person.get(f'/api/tasks/{self.task["id"]}').json.items()}))
        change(body)
        return described.complaints(method, f'/api/tasks/{self.task["id"]}', status, kind, json.dumps(body).encode())

    def test_as_it_is_it_is_good(self):
        self.assertEqual([], self.complaints(lambda task: None))

    def test_every_kind_of_fault(self):
        for change, says in (
            (lambda task: task.pop('title'), '$.there is no title'),
            (lambda task: task.update(more=1), 'more is not described'),
            (lambda task: task.update(progress='3'), "'3' is no integer"),
            (lambda task: task.update(progress=True), 'True is no integer'),
            (lambda task: task.update(progress=101), 'against maximum 100'),
            (lambda task: task.update(status='later'), 'against enum'),
            (lambda task: task.update(created_at='2026-01-01'), 'against format date-time'),
            (lambda task: task.update(labels=['x'] * 21), 'against maxItems 20'),
            (lambda task: task.update(labels=['x' * 51]), '.labels[0]'),
            (lambda task: task.update(creator=None), 'None is no object'),
            (lambda task: task.update(assignee={'id': 1}), 'fits 0 of 2'),
            (lambda task: task.update(title=''), 'against minLength 1'),
        ):
            with self.subTest(says=says):
                found = self.complaints(change)
                self.assertEqual(1, len(found), found)
                self.assertIn(says.removeprefix('$.'), found[0])
        self.assertIn('not described', self.complaints(lambda task: None, status=205)[0])
        self.assertIn('a body of type text/plain', self.complaints(lambda task: None, kind='text/plain')[0])
        self.assertIn('no such route', described.complaints('GET', '/api/nothing', 200, 'application/json', b'{}')[0])
        self.assertIn('no such route', self.complaints(lambda task: None, method='TRACE')[0])
        with self.assertRaises(AssertionError):
            described.faults(1, {'multipleOf': 2})


if __name__ == '__main__':
    unittest.main()
