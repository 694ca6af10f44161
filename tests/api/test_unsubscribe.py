"""The link in each mail that stops mails: what it names and no more, for whoever holds it, without a session."""
import hashlib
import hmac
import os
import subprocess
import time
import unittest
import urllib.parse

import running

pumasi = running.get()
HANGUL = r'[가-힣]'
ONE_CLICK = 'List-Unsubscribe=One-Click'
FORM = 'application/x-www-form-urlencoded'


def signature(text, purpose='unsubscribe'):
    with open(pumasi.database + '-keys', encoding='ascii') as file:
        secret = bytes.fromhex(file.read().split()[-1])
    key = hmac.digest(secret, purpose.encode(), hashlib.sha256)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]


def token_of(person, task=None):
    text = f'{person.user["id"]}.{task["id"] if task else 0}'
    return f'{text}.{signature(text)}'


def path_of(token):
    return '/api/unsubscribe?' + urllib.parse.urlencode({'token': token})


def wishes():
    """All that such links can change, of everybody."""
    return pumasi.query('SELECT id, mail_how FROM "user" ORDER BY id'), \
        pumasi.query('SELECT task_id, user_id, state FROM task_watcher ORDER BY task_id, user_id')


def how(person):
    return pumasi.value('SELECT mail_how FROM "user" WHERE id = ?', person.user['id'])


def watch(person, task):
    rows = pumasi.query('SELECT state FROM task_watcher WHERE task_id = ? AND user_id = ?', task['id'], person.user['id'])
    return rows[0][0] if rows else None


