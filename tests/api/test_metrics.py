"""How the server does, in numbers that Prometheus reads: what is counted, who sees it, and that the format is the one of its
specification (prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4)."""
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

import running
from test_settings import ask

pumasi = running.get()
NAME = r'[a-zA-Z_:][a-zA-Z0-9_:]*'
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"'
SAMPLE = re.compile(rf'({NAME})(?:\{{((?:{LABEL}(?:,(?!}}))?)+)\}})? ([+-]?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|Inf|NaN))')


def parse(text):
    """{(name, labels): value}; whatever the format does not allow is an error."""
    assert text.endswith('\n'), 'the last line ends, too'
    types, helped, seen, family = {}, set(), {}, None
    finished = set()
    for line in text[:-1].split('\n'):
        if line.startswith('# '):
            kind, name, rest = re.fullmatch(rf'# (HELP|TYPE) ({NAME}) (.+)', line).groups()
            if kind == 'HELP':
                assert name not in helped, f'{name}: HELP twice'
                helped.add(name)
            else:
                assert name not in types and rest in ('counter', 'gauge', 'histogram', 'summary', 'untyped'), line
                assert name not in finished, f'{name} in two places'
                types[name] = rest
                family = name
                finished.add(name)
            continue
        found = SAMPLE.fullmatch(line)
        assert found, line
        name, labels, value = found.groups()
        endings = {'histogram': ('_bucket', '_sum', '_count'), 'summary': ('', '_sum', '_count')}.get(types[family], ('',))
        assert name in [family + ending for ending in endings], f'{line} in {family}'
        assert types[family] != 'counter' or name.endswith('_total'), line
        pairs = tuple(sorted(re.findall(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"', labels or '')))
        assert len({key for key, _ in pairs}) == len(pairs), line
        assert (name, pairs) not in seen, f'{line} stands twice'
        seen[name, pairs] = float(value)
    check_histograms(types, seen)
    return seen


def check_histograms(types, seen):
    for family in (name for name, kind in types.items() if kind == 'histogram'):
        rows = {}
        for (name, pairs), value in seen.items():
            if name == family + '_bucket':
                rest = tuple(pair for pair in pairs if pair[0] != 'le')
                rows.setdefault(rest, []).append((float(dict(pairs)['le'].replace('+Inf', 'inf')), value))
        assert rows, f'{family} has no buckets'
        for rest, buckets in rows.items():
            assert buckets == sorted(buckets) and [value for _, value in buckets] == sorted(value for _, value in buckets), (family, rest)
            assert buckets[-1][0] == float('inf') and buckets[-1][1] == seen[family + '_count', rest] and (family + '_sum', rest) in seen, (family, rest)


def metrics(client=None, headers=None):
    answer = (client or pumasi.client()).get('/api/metrics', headers)
    if answer.status != 200:
        raise AssertionError(answer)
    return parse(answer.text)


def value(found, name, **labels):
    return found.get((name, tuple(sorted(labels.items()))), 0)


class Numbers(unittest.TestCase):
    def setUp(self):
        self.min = pumasi.register('Min')

    def grown(self, act, name, **labels):
        before = metrics()
        act()
        return value(metrics(), name, **labels) - value(before, name, **labels)

    def test_the_format(self):
        answer = self.min.get('/api/metrics')
        self.assertEqual('text/plain; version=0.0.4; charset=utf-8', answer.headers['Content-Type'])
        self.assertEqual('no-store', answer.headers['Cache-Control'])
        parse(answer.text)

    def test_the_parser_refuses_what_is_no_format(self):
        good = '# HELP a_total x\n# TYPE a_total counter\na_total{f="x"} 1\n'
        parse(good)
        for bad in (good[:-1], good + 'a_total{f="x"} 2\n', good.replace('"x"', 'x'), good + 'b 1\n', good.replace(' 1\n', ' one\n'), good + good,
                    '# TYPE h histogram\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n', good.replace('f="x"', 'f="x",')):
            with self.assertRaises((AssertionError, AttributeError, KeyError, TypeError), msg=bad):
                parse(bad)

    def test_requests_by_function_and_status(self):
        def act():
            for _ in range(3):
                self.min.get('/api/tasks')
            self.min.post('/api/tasks', {})
            self.min.get('/api/nowhere')
        before = metrics()
        act()
        after = metrics()
        for function, status, count in (('task-list', '2xx', 3), ('task-create', '4xx', 1), ('no-route', '4xx', 1), ('task-create', '2xx', 0)):
            with self.subTest(function, status=status):
                grown = value(after, 'pumasi_requests_total', function=function, status=status) - value(before, 'pumasi_requests_total', function=function, status=status)
                self.assertEqual(count, grown)

    def test_none_is_lost_where_workers_count_at_once(self):
        def ask_often():
            for _ in range(50):
                self.min.get('/api/tasks')

        def act():
            threads = [threading.Thread(target=ask_often) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual(200, self.grown(act, 'pumasi_requests_total', function='task-list', status='2xx'))

    def test_how_long_they_took(self):
        before = metrics()
        self.min.get('/api/tasks')
        after = metrics()
        self.assertEqual(1, value(after, 'pumasi_request_duration_seconds_count', function='task-list') -
                         value(before, 'pumasi_request_duration_seconds_count', function='task-list'))
        self.assertGreater(value(after, 'pumasi_request_duration_seconds_sum', function='task-list'),
                           value(before, 'pumasi_request_duration_seconds_sum', function='task-list'))

    def test_workers_and_their_starts(self):
        self.min.get('/api/views')
        before = metrics()
        self.assertEqual(1, value(before, 'pumasi_workers', function='view-list'))
        for worker in pumasi.workers('view-list'):
            os.kill(worker, signal.SIGKILL)
        running.wait_until(lambda: value(metrics(), 'pumasi_workers', function='view-list') == 0, 10, 'the end of the worker')
        self.assertEqual(200, self.min.get('/api/views').status)
        after = metrics()
        self.assertEqual(1, value(after, 'pumasi_workers', function='view-list'))
        for name, labels in (('pumasi_cold_starts_total', {}), ('pumasi_worker_start_seconds_count', {}), ('pumasi_workers_ended_total', {'reason': 'signal'})):
            self.assertEqual(1, value(after, name, function='view-list', **labels) - value(before, name, function='view-list', **labels), name)
        self.assertGreater(value(after, 'pumasi_worker_start_seconds_sum', function='view-list'), value(before, 'pumasi_worker_start_seconds_sum', function='view-list'))

    def test_what_waits(self):
        pumasi.by_hand("DELETE FROM outbox; DELETE FROM account_outbox; UPDATE delivery SET state = 'sent', sent_at = unixepoch() WHERE state IN ('pending', 'leased', 'retry')")
        self.addCleanup(pumasi.by_hand, "DELETE FROM outbox; DELETE FROM delivery WHERE message_id LIKE 'metric%'")
        found = metrics()
        self.assertEqual((0, 0, 0), tuple(value(found, name) for name in ('pumasi_outbox_events', 'pumasi_account_outbox_wishes', 'pumasi_mail_oldest_seconds')))
        task = self.min.task()
        pumasi.by_hand(f"INSERT INTO event (at, type, task_id, is_visible) VALUES (unixepoch() - 500, 'task.commented', {task['id']}, 1);"
                       "DELETE FROM outbox WHERE event_id < (SELECT max(event_id) FROM outbox);"
                       f"INSERT INTO delivery (user_id, kind, message_id, state, attempts, next_at, due_at, created_at) VALUES "
                       f"({self.min.user['id']}, 'daily', 'metric1', 'retry', 1, unixepoch() + 900, unixepoch() - 100, unixepoch() - 100)")
        pumasi.client().post('/api/password/forgot', {'email': self.min.email})
        found = metrics()
        self.assertEqual((1, 1, 1, 0), (value(found, 'pumasi_outbox_events'), value(found, 'pumasi_account_outbox_wishes'),
                                        value(found, 'pumasi_mails_waiting', state='retry'), value(found, 'pumasi_mails_waiting', state='pending')))
        self.assertAlmostEqual(500, value(found, 'pumasi_mail_oldest_seconds'), delta=10)
        self.assertEqual(os.stat(pumasi.database).st_size, value(found, 'pumasi_database_bytes'))
        self.assertAlmostEqual(os.stat(pumasi.database + '-mailer').st_mtime, value(found, 'pumasi_mailer_last_run_timestamp_seconds'), delta=5)

    def test_they_tell_of_nobody(self):
        self.min.task('A secret title')
        text = self.min.get('/api/metrics').text
        for word in ('secret', 'Min', '@', self.min.email):
            self.assertNotIn(word, text)

    def test_they_stay_when_everything_ends(self):
        self.min.get('/api/tasks')
        _, head, _ = ask('health', 'GET', '/api/health')  # a process of its own
        self.assertIn('Status: 200', head)
        before = value(metrics(), 'pumasi_requests_total', function='health', status='2xx')
        ask('health', 'GET', '/api/health')
        self.assertEqual(before + 1, value(metrics(), 'pumasi_requests_total', function='health', status='2xx'))


class WhoSeesThem(unittest.TestCase):
    """On the machine itself anybody; from elsewhere administrators."""

    def test_whoever_asks_on_the_machine(self):
        for host in (f'127.0.0.1:{pumasi.port}', 'localhost', 'LOCALHOST:80', '[::1]:8080'):
            metrics(headers={'Host': host})

    def test_nobody_who_comes_by_a_proxy_or_by_another_name(self):
        for headers in ({'X-Forwarded-For': '127.0.0.1'}, {'Forwarded': 'for=127.0.0.1'}, {'Via': '1.1 proxy'}, {'X-Real-IP': '127.0.0.1'},
                        {'Host': 'tasks.example.org'}, {'Host': '127.0.0.1.example.org'}, {'Host': 'localhost.example.org'}, {'Host': '192.0.2.1'}):
            with self.subTest(headers):
                self.assertEqual(401, pumasi.client().get('/api/metrics', headers).status)
        person = pumasi.register()
        self.assertEqual(403, person.get('/api/metrics', {'X-Forwarded-For': '203.0.113.7'}).status)

    def test_nobody_from_another_machine(self):
        for address, status in (('192.0.2.7', 401), ('::1', 200), ('::ffff:127.0.0.1', 200), ('127.0.0.9', 200), ('', 401), ('2001:db8::1', 401)):
            environment = {**running.clean_environment(), 'PUMASI_CONFIG': pumasi.config, 'ASAN_OPTIONS': pumasi.environment['ASAN_OPTIONS'],
                           'REQUEST_METHOD': 'GET', 'REQUEST_URI': '/api/metrics', 'REMOTE_ADDR': address, 'HTTP_HOST': 'localhost', 'HTTP_ACCEPT': 'application/json'}
            done = subprocess.run([f'{running.FUNCTIONS}/metrics'], env=environment, capture_output=True, timeout=20 * running.PATIENCE, check=True)
            self.assertIn(f'Status: {status}'.encode(), done.stdout, address)


class Health(unittest.TestCase):
    def test_it_lives_also_without_its_data_but_is_not_ready(self):
        nowhere = {'PUMASI_DATABASE': '/nowhere/pumasi.db'}
        self.assertEqual((200, {'status': 'ok'}), ask('health-live', 'GET', '/api/health/live', **nowhere)[::2])
        self.assertEqual(503, ask('health', 'GET', '/api/health', **nowhere)[0])
        self.assertEqual((200, {'status': 'ok'}), (pumasi.client().get('/api/health/live').status, pumasi.client().get('/api/health/live').json))

    def test_a_file_of_numbers_that_is_of_another_release_or_none_begins_anew(self):
        for content in (b'', b'pumasi metrics 0\n' + bytes(65536), b'x' * 100, os.urandom(65536)):
            with tempfile.TemporaryDirectory() as place:
                with open(f'{place}/pumasi.db-metrics', 'wb') as file:
                    file.write(content)
                for _ in range(2):
                    self.assertEqual(200, ask('health-live', 'GET', '/api/health/live', PUMASI_DATABASE=f'{place}/pumasi.db')[0])
                with open(f'{place}/pumasi.db-metrics', 'rb') as file:
                    written = file.read()
            self.assertEqual((b'pumasi metrics 1\n', b'health-live'), (written[:17], written[512:523]))
            self.assertEqual(2, int.from_bytes(written[512 + 40 + 16:512 + 40 + 24], sys.byteorder), 'answers of 2xx')


if __name__ == '__main__':
    unittest.main()
