"""Who may what: every route of handlers/routes, asked by everybody there can be, with the answer that each must get.

A route without a row here fails; and where an answer refuses, nothing may have been written. Each cell of the table
has people and a task of its own, so that no row hangs on another.

The columns:
    nobody    no session                          member    signed in; {id} of a person is hers
    other     signed in, a stranger to it all     creator   made the task that {id} names
    assignee  is in charge of it                  admin     an administrator
    disabled  was shut out: her cookie is left    expired   her session ended by itself
    foreign   holds a session of another server
{id} of a saved view is the member's.
and programs that show an access token, with neither cookie nor Origin:
    by_read, by_write      of the member, with that scope; {id} of a token is her by_read
    by_admins_write        of the administrator, who gave it the scope of a member
    by_admins              of the administrator, with the scope of one
    by_foreign             of another server
"""
import base64
import hashlib
import hmac
import os
import re
import secrets
import sqlite3
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'api'))
import running  # pylint: disable=wrong-import-position

TABLE = '''
method path                          nobody member other creator assignee admin disabled expired foreign by_read by_write by_admins_write by_admins by_foreign
POST   /api/register                    201    201   201     201      201   201      201     201     201     403      403             403       403        403
POST   /api/login                       401    200   200     200      200   200      401     200     401     403      403             403       403        403
POST   /api/logout                      401    204   204     204      204   204      401     401     401     403      403             403       403        401
GET    /api/session                     200    200   200     200      200   200      200     200     200     200      200             200       200        401
GET    /api/sessions                    401    200   200     200      200   200      401     401     401     403      403             403       403        401
DELETE /api/sessions                    401    204   204     204      204   204      401     401     401     403      403             403       403        401
POST   /api/sessions/end                401    204   204     204      204   204      401     401     401     403      403             403       403        401
DELETE /api/sessions/{id}               401    204   404     404      404   404      401     401     401     403      403             403       403        401
POST   /api/sessions/{id}/end           401    204   404     404      404   404      401     401     401     403      403             403       403        401
POST   /api/password                    401    204   204     204      204   204      401     401     401     403      403             403       403        401
POST   /api/password/forgot             202    202   202     202      202   202      202     202     202     403      403             403       403        403
POST   /api/password/reset              422    422   422     422      422   422      422     422     422     403      403             403       403        403
POST   /api/email/verify                422    422   422     422      422   422      422     422     422     403      403             403       403        403
POST   /api/email/resend                401    202   202     202      202   202      401     401     401     403      403             403       403        401
GET    /api/totp                        401    200   200     200      200   200      401     401     401     403      403             403       403        401
POST   /api/totp                        401    201   201     201      201   201      401     401     401     403      403             403       403        401
POST   /api/totp/confirm                401    409   409     409      409   409      401     401     401     403      403             403       403        401
DELETE /api/totp                        401    404   404     404      404   404      401     401     401     403      403             403       403        401
POST   /api/totp/remove                 401    404   404     404      404   404      401     401     401     403      403             403       403        401
GET    /api/users                       401    200   200     200      200   200      401     401     401     200      200             200       200        401
GET    /api/users/me                    401    200   200     200      200   200      401     401     401     200      200             200       200        401
PATCH  /api/users/me                    401    200   200     200      200   200      401     401     401     403      200             200       200        401
POST   /api/users/me                    401    200   200     200      200   200      401     401     401     403      200             200       200        401
GET    /api/users/me/export             401    200   200     200      200   200      401     401     401     403      403             403       403        401
PATCH  /api/users/{id}                  401    403   403     403      403   200      401     401     401     403      403             403       200        401
POST   /api/users/{id}                  401    403   403     403      403   200      401     401     401     403      403             403       200        401
DELETE /api/users/{id}                  401    204   403     403      403   204      401     401     401     403      403             403       204        401
POST   /api/users/{id}/delete           401    204   403     403      403   204      401     401     401     403      403             403       204        401
GET    /api/tokens                      401    200   200     200      200   200      401     401     401     403      403             403       403        401
POST   /api/tokens                      401    201   201     201      201   201      401     401     401     403      403             403       403        401
DELETE /api/tokens/{id}                 401    204   404     404      404   404      401     401     401     403      403             403       403        401
POST   /api/tokens/{id}/delete          401    204   404     404      404   404      401     401     401     403      403             403       403        401
GET    /api/calendar                    401    200   200     200      200   200      401     401     401     403      403             403       403        401
POST   /api/calendar                    401    201   201     201      201   201      401     401     401     403      403             403       403        401
DELETE /api/calendar                    401    204   204     204      204   204      401     401     401     403      403             403       403        401
POST   /api/calendar/delete             401    204   204     204      204   204      401     401     401     403      403             403       403        401
GET    /api/calendar/feed               404    404   404     404      404   404      404     404     404     404      404             404       404        404
GET    /api/invitations                 401    403   403     403      403   200      401     401     401     403      403             403       200        401
POST   /api/invitations                 401    403   403     403      403   201      401     401     401     403      403             403       201        401
DELETE /api/invitations/{id}            401    403   403     403      403   204      401     401     401     403      403             403       204        401
POST   /api/invitations/{id}/delete     401    403   403     403      403   204      401     401     401     403      403             403       204        401
GET    /api/tasks                       401    200   200     200      200   200      401     401     401     200      200             200       200        401
POST   /api/tasks                       401    201   201     201      201   201      401     401     401     403      201             201       201        401
GET    /api/tasks/{id}                  401    200   200     200      200   200      401     401     401     200      200             200       200        401
PATCH  /api/tasks/{id}                  401    200   200     200      200   200      401     401     401     403      200             200       200        401
POST   /api/tasks/{id}                  401    200   200     200      200   200      401     401     401     403      200             200       200        401
DELETE /api/tasks/{id}                  401    403   403     204      403   204      401     401     401     403      403             403       204        401
POST   /api/tasks/{id}/delete           401    403   403     204      403   204      401     401     401     403      403             403       204        401
POST   /api/tasks/{id}/restore          401    403   403     200      403   200      401     401     401     403      403             403       200        401
GET    /api/tasks/{id}/log              401    200   200     200      200   200      401     401     401     200      200             200       200        401
POST   /api/tasks/{id}/comments         401    201   201     201      201   201      401     401     401     403      201             201       201        401
PUT    /api/tasks/{id}/watch            401    200   200     200      200   200      401     401     401     403      200             200       200        401
DELETE /api/tasks/{id}/watch            401    200   200     200      200   200      401     401     401     403      200             200       200        401
POST   /api/tasks/{id}/watch            401    200   200     200      200   200      401     401     401     403      200             200       200        401
GET    /api/overview/week               401    200   200     200      200   200      401     401     401     200      200             200       200        401
GET    /api/overview/flow               401    200   200     200      200   200      401     401     401     200      200             200       200        401
GET    /api/overview/people             401    200   200     200      200   200      401     401     401     200      200             200       200        401
GET    /api/views                       401    200   200     200      200   200      401     401     401     200      200             200       200        401
POST   /api/views                       401    201   201     201      201   201      401     401     401     403      201             201       201        401
DELETE /api/views/{id}                  401    204   404     404      404   404      401     401     401     403      204             404       404        401
POST   /api/views/{id}/delete           401    204   404     404      404   404      401     401     401     403      204             404       404        401
GET    /api/unsubscribe                 403    403   403     403      403   403      403     403     403     403      403             403       403        403
POST   /api/unsubscribe                 403    403   403     403      403   403      403     403     403     403      403             403       403        403
GET    /api/health                      200    200   200     200      200   200      200     200     200     200      200             200       200        200
GET    /api/health/live                 200    200   200     200      200   200      200     200     200     200      200             200       200        200
GET    /api/metrics                     401    403   403     403      403   200      401     401     401     403      403             403       200        401
'''