class Links(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.min = pumasi.register('Min')

    def setUp(self):
        self.jiwoo = pumasi.register('Ji-woo')
        self.task = self.min.task(running.unique('secret plans '))
        self.token = token_of(self.jiwoo, self.task)

    def one_click(self, token, body=ONE_CLICK, kind=FORM, **headers):
        """What a mail client sends: no cookie, no Origin, no Accept."""
        return pumasi.client().request('POST', path_of(token), body.encode(), {
            'Origin': None, 'Accept': None, 'Content-Type': kind, **headers})


class OneClick(Links):
    def test_a_tasks_mails_stop_and_no_others(self):
        answer = self.one_click(self.token)
        self.assertEqual(200, answer.status, answer)
        self.assertEqual(('mute', 'coalesced'), (watch(self.jiwoo, self.task), how(self.jiwoo)))
        self.assertIsNone(watch(self.min, self.task))

    def test_all_mails_stop(self):
        self.assertEqual(200, self.one_click(token_of(self.jiwoo)).status)
        self.assertEqual(('off', 'coalesced'), (how(self.jiwoo), how(self.min)))

    def test_multipart_is_taken_too(self):
        for boundary, line in (('x', 'boundary=x'), ('--a b\'()+_,-./:=?', 'boundary="--a b\'()+_,-./:=?"')):
            for extra in ('', 'Content-Type: text/plain\r\n'):
                body = f'--{boundary}\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n{extra}\r\nOne-Click\r\n--{boundary}--\r\n'
                token = token_of(pumasi.register(), self.task)
                self.assertEqual(200, self.one_click(token, body, f'multipart/form-data; {line}').status, body)
                self.assertIn((self.task['id'], int(token.split('.')[0]), 'mute'), wishes()[1])

    def test_multipart_that_is_none_is_refused(self):
        good = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
        kind = 'multipart/form-data; boundary=x'
        before = wishes()
        for body, of_kind in ((good, 'multipart/form-data'), (good, 'multipart/form-data; boundary=y'), ('', kind), (good[:-6], kind),
                              (good.replace('name=', 'title='), kind), (good.replace('One-Click', 'One-\0Click'), kind),
                              (good, 'multipart/form-data; boundary=' + 'x' * 71), (good.replace('\r\n', '\n'), kind)):
            with self.subTest((body, of_kind)):
                self.assertEqual(400, self.one_click(self.token, body, of_kind).status)
        for body in (good.replace('One-Click', 'Two-Clicks'), good.replace('List-', 'Post-')):
            self.assertEqual(422, self.one_click(self.token, body, kind).status)
        self.assertEqual(before, wishes())

    def test_other_functions_take_no_multipart(self):
        self.assertEqual(415, self.min.request('POST', '/api/tasks', b'--x--', {'Content-Type': 'multipart/form-data; boundary=x'}).status)

    def test_twice_is_once(self):
        for token in (self.token, token_of(self.jiwoo)):
            self.assertEqual(200, self.one_click(token).status)
            counts, before = pumasi.counts(), wishes()
            self.assertEqual(200, self.one_click(token).status)
            self.assertEqual((counts, before), (pumasi.counts(), wishes()))

    def test_from_any_page_and_program(self):
        for origin in ({'Origin': 'https://mail.example'}, {'Origin': 'null'}, {'Sec-Fetch-Site': 'cross-site'}):
            token = token_of(pumasi.register(), self.task)
            self.assertEqual(200, self.one_click(token, **origin).status, origin)

    def test_an_empty_body_stops_as_well(self):
        self.assertEqual(200, pumasi.client().request('POST', path_of(self.token), None, {'Origin': None}).status)
        self.assertEqual('mute', watch(self.jiwoo, self.task))

    def test_whoever_is_signed_in_does_not_count(self):
        answer = self.min.request('POST', path_of(self.token), ONE_CLICK.encode(), {'Content-Type': FORM})
        self.assertEqual(200, answer.status)
        self.assertEqual(('mute', None), (watch(self.jiwoo, self.task), watch(self.min, self.task)))
        self.assertNotIn('Set-Cookie', answer.headers)

    def test_a_task_in_the_bin(self):
        self.min.delete(f'/api/tasks/{self.task["id"]}')
        self.assertEqual(200, self.one_click(self.token).status)
        self.assertEqual('mute', watch(self.jiwoo, self.task))

    def test_a_task_that_is_watched_is_not_any_more(self):
        pumasi.by_hand(f"INSERT INTO task_watcher VALUES ({self.task['id']}, {self.jiwoo.user['id']}, 'watch')")
        self.assertEqual(200, self.one_click(self.token).status)
        self.assertEqual('mute', watch(self.jiwoo, self.task))

    def test_json_for_programs_that_name_it(self):
        client = pumasi.client()
        self.assertEqual({'task_id': self.task['id'], 'stopped': False}, client.get(path_of(self.token)).json)
        self.assertEqual({'task_id': self.task['id'], 'stopped': True}, client.post(path_of(self.token), {}).json)
        self.assertEqual({'task_id': self.task['id'], 'stopped': True}, client.get(path_of(self.token)).json)
        self.assertEqual({'task_id': self.task['id'], 'stopped': False}, client.post(path_of(self.token), {'resume': True}).json)
        self.assertEqual({'task_id': None, 'stopped': True}, client.post(path_of(token_of(self.jiwoo)), {}).json)


class Asking(Links):
    def test_looking_changes_nothing(self):
        before, counts = wishes(), pumasi.counts()
        for method in ('GET', 'HEAD'):
            for token in (self.token, token_of(self.jiwoo)):
                for path in (path_of(token), path_of(token) + '&resume=1', path_of(token) + '&' + ONE_CLICK):
                    self.assertEqual(200, pumasi.client().request(method, path).status)
        self.assertEqual((before, counts), (wishes(), pumasi.counts()))

    def test_a_page_whoever_asks_unless_json_is_named(self):
        for accept in (None, '*/*', '', 'text/html', 'image/png'):
            answer = pumasi.client().get(path_of(self.token), {'Accept': accept})
            self.assertEqual((200, 'text/html'), (answer.status, answer.kind), accept)
        self.assertEqual('application/json', pumasi.client().get(path_of(self.token)).kind)

    def test_it_tells_the_number_and_nothing_of_the_task_or_the_person(self):
        page = pumasi.client(html=True).get(path_of(self.token)).text
        self.assertIn(f'#{self.task["id"]}', page)
        for secret in (self.task['title'], self.jiwoo.email, 'Ji-woo'):
            self.assertNotIn(secret, page)

    def test_all_mails_are_said_to_be_all(self):
        page = pumasi.client(html=True).get(path_of(token_of(self.jiwoo))).text
        self.assertIn('Stop all mails?', page)
        self.assertNotIn('#', page.replace('&#', ''))

    def test_stop_and_get_again_without_javascript(self):
        browser = pumasi.client(html=True)
        for token, stopped in ((self.token, lambda: watch(self.jiwoo, self.task) == 'mute'), (token_of(self.jiwoo), lambda: how(self.jiwoo) == 'off')):
            page = browser.get(path_of(token))
            self.assertIn('name="List-Unsubscribe" value="One-Click">Stop these mails</button>', page.text)
            page = browser.form(path_of(token), {'List-Unsubscribe': 'One-Click'})
            self.assertEqual((200, True), (page.status, stopped()))
            self.assertIn('name="resume" value="1">Get them again</button>', page.text)
            self.assertIn('<a href="/">', page.text)
            self.assertEqual(page.text, browser.get(path_of(token)).text)
            page = browser.form(path_of(token), {'resume': '1'})
            self.assertEqual((200, False), (page.status, stopped()))
            self.assertIn('Stop these mails</button>', page.text)

    def test_resuming_what_was_not_stopped_keeps_it_as_it_is(self):
        pumasi.by_hand(f"UPDATE \"user\" SET mail_how = 'daily' WHERE id = {self.jiwoo.user['id']};"
                       f"INSERT INTO task_watcher VALUES ({self.task['id']}, {self.jiwoo.user['id']}, 'watch')")
        for token in (self.token, token_of(self.jiwoo)):
            self.assertEqual(200, self.one_click(token, 'resume=1').status)
        self.assertEqual(('watch', 'daily'), (watch(self.jiwoo, self.task), how(self.jiwoo)))

    def test_it_speaks_the_language_of_the_reader_of_the_mail(self):
        sora = pumasi.register('소라', language='ko')
        for token in (token_of(sora, self.task), token_of(sora)):
            for answer in (pumasi.client(html=True, language='en').get(path_of(token)), self.one_click(token), self.one_click(token, 'resume=1')):
                self.assertIn('<html lang="ko">', answer.text)
                self.assertRegex(answer.text, HANGUL)
        self.assertNotRegex(pumasi.client(html=True, language='ko').get(path_of(self.token)).text, HANGUL)


class Forged(Links):
    def assert_refused(self, path, status=403):
        before, counts = wishes(), pumasi.counts()
        for language in ('en', 'ko'):
            for method, body in (('GET', None), ('POST', ONE_CLICK.encode())):
                for accept in ('text/html', 'application/json'):
                    headers = {'Accept': accept, 'Accept-Language': language, 'Origin': None}
                    answer = pumasi.client().request(method, path, body, {**headers, 'Content-Type': FORM} if body else headers)
                    self.assertEqual(status, answer.status, (method, path, answer))
                    says = answer.text if accept == 'text/html' else answer.json['detail']
                    (self.assertRegex if language == 'ko' else self.assertNotRegex)(says, HANGUL)
        self.assertEqual((before, counts), (wishes(), pumasi.counts()))

    def test_no_character_can_be_another(self):
        before = wishes()
        for place, character in enumerate(self.token):
            for other in ('0' if character != '0' else '1', 'g', '.', ''):
                if other == character:
                    continue
                forged = self.token[:place] + other + self.token[place + 1:]
                for answer in (self.one_click(forged), pumasi.client(html=True).get(path_of(forged))):
                    self.assertEqual(403, answer.status, forged)
        self.assertEqual(before, wishes())

    def test_it_says_what_to_do(self):
        self.assert_refused(path_of(self.token[:-1]))
        self.assertIn('Open it from the mail once more', pumasi.client().get(path_of(self.token[:-1])).json['detail'])

    def test_no_token_or_half_of_one(self):
        for path in ('/api/unsubscribe', '/api/unsubscribe?token', path_of(''), path_of('.'), path_of('..'), path_of(self.token[:20]),
                     path_of(self.token + '0'), path_of('-' + self.token),
                     path_of('99999999999999999999' + self.token), path_of('x' * 4000)):
            with self.subTest(path):
                self.assert_refused(path)

    def test_one_persons_link_is_not_anothers_and_one_tasks_not_all(self):
        user, task, signed = self.token.split('.')
        for forged in (f'{self.min.user["id"]}.{task}.{signed}', f'{user}.0.{signed}', f'{user}.{int(task) - 1}.{signed}',
                       f'{task}.{user}.{signed}', f'{user}{task}..{signed}'):
            if forged != self.token:  # a person and a task may have the same number
                self.assert_refused(path_of(forged))

    def test_what_was_signed_for_return_paths(self):
        user = self.jiwoo.user['id']
        for text in (f'{user}.0', str(user), f'{user}.{self.task["id"]}'):
            for forged in (f'{text}.{signature(text, "return path")}', f'{user}.0.{signature(text, "return path")}'):
                self.assert_refused(path_of(forged))

    def test_a_person_or_task_that_never_was(self):
        for text in ('987654321.0', f'{self.jiwoo.user["id"]}.987654321'):
            answer = self.one_click(f'{text}.{signature(text)}')
            self.assertEqual(404, answer.status)
        self.assertEqual(404, pumasi.client().get(path_of(f'987654321.0.{signature("987654321.0")}')).status)

    def test_fields_that_are_none(self):
        before = wishes()
        for body in ('List-Unsubscribe=Two', 'x=1', f'{ONE_CLICK}&{ONE_CLICK}', 'resume=2'):
            self.assertEqual(422, self.one_click(self.token, body).status, body)
        self.assertEqual(before, wishes())


class NewKeys(Links):
    """`pumasi key rotate`, while the function runs and holds the file of keys open."""

    def setUp(self):
        super().setUp()
        with open(pumasi.database + '-keys', encoding='ascii') as file:
            self.before = file.read()
        self.addCleanup(self.write, self.before)

    def write(self, text):
        with open(pumasi.database + '-keys', 'r+', encoding='ascii') as file:
            file.write(text)
            file.truncate()

    def test_links_of_the_former_key_work_for_30_days(self):
        self.assertEqual(200, self.one_click(self.token).status)
        rotate = [os.path.join(running.ROOT, 'build', running.BUILD, 'bin', 'pumasi'), 'key', 'rotate']
        subprocess.run(rotate, env=pumasi.environment_of_functions(), check=True, capture_output=True)
        newer = token_of(self.jiwoo, self.task)
        self.assertNotEqual(self.token, newer)
        for token in (self.token, newer):
            self.assertEqual(200, self.one_click(token).status)
        *former, newest = self.before.splitlines() + [self.newest()]
        for days, status in ((29.9, 200), (30, 403)):
            self.write('\n'.join([*former, f'{int(time.time() - days * 86400)} {newest.split()[1]}', '']))
            self.assertEqual(status, self.one_click(self.token).status, days)
            self.assertEqual(200, self.one_click(newer).status)

    @staticmethod
    def newest():
        with open(pumasi.database + '-keys', encoding='ascii') as file:
            return file.read().splitlines()[-1]


if __name__ == '__main__':
    unittest.main()
