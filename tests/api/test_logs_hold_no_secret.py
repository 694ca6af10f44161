"""Logs: whatever people, programs and mail servers send, no password, token, cookie or text of theirs stands in any of them, and each
line is one that a program of ours has written."""
import glob
import json
import os
import re
import subprocess
import time
import unittest
import urllib.parse

import running

MARK = 'squeamish-ossifrage'
PATH_MARK = 'a-path-that-is-none'  # of what is asked the web server's log tells what stands before "?", where nothing of ours is secret
FORGED = '\r\n{"time":"2026-01-01T00:00:00Z","level":"info","program":"login","message":"forged"}\x1b[2J\u009b31m'


class Logs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = running.Stack()
        cls.addClassCleanup(cls.end)
        cls.stack.wait_ready()

    @classmethod
    def end(cls):
        complaints = cls.stack.stop()
        if complaints:
            raise AssertionError(complaints)

    def texts(self):
        found = {}
        for path in glob.glob(self.stack.dir + '/log/*'):
            with open(path, 'rb') as file:
                found[os.path.basename(path)] = file.read().decode(errors='backslashreplace')
        return found

    def make_mail(self):
        helper, other = self.stack.register('Helper'), self.stack.register('Other')
        task = helper.task('For mail', description=f'{MARK} for mail')
        helper.change(task, assignee_id=other.user['id'], description=f'{MARK} for mail, too')

    def run_mailer(self, **environment):
        """Beside the stack's own, which this test holds up."""
        with self.stack.mailing():
            end = time.monotonic() + 20 * running.PATIENCE
            while time.monotonic() < end:
                subprocess.run([os.path.join(running.ROOT, 'build', running.BUILD, 'cron', 'mailer')], check=False, capture_output=True, timeout=60 * running.PATIENCE,
                               env=dict(self.stack.environment_of_functions(), PUMASI_MAIL_DELAY='0', **environment))
                if self.stack.value("SELECT count(*) FROM outbox") == 0:
                    return
                time.sleep(0.1)

    def everything(self):
        """Each function with what is secret, wherever it may stand; right, wrong and odd."""
        stack = self.stack
        password = f'{MARK} {running.unique()} pass'
        person = stack.client()
        person.email = f'{running.unique("person")}@example.org'
        answer = person.post('/api/register', {'email': person.email, 'name': f'{MARK}', 'password': password})
        self.assertEqual(201, answer.status, answer)
        secrets = [MARK, password, *person.cookies.values()]
        again = stack.client()
        again.email = person.email
        self.assertEqual(200, again.post('/api/login', {'email': person.email, 'password': password}).status)
        secrets += again.cookies.values()
        hostile = [{'Authorization': f'Bearer {MARK}', 'User-Agent': MARK + FORGED.split('\n')[1], 'Referer': f'https://x/?token={MARK}'},
                   {'Cookie': f'session={MARK}; __Host-session={MARK}'}, {'X-Forwarded-For': MARK}, {'Origin': f'https://{MARK}.example'}]
        for headers in hostile:
            headers = {name: value.encode('utf-8').decode('latin-1') for name, value in headers.items()}
            for client in (stack.client(), person):
                client.post('/api/login', {'email': f'{MARK}@example.org', 'password': MARK + ' wrong'}, headers)
                client.get(f'/api/tasks?q={MARK}&token={MARK}', headers)
                client.get(f'/api/unsubscribe?token=1.1.{MARK}', headers)
                client.get(f'/api/{PATH_MARK}?token={MARK}', headers)
                client.get(f'/{PATH_MARK}.html?token={MARK}', headers)
                client.form('/api/tasks', {'title': MARK, 'description': MARK + FORGED, MARK: MARK}, headers)
                client.post('/api/tasks', '{"title":"' + MARK, headers)
        task = person.task(f'{MARK} title', description=f'{MARK} description', labels=[MARK], assignee_id=person.user['id'] if person.user else None)
        person.post(f'/api/tasks/{task["id"]}/comments', {'body': f'{MARK} comment'})
        person.raw(b'GET /api/tasks HTTP/1.1\r\nHost: a\r\n' + MARK.encode() + b'\r\nCookie: session=' + MARK.encode() + b'\r\n\r\n')
        person.raw(f'GET /api/tasks?token={MARK} HTTP/9\r\nCookie: {MARK}\r\n\r\n'.encode())
        person.raw(f'POST /api/login?token={MARK} HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n{MARK}'.encode(), half_close=True)
        return secrets

    def test_the_whole_stack_with_marked_secrets(self):
        secrets = self.everything()
        self.make_mail()
        secrets.append(urllib.parse.quote(MARK))
        # A mail that leaves, one that cannot, and settings that are wrong.
        self.run_mailer(PUMASI_MAIL=f'smtp://user:{MARK}@127.0.0.1:9')
        self.run_mailer()
        for wrong in (f'smtp://user:{MARK}', f'{MARK}:x', f'smtp://user:{MARK}@127.0.0.1:99999'):
            self.run_mailer(PUMASI_MAIL=wrong)
        texts = self.texts()
        self.assertIn('pumasi.log', texts)
        self.assertIn('access.log', texts)
        for name, text in texts.items():
            if name != 'access.log':
                self.assertNotIn(PATH_MARK, text, name)
        self.assertRegex(texts['pumasi.log'], 'mail', 'the mailer has something to say')
        with open(self.stack.database + '-keys', encoding='ascii') as file:
            secrets.append(file.read().split()[-1])
        secrets += [secret for row in self.stack.query("SELECT password_hash FROM \"user\"") for secret in row if secret]
        for name, text in texts.items():
            for secret in secrets:
                self.assertNotIn(secret, text, name)

    def test_each_line_is_one_of_ours(self):
        self.everything()
        self.make_mail()
        self.run_mailer(PUMASI_MAIL='smtp://127.0.0.1:9')
        names = {os.path.basename(path) for path in glob.glob(running.FUNCTIONS + '/*')} | {'mailer', 'reminder', 'janitor', 'bounce', 'pumasi'}
        for line in self.texts()['access.log'].splitlines():
            self.assertLessEqual({'time', 'request', 'address', 'method', 'path', 'status', 'bytes'}, set(json.loads(line)))
        lines = self.texts()['pumasi.log'].splitlines()
        self.assertGreaterEqual(len(lines), 1)
        for line in lines:
            told = json.loads(line)
            self.assertIn(told['program'], names, line)
            self.assertNotEqual('forged', told['message'])
            self.assertLessEqual({'time', 'level', 'program', 'message'}, set(told))
        for name, text in self.texts().items():
            self.assertNotRegex(text.replace('\n', ''), r'[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u2028-\u202e]', name)
            self.assertNotRegex(text, re.compile(r'^\{.*forged', re.M), name)


if __name__ == '__main__':
    unittest.main()
