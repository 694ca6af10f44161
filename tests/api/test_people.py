"""Roles, and people shut out, let in again and deleted: by an administrator, by oneself, by `pumasi user`."""
import json
import os
import subprocess
import unittest

import running

pumasi = running.get()
HANGUL = r'[가-힣]'


def administrator():
    admin = pumasi.register('Admin')
    pumasi.by_hand(f'UPDATE "user" SET role = \'admin\' WHERE id = {admin.user["id"]}')
    sign_in_again(admin)
    return admin


def sign_in_again(person):
    """Whose role changed is out."""
    answer = person.post('/api/login', {'email': person.email, 'password': running.PASSWORD})
    if answer.status != 200:
        raise AssertionError(answer)


def path(person):
    return f'/api/users/{person.user["id"]}'


def sign_in(email, password=running.PASSWORD):
    return pumasi.client().post('/api/login', {'email': email, 'password': password})


def command(*words, status=0):
    done = subprocess.run([os.path.join(running.ROOT, 'build', running.BUILD, 'bin', 'pumasi'), *words], text=True,
                          env=pumasi.environment_of_functions(), capture_output=True, check=False)
    if done.returncode != status:
        raise AssertionError(f'{words}: {done}')
    return done.stdout + done.stderr


class Disabled(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.admin = administrator()

    def setUp(self):
        self.person = pumasi.register('Gone 간 사람')

    def disable(self, disabled=True):
        answer = self.admin.patch(path(self.person), {'disabled': disabled})
        self.assertEqual((200, disabled), (answer.status, answer.json['user']['is_disabled']), answer)

    def test_sessions_end_at_once_and_signing_in_is_answered_like_a_wrong_password(self):
        self.assertEqual(200, self.person.get('/api/tasks').status)
        self.disable()
        self.assertEqual(401, self.person.get('/api/tasks').status)
        self.assertEqual(0, pumasi.value('SELECT count(*) FROM session WHERE user_id = ?', self.person.user['id']))
        right, wrong = sign_in(self.person.email), sign_in(pumasi.register().email, 'not this one')
        self.assertEqual(401, right.status)
        self.assertEqual(wrong.told, right.told)
        self.assertEqual(0, pumasi.value('SELECT count(*) FROM session WHERE user_id = ?', self.person.user['id']))

    def test_enabled_she_signs_in_again(self):
        self.disable()
        self.disable(False)
        self.assertEqual(200, sign_in(self.person.email).status)
        self.assertEqual(401, self.person.get('/api/tasks').status)

    def test_a_session_cannot_be_made_for_her_by_any_way(self):
        self.disable()
        with self.assertRaisesRegex(RuntimeError, 'disabled'):
            pumasi.by_hand(f"INSERT INTO session (user_id, token_hash, expires_at) VALUES ({self.person.user['id']}, randomblob(32), 9e9)")

    def test_she_stays_named_and_is_not_put_in_charge_any_more(self):
        task = self.admin.task(assignee_id=self.person.user['id'])
        self.disable()
        self.assertEqual('Gone 간 사람', self.admin.show(task)['assignee']['name'])
        self.assertNotIn(self.person.user['id'], [user['id'] for user in pumasi.register().get('/api/users').json['users']])
        answer = self.admin.post('/api/tasks', {'title': 'x', 'assignee_id': self.person.user['id']})
        self.assertEqual((422, {'assignee_id'}), (answer.status, set(answer.fields())))
        other = self.admin.task()
        self.assertEqual(422, self.admin.change(other, assignee_id=self.person.user['id']).status)
        # What is hers already can still be changed otherwise.
        self.assertEqual(200, self.admin.change(self.admin.show(task), progress=30).status)

    def test_no_mail_goes_to_her(self):
        task = self.admin.task(assignee_id=self.person.user['id'])
        watcher = pumasi.register()
        watcher.send('PUT', f'/api/tasks/{task["id"]}/watch', {})
        watcher.patch('/api/users/me', {'mail_how': 'instant'})
        with pumasi.mailing():
            running.wait_until(lambda: pumasi.mails_to(self.person), what='the first mail')
        self.disable()
        self.admin.change(self.admin.show(task), progress=30)
        with pumasi.mailing():
            running.wait_until(lambda: pumasi.mails_to(watcher), what='the mail of who watches')
        self.assertEqual(1, len(pumasi.mails_to(self.person)))

    def test_what_waited_for_her_is_not_sent(self):
        task = pumasi.register().task(assignee_id=self.person.user['id'])
        with pumasi.mailing():
            running.wait_until(lambda: pumasi.query("SELECT 1 FROM delivery WHERE user_id = ? AND state = 'sent'", self.person.user['id']))
        pumasi.by_hand(f"UPDATE delivery SET state = 'retry', next_at = 9e9 WHERE user_id = {self.person.user['id']}")
        self.disable()
        self.assertEqual([('suppressed',)], pumasi.query('SELECT state FROM delivery WHERE task_id = ?', task['id']))


class Roles(unittest.TestCase):
    def setUp(self):
        self.admin = administrator()
        self.person = pumasi.register('Plain')

    def test_an_administrator_gives_and_takes_rights_and_the_log_says_who(self):
        task = self.admin.task()
        for role, status in (('admin', 204), ('member', 403)):
            answer = self.admin.patch(path(self.person), {'role': role})
            self.assertEqual({'id': self.person.user['id'], 'name': 'Plain', 'email': self.person.email, 'role': role, 'is_disabled': False},
                             answer.json['user'])
            sign_in_again(self.person)
            self.assertEqual(status, self.person.delete(f'/api/tasks/{task["id"]}').status)
        actor, detail = pumasi.query("SELECT actor_id, detail FROM event WHERE user_id = ? AND detail <> '{}' ORDER BY id DESC LIMIT 1",
                                     self.person.user['id'])[0]
        self.assertEqual((self.admin.user['id'], {'changes': {'role': {'from': 'admin', 'to': 'member'}}}), (actor, json.loads(detail)))

    def test_a_member_cannot_not_even_for_herself(self):
        for whose in (self.person, self.admin):
            answer = self.person.patch(path(whose), {'role': 'admin'})
            self.assertEqual(403, answer.status)
            self.assertIn('administrators', answer.json['detail'])

    def test_nobody_there_is_404(self):
        self.assertEqual(404, self.admin.patch('/api/users/999999', {'role': 'admin'}).status)
        self.assertEqual(404, self.admin.delete('/api/users/999999').status)

    def test_members_see_names_and_administrators_what_they_need(self):
        self.assertNotIn('@', self.person.get('/api/users').text)
        found = [user for user in self.admin.get('/api/users').json['users'] if user['id'] == self.person.user['id']]
        self.assertEqual(self.person.email, found[0]['email'])

    def test_the_page_works_without_a_script(self):
        admin = pumasi.client(html=True)
        admin.cookies = self.admin.cookies
        page = admin.get('/api/users')
        self.assertEqual((200, 'text/html'), (page.status, page.kind))
        self.assertIn(self.person.email, page.text)
        self.assertIn(f'action="{path(self.person)}/delete"', page.text)
        answer = admin.form(path(self.person), {'disabled': '1'})
        self.assertEqual((303, '/api/users'), (answer.status, answer.headers['Location'].replace(pumasi.url, '')))
        self.assertIn('Let in again', admin.get('/api/users').text)
        self.assertEqual(303, admin.form(path(self.person) + '/delete', '').status)
        self.assertNotIn(self.person.email, admin.get('/api/users').text)
        member = pumasi.register(html=True)
        page = member.get('/api/users').text
        self.assertNotIn('@', page.split('<main')[1])
        self.assertNotIn('<form', page.split('<main')[1])


class LastAdministrator(unittest.TestCase):
    """On a database where she is: all others are demoted for a moment."""

    def setUp(self):
        self.admin = administrator()
        self.others = [row[0] for row in pumasi.query("SELECT id FROM \"user\" WHERE role = 'admin' AND disabled_at IS NULL AND id <> ?",
                                                      self.admin.user['id'])]
        self.set_others('member')
        self.addCleanup(self.set_others, 'admin')

    def set_others(self, role):
        if self.others:
            pumasi.by_hand(f"UPDATE \"user\" SET role = '{role}' WHERE id IN ({', '.join(map(str, self.others))})")

    def test_she_stays(self):
        before = pumasi.counts()
        for send in (lambda: self.admin.patch(path(self.admin), {'role': 'member'}),
                     lambda: self.admin.patch(path(self.admin), {'disabled': True}),
                     lambda: self.admin.send('DELETE', path(self.admin), {'password': running.PASSWORD})):
            answer = send()
            self.assertEqual((409, 'This is the last administrator. Make somebody else one first.'), (answer.status, answer.json['detail']))
        self.assertEqual(before, pumasi.counts())
        for words in (('disable', self.admin.email), ('delete', self.admin.email), ('role', self.admin.email, 'member')):
            self.assertIn('last administrator', command('user', *words, status=1))
        with self.assertRaisesRegex(RuntimeError, 'last administrator'):
            pumasi.by_hand(f"UPDATE \"user\" SET role = 'member' WHERE id = {self.admin.user['id']}")
        self.assertEqual(200, self.admin.get('/api/tasks').status)

    def test_she_is_not_offered_what_would_be_refused(self):
        def forms():
            page = self.admin.get('/api/users', {'Accept': 'text/html'}).text
            self.assertIn(self.admin.email, page)
            return page.count(f'action="{path(self.admin)}"')
        self.assertEqual(0, forms())
        administrator()
        self.assertEqual(2, forms())

    def test_with_another_she_may_go(self):
        administrator()
        self.assertEqual(204, self.admin.send('DELETE', path(self.admin), {'password': running.PASSWORD}).status)


class Deleted(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.admin = administrator()

    def setUp(self):
        self.name = running.unique('Forget Me ')
        self.person = pumasi.register(self.name)
        self.task = self.person.task(assignee_id=self.person.user['id'])
        self.person.post(f'/api/tasks/{self.task["id"]}/comments', {'body': 'mine'})
        self.person.send('PUT', f'/api/tasks/{self.task["id"]}/watch', {})
        self.person.patch('/api/users/me', {'time_zone': 'Asia/Seoul', 'mail_how': 'daily'})

    def everything(self):
        """Each text of the database, whatever the table."""
        texts = []
        for table, in pumasi.query("SELECT name FROM sqlite_master WHERE type = 'table'"):
            texts += [str(value) for row in pumasi.query(f'SELECT * FROM "{table}"') for value in row]
        return '\n'.join(texts)

    def check_gone(self):
        everything = self.everything()
        self.assertNotIn(self.person.email, everything)
        self.assertNotIn(self.name, everything)
        # What still names her by her number alone: work, and what happened. Who adds a table about people comes by here.
        stays = {'task', 'comment', 'event', 'delivery', 'event_recipient'}
        for table, in pumasi.query("SELECT name FROM sqlite_master WHERE type = 'table'"):
            for row in pumasi.query(f'PRAGMA foreign_key_list("{table}")'):
                if row[2] == 'user' and table not in stays:
                    self.assertEqual(0, pumasi.value(f'SELECT count(*) FROM "{table}" WHERE {row[3]} = ?', self.person.user['id']), table)
        self.assertEqual([], [row for row in pumasi.query("SELECT detail FROM event WHERE user_id = ? AND detail <> '{}'", self.person.user['id'])])
        self.assertEqual((None, 'off', 'UTC'), pumasi.query('SELECT password_hash, mail_how, time_zone FROM "user" WHERE id = ?',
                                                            self.person.user['id'])[0])

    def test_by_herself_with_the_password(self):
        for body in ({}, {'password': 'not this one'}):
            answer = self.person.send('DELETE', path(self.person), body)
            self.assertEqual((422, {'password': 'wrong'}), (answer.status, answer.fields()))
        self.assertEqual(200, self.person.get('/api/tasks').status)
        answer = self.person.send('DELETE', path(self.person), {'password': running.PASSWORD})
        self.assertEqual((204, {}), (answer.status, self.person.cookies))
        self.check_gone()

    def test_nobody_else_but_an_administrator(self):
        before = self.everything()
        self.assertEqual(403, pumasi.register().delete(path(self.person)).status)
        self.assertIn(self.person.email, self.everything())
        self.assertIn(self.person.email, before)
        self.assertEqual(204, self.admin.delete(path(self.person)).status)
        self.check_gone()
        self.assertEqual(404, self.admin.delete(path(self.person)).status)
        self.assertEqual(404, self.admin.patch(path(self.person), {'disabled': False}).status)

    def test_tasks_stay_with_a_neutral_word_in_the_readers_language(self):
        self.admin.delete(path(self.person))
        reader = pumasi.register()
        for language, word in (('en', 'Former member'), ('ko', '떠난 분')):
            reader.patch('/api/users/me', {'language': language})
            task = reader.show(self.task)
            self.assertEqual([{'id': self.person.user['id'], 'name': word}] * 2, [task['creator'], task['assignee']])
            log = reader.get(f'/api/tasks/{self.task["id"]}/log').json['events']
            self.assertEqual({word}, {event['actor']['name'] for event in log})
            page = reader.get(f'/api/tasks/{self.task["id"]}', {'Accept': 'text/html'})
            self.assertIn(word, page.text)
            self.assertNotIn('\x7f', page.text)
            self.assertNotIn('\x7f', reader.get('/api/tasks', {'Accept': 'text/html'}).text)
        self.assertNotIn(self.person.user['id'], [user['id'] for user in self.admin.get('/api/users').json['users']])

    def test_no_mail_goes_there_and_the_address_may_come_again(self):
        pumasi.by_hand(f"UPDATE \"user\" SET mail_how = 'instant' WHERE id = {self.person.user['id']}")
        self.admin.post(f'/api/tasks/{self.task["id"]}/comments', {'body': 'waits'})
        watcher = pumasi.register()
        watcher.patch('/api/users/me', {'mail_how': 'instant'})
        watcher.send('PUT', f'/api/tasks/{self.task["id"]}/watch', {})
        self.admin.delete(path(self.person))
        self.admin.post(f'/api/tasks/{self.task["id"]}/comments', {'body': 'later'})
        with pumasi.mailing():
            running.wait_until(lambda: pumasi.mails_to(watcher), what='the mail of who watches')
        self.assertEqual([], pumasi.mails_to(self.person))
        self.assertNotIn('deleted.invalid', ''.join(str(mail['To']) for mail in pumasi.mails_to(watcher)))
        self.assertIn('Former member', pumasi.mails_to(watcher)[0].get_body(('plain',)).get_content())
        answer = pumasi.client().post('/api/register', {'email': self.person.email, 'name': 'Again', 'password': running.PASSWORD})
        self.assertEqual(201, answer.status)
        self.assertNotEqual(self.person.user['id'], answer.json['user']['id'])
        self.assertEqual(204, self.admin.delete(f'/api/users/{answer.json["user"]["id"]}').status)

    def test_the_log_stays_append_only_for_everybody_else(self):
        for change in ("type = 'x'", "detail = '{}'", 'actor_id = 1'):
            with self.assertRaisesRegex(RuntimeError, 'append-only'):
                pumasi.by_hand(f'UPDATE event SET {change} WHERE user_id = {self.admin.user["id"]}')


class Commands(unittest.TestCase):
    def test_list_role_disable_enable_delete(self):
        administrator()
        person = pumasi.register('By Command')

        def listed():
            rows = [row for row in json.loads(command('user', 'list', '--json')) if row['id'] == person.user['id']]
            return rows[0] if rows else None

        self.assertEqual({'id': person.user['id'], 'email': person.email, 'name': 'By Command', 'role': 'member', 'language': 'en',
                          'is_disabled': False}, listed())
        command('user', 'role', person.email, 'admin')
        self.assertEqual('admin', listed()['role'])
        command('user', 'disable', str(person.user['id']))
        self.assertTrue(listed()['is_disabled'])
        self.assertIn('disabled', command('user', 'list'))
        self.assertEqual(401, person.get('/api/tasks').status)
        command('user', 'enable', person.email.upper())
        self.assertFalse(listed()['is_disabled'])
        command('user', 'delete', person.email)
        self.assertIsNone(listed())
        self.assertIn('no such person', command('user', 'delete', person.email, status=1))
        self.assertIn('member or admin', command('user', 'role', '1', 'owner', status=1))
        for words in (('role', '1'), ('disable',), ('delete', 'x')):
            command('user', *words, status=2)


if __name__ == '__main__':
    unittest.main()