# What a request says so that nothing but the person can be wrong with it; the world of the cell is put in.
BODIES = {
    'POST /api/register': {'email': '{new_email}', 'name': 'New', 'password': running.PASSWORD},
    'POST /api/login': {'email': '{own_email}', 'password': running.PASSWORD},
    'POST /api/password': {'current_password': running.PASSWORD, 'new_password': 'another way to share work'},
    'POST /api/password/forgot': {'email': '{own_email}'},
    'POST /api/password/reset': {'token': '{token}', 'new_password': 'another way to share work'},
    'POST /api/email/verify': {'token': '{token}'},
    'DELETE /api/sessions': {'password': running.PASSWORD},
    'POST /api/sessions/end': {'password': running.PASSWORD},
    'DELETE /api/sessions/{id}': {'password': running.PASSWORD},
    'POST /api/sessions/{id}/end': {'password': running.PASSWORD},
    'POST /api/totp': {'password': running.PASSWORD},
    'POST /api/totp/confirm': {'code': '123456'},
    'DELETE /api/totp': {'password': running.PASSWORD},
    'POST /api/totp/remove': {'password': running.PASSWORD},
    'PATCH /api/users/me': {'name': 'Renamed'},
    'POST /api/users/me': {'name': 'Renamed'},
    'PATCH /api/users/{id}': {'role': 'admin'},
    'POST /api/users/{id}': {'disabled': True},
    'DELETE /api/users/{id}': {'password': running.PASSWORD},
    'POST /api/users/{id}/delete': {'password': running.PASSWORD},
    'POST /api/tokens': {'name': 'New'},
    'POST /api/tasks': {'title': 'New'},
    'PATCH /api/tasks/{id}': {'version': 1, 'title': 'Changed'},
    'POST /api/tasks/{id}': {'version': 1, 'title': 'Changed'},
    'POST /api/tasks/{id}/comments': {'body': 'Said'},
    'POST /api/views': {'name': 'Mine', 'query': 'assignee=me'},
}

