"""What the administrator's settings change in the answers; functions as plain CGI, with the setting in the environment."""
import json
import re
import subprocess
import unittest

import running

pumasi = running.get()


def ask(function, method, path, value=None, **variables):
    """(status, head, JSON or None)."""
    body = b'' if value is None else json.dumps(value).encode()
    environment = {**running.clean_environment(), 'PUMASI_CONFIG': pumasi.config, 'ASAN_OPTIONS': pumasi.environment['ASAN_OPTIONS'],
                   'REQUEST_METHOD': method, 'REQUEST_URI': path, 'REMOTE_ADDR': '127.0.0.1', 'HTTP_ORIGIN': pumasi.url,
                   'CONTENT_TYPE': 'application/json', 'CONTENT_LENGTH': str(len(body)), **variables}
    done = subprocess.run([f'{running.FUNCTIONS}/{function}'], input=body, env=environment, capture_output=True, timeout=20 * running.PATIENCE, check=True)
    head, _, content = done.stdout.decode().partition('\r\n\r\n')
    return int(re.match(r'Status: (\d+)', head).group(1)), head, json.loads(content) if content else None


class Registration(unittest.TestCase):
    def register(self, **variables):
        return ask('register', 'POST', '/api/register', {
            'email': f'{running.unique("closed")}@example.org', 'name': 'N', 'password': running.PASSWORD}, **variables)

    def test_closed_makes_no_account_and_says_who_does(self):
        before = pumasi.counts()
        for language, word in (('en', 'administrator'), ('ko', '관리자')):
            status, head, problem = self.register(PUMASI_REGISTRATION='closed', HTTP_ACCEPT_LANGUAGE=language)
            self.assertEqual((403, 403), (status, problem['status']))
            self.assertIn('application/problem+json', head)
            self.assertNotIn('Set-Cookie', head)
            self.assertIn(word, problem['detail'])
        self.assertEqual(before, pumasi.counts())

    def test_open_makes_one(self):
        self.assertEqual(201, self.register(PUMASI_REGISTRATION='open')[0])

    def test_closed_lets_those_sign_in_who_have_one(self):
        person = pumasi.register()
        self.assertEqual(200, ask('login', 'POST', '/api/login', {'email': person.email, 'password': running.PASSWORD},
                                  PUMASI_REGISTRATION='closed')[0])


class Https(unittest.TestCase):
    BASE = 'https://pumasi.example.org'

    def sign_in(self, person, **variables):
        return ask('login', 'POST', '/api/login', {'email': person.email, 'password': running.PASSWORD},
                   **{'PUMASI_BASE_URL': self.BASE, 'HTTP_ORIGIN': self.BASE, **variables})

    def test_the_cookie_is_secure_and_bound_to_the_host(self):
        person = pumasi.register()
        status, head, _ = self.sign_in(person)
        self.assertEqual(200, status)
        [cookie] = re.findall(r'^Set-Cookie: (.*)$', head.replace('\r', ''), re.MULTILINE)
        self.assertRegex(cookie, r'^__Host-session=[A-Za-z0-9_-]{43}\.\d+\.[A-Za-z0-9_-]{22}; Path=/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$')
        token = cookie.split(';')[0].split('=')[1]

        def who(name):
            return ask('session', 'GET', '/api/session', PUMASI_BASE_URL=self.BASE, HTTP_COOKIE=f'{name}={token}')[2]['user']
        self.assertEqual(person.user, who('__Host-session'))
        self.assertIsNone(who('session'), 'a name that any neighbour of the host could set')
        _, head, _ = ask('logout', 'POST', '/api/logout', PUMASI_BASE_URL=self.BASE, HTTP_ORIGIN=self.BASE, HTTP_COOKIE=f'__Host-session={token}')
        self.assertRegex(head, r'Set-Cookie: __Host-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure')
        self.assertIsNone(who('__Host-session'))

    def test_pages_of_another_scheme_are_foreign(self):
        """http://HOST is not the origin of https://HOST: who sits on the line can serve it."""
        person = pumasi.register()
        for origin in ('http://pumasi.example.org', 'https://pumasi.example.org.evil.example', 'https://pumasi.example.org:8443', 'null'):
            status, head, _ = self.sign_in(person, HTTP_ORIGIN=origin, HTTP_HOST='pumasi.example.org')
            self.assertEqual(403, status, origin)
            self.assertNotIn('Set-Cookie', head)


if __name__ == '__main__':
    unittest.main()