# What stands behind the path.
QUERIES = {'GET /api/calendar/feed': '?token={token}'}

# Refused, this still notes the failure: one event and the throttle, nothing else.
NOTES_FAILURES = {'POST /api/login': {'event', 'login_throttle'}}

# Whose each access token is, and its scope.
TOKENS = {'by_read': ('member', 'read'), 'by_write': ('member', 'write'), 'by_admins_write': ('admin', 'write'),
          'by_admins': ('admin', 'admin')}

PEOPLE = ('member', 'other', 'creator', 'assignee', 'admin', 'disabled', 'expired')


def read_table():
    head, *lines = [line.split() for line in TABLE.strip().splitlines()]
    return {f'{line[0]} {line[1]}': dict(zip(head[2:], map(int, line[2:]), strict=True)) for line in lines}


def routes():
    with open(os.path.join(running.ROOT, 'handlers', 'routes'), encoding='utf-8') as file:
        return [' '.join(line.split()[:2]) for line in file if line.strip() and not line.startswith('#')]


def cookie(token, key):
    """As the server makes it: with the hour of the last use, signed (lib/domain/session.h)."""
    stamp = str(int(time.time()) // 3600)
    mac = base64.urlsafe_b64encode(hmac.digest(key.encode(), stamp.encode(), hashlib.sha256)[:16]).decode().rstrip('=')
    return f'{token}.{stamp}.{mac}'


class World:
    """Fresh people, each signed in, and a task; written by hand, which is quick."""

    def __init__(self, stack, hash_of_password, in_bin):
        self.stack = stack
        self.tokens = {who: secrets.token_urlsafe(32) for who in PEOPLE}
        self.session_ids = {}
        self.emails = {who: f'{running.unique(who)}@example.org' for who in PEOPLE}
        connection = sqlite3.connect(stack.database, timeout=10, isolation_level=None)
        try:
            connection.execute('BEGIN IMMEDIATE')
            self.ids = {who: self.add_person(connection, who, hash_of_password) for who in PEOPLE}
            self.task_id = connection.execute(
                'INSERT INTO task (title, creator_id, assignee_id, deleted_at) VALUES (?, ?, ?, ?) RETURNING id',
                ('Matrix', self.ids['creator'], self.ids['assignee'], 1 if in_bin else None)).fetchone()[0]
            self.secrets = {who: f'pumasi_{secrets.token_urlsafe(32)}' for who in [*TOKENS, 'by_foreign']}
            self.token_ids = {who: self.add_token(connection, who) for who in TOKENS}
            self.invitation_id = connection.execute(
                'INSERT INTO invitation (token_hash, creator_id, expires_at) VALUES (randomblob(32), ?, 9000000000) RETURNING id',
                (self.ids['admin'],)).fetchone()[0]
            self.view_id = connection.execute('INSERT INTO saved_view (user_id, name, query) VALUES (?, ?, ?) RETURNING id',
                                              (self.ids['member'], 'Hers', 'due=week')).fetchone()[0]
            connection.execute('UPDATE "user" SET disabled_at = 1 WHERE id = ?', (self.ids['disabled'],))
            connection.execute('UPDATE session SET expires_at = 1 WHERE user_id = ?', (self.ids['expired'],))
            connection.execute('COMMIT')
        finally:
            connection.close()

    def add_person(self, connection, who, hash_of_password):
        user_id = connection.execute(
            'INSERT INTO "user" (email, email_key, name, password_hash, role) VALUES (?, ?, ?, ?, ?) RETURNING id',
            (self.emails[who], self.emails[who], who, hash_of_password, 'admin' if who == 'admin' else 'member')).fetchone()[0]
        key = secrets.token_urlsafe(32)
        self.session_ids[who] = connection.execute(
            'INSERT INTO session (user_id, token_hash, stamp_key, expires_at) VALUES (?, ?, ?, 9000000000) RETURNING id', (user_id, hashlib.sha256(self.tokens[who].encode()).digest(), key)).fetchone()[0]
        self.tokens[who] = cookie(self.tokens[who], key)
        return user_id

    def add_token(self, connection, who):
        whose, scope = TOKENS[who]
        return connection.execute(
            'INSERT INTO api_token (user_id, name, scope, token_hash, expires_at) VALUES (?, ?, ?, ?, 9000000000) RETURNING id',
            (self.ids[whose], who, scope, hashlib.sha256(self.secrets[who].encode()).digest())).fetchone()[0]

    def fill(self, value):
        if isinstance(value, dict):
            return {key: self.fill(member) for key, member in value.items()}
        return value.format(**self.words) if isinstance(value, str) else value

    def ask(self, route, who):
        method, path = route.split()
        self.words = {'token': secrets.token_urlsafe(32), 'new_email': f'{running.unique("new")}@example.org',
                      'own_email': self.emails.get(who, f'{running.unique("no")}@example.org')}
        client = self.stack.client()
        # None asks on the server itself, where anybody may see its numbers (tests/api/test_metrics.py).
        headers = {'X-Forwarded-For': '203.0.113.9'}
        if who in self.secrets:
            headers |= {'Origin': None, 'Authorization': f'Bearer {self.secrets[who]}'}
        elif who != 'nobody':
            client.cookies = {'session': self.tokens.get(who) or cookie(secrets.token_urlsafe(32), secrets.token_urlsafe(32))}
        named = {'sessions': self.session_ids['member'], 'users': self.ids['member'], 'tasks': self.task_id, 'invitations': self.invitation_id,
                 'tokens': self.token_ids['by_read'], 'views': self.view_id}
        path = path.replace('{id}', str(named.get(path.split('/')[2])))
        path += self.fill(QUERIES.get(route, ''))
        if method == 'GET':
            return client.get(path, headers)
        return client.send(method, path, self.fill(BODIES.get(route, {})), headers)


class Matrix(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = running.get()
        person = cls.stack.register()
        cls.hash = cls.stack.value('SELECT password_hash FROM "user" WHERE id = ?', person.user['id'])
        cls.watcher = sqlite3.connect(f'file:{cls.stack.database}?mode=ro', uri=True, timeout=10, isolation_level=None)

    @classmethod
    def tearDownClass(cls):
        cls.watcher.close()

    def test_every_route_stands_in_the_matrix_and_no_other(self):
        self.assertEqual(sorted(routes()), sorted(read_table()))

    def contents(self):
        tables = [row[0] for row in self.watcher.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' AND name NOT LIKE 'task_search%' "
            "AND name <> 'sqlite_sequence'")]
        return {table: self.watcher.execute(f'SELECT * FROM "{table}"').fetchall() for table in tables}

    def written(self):
        """A number that another one follows once anybody has written anything."""
        return self.watcher.execute('PRAGMA data_version').fetchone()[0]

    def check(self, route, who, expected):
        in_bin = route.endswith('/restore')
        world = World(self.stack, self.hash, in_bin)
        is_refused = expected in (401, 403, 404)
        notes = NOTES_FAILURES.get(route, set())
        before = self.contents() if is_refused and notes else None
        version = self.written()
        answer = world.ask(route, who)
        self.assertEqual(expected, answer.status, answer)
        if not is_refused:
            return
        self.assertEqual('application/problem+json', answer.kind)
        self.assertIsNone(answer.headers.get('Set-Cookie'))
        if expected == 401 and who.startswith('by_'):
            self.assertIn('Bearer', answer.headers['WWW-Authenticate'])
        if not notes:
            self.assertEqual(version, self.written(), 'something was written')
            return
        after = self.contents()
        self.assertEqual(set(), {table for table in before if before[table] != after[table]} - notes)

    def test_everybody_asks_everything(self):
        for route, row in read_table().items():
            for who, expected in row.items():
                with self.subTest(f'{route} by {who}'):
                    self.check(route, who, expected)

    def test_the_matrix_can_fail(self):
        with self.assertRaises(AssertionError):
            self.check('DELETE /api/tasks/{id}', 'other', 204)
        with self.assertRaises(AssertionError):
            self.check('DELETE /api/tasks/{id}', 'creator', 403)

    def test_it_is_a_table_for_people_to_read(self):
        widths = {len(re.sub(r'\s+$', '', line)) for line in TABLE.strip().splitlines()}
        self.assertEqual(1, len(widths))


if __name__ == '__main__':
    unittest.main()
