"""Watching and muting a task: kept for the person, shown to everybody, and never answered from a stale cache."""
import re
import unittest

import running

pumasi = running.get()


class Watching(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.min = pumasi.register('Min 민서')
        cls.jiwoo = pumasi.register('Ji-woo')

    def setUp(self):
        self.task = self.min.task()
        self.path = f'/api/tasks/{self.task["id"]}'
        self.watch = self.path + '/watch'

    def person(self, client):
        return {'id': client.user['id'], 'name': client.user['name']}

    def shown(self, client):
        answer = client.get(self.path).json
        return {name: answer[name] for name in ('watch', 'watchers')}

    def put(self, client, state):
        answer = client.send('PUT', self.watch, {'state': state})
        self.assertEqual(200, answer.status, answer)
        return answer.json


class States(Watching):
    def test_a_new_task_is_as_usual_for_everybody(self):
        for client in (self.min, self.jiwoo):
            self.assertEqual({'watch': None, 'watchers': []}, self.shown(client))

    def test_each_state_is_answered_shown_and_stored(self):
        for state, watchers in (('watch', [self.person(self.jiwoo)]), ('mute', []), ('watch', [self.person(self.jiwoo)]), ('usual', [])):
            expected = {'watch': None if state == 'usual' else state, 'watchers': watchers}
            self.assertEqual(expected, self.put(self.jiwoo, state))
            self.assertEqual(expected, self.shown(self.jiwoo))
            self.assertEqual({'watch': None, 'watchers': watchers}, self.shown(self.min))

    def test_nothing_said_is_to_watch(self):
        for send in (lambda: self.min.send('PUT', self.watch, {}), lambda: self.min.request('PUT', self.watch)):
            self.assertEqual('watch', send().json['watch'])
            self.assertEqual({'watch': None, 'watchers': []}, self.min.delete(self.watch).json)

    def test_watchers_stand_by_name_and_who_mutes_is_not_one(self):
        people = [pumasi.register(name) for name in ('Cy', 'An', 'Bo')]
        for person in people:
            self.put(person, 'watch')
        self.put(self.jiwoo, 'mute')
        self.assertEqual(['An', 'Bo', 'Cy'], [person['name'] for person in self.shown(self.min)['watchers']])
        self.assertEqual('mute', self.shown(self.jiwoo)['watch'])

    def test_twice_is_once(self):
        for act in (lambda: self.put(self.min, 'watch'), lambda: self.put(self.min, 'mute'), lambda: self.min.delete(self.watch).json):
            first, counts = act(), pumasi.counts()
            self.assertEqual((first, counts), (act(), pumasi.counts()))

    def test_it_is_no_change_of_the_task(self):
        self.put(self.jiwoo, 'watch')
        self.assertEqual(self.task, self.min.show(self.task))
        self.assertEqual(1, len(self.min.get(self.path + '/log').json['events']))

    def test_a_browsers_form(self):
        browser = pumasi.client(html=True)
        browser.cookies = dict(self.jiwoo.cookies)
        for state, kept in (('watch', 'watch'), ('mute', 'mute'), ('usual', None)):
            answer = browser.form(self.watch, {'state': state})
            self.assertEqual((303, self.path), (answer.status, re.sub('^' + re.escape(pumasi.url), '', answer.headers['Location'])))
            self.assertEqual(kept, self.shown(self.jiwoo)['watch'])
            page = browser.get(self.path).text
            buttons = {name: is_pressed for is_pressed, name in re.findall(r'aria-pressed="(true|false)" title="[^"]+">(\w+)<', page)}
            self.assertEqual({'Watch': str(kept == 'watch').lower(), 'Mute': str(kept == 'mute').lower()}, buttons)
            self.assertEqual(kept == 'watch', 'Watching: Ji-woo' in page)

    def test_what_is_none(self):
        for state in ('', 'Watch', 'off', None, 1, True):
            self.assertEqual(422, self.min.send('PUT', self.watch, {'state': state}).status, state)
        for method in ('GET', 'PATCH'):
            answer = self.min.request(method, self.watch)
            self.assertEqual((405, {'PUT', 'DELETE', 'POST'}), (answer.status, set(answer.headers['Allow'].split(', '))))
        self.assertEqual(401, pumasi.client().send('PUT', self.watch, {}).status)
        self.assertEqual(403, self.min.send('PUT', self.watch, {}, {'Origin': 'http://evil.example'}).status)
        self.assertEqual({'watch': None, 'watchers': []}, self.shown(self.min))

    def test_a_task_that_is_not_there_or_in_the_bin(self):
        self.min.delete(self.path)
        for path in (self.watch, '/api/tasks/987654321/watch'):
            for method in ('PUT', 'DELETE', 'POST'):
                self.assertEqual(404, self.min.send(method, path, {}).status, (method, path))
        self.assertEqual([], pumasi.query('SELECT * FROM task_watcher WHERE task_id = ?', self.task['id']))

    def test_a_watcher_is_mailed_and_who_mutes_is_not(self):
        sora, hana = pumasi.register('Sora'), pumasi.register('Hana')
        self.put(sora, 'watch')
        self.put(hana, 'mute')
        with pumasi.mailing():
            self.min.change(self.task, assignee_id=hana.user['id'])
            running.wait_until(lambda: pumasi.mails_to(sora), 60, 'a mail')
            running.wait_until(lambda: not pumasi.query('SELECT 1 FROM outbox WHERE task_id = ?', self.task['id']), 60, 'the plan')
        self.assertEqual([], pumasi.mails_to(hana))


class Caching(Watching):
    def test_no_stale_answer(self):
        """Watching leaves the log alone, and so the position."""
        for accept in ('application/json', 'text/html'):
            tag = self.min.get(self.path, {'Accept': accept}).headers['ETag']
            for who, state in ((self.jiwoo, 'watch'), (self.min, 'watch'), (self.jiwoo, 'mute'), (self.min, 'usual')):
                self.put(who, state)
                answer = self.min.get(self.path, {'Accept': accept, 'If-None-Match': tag})
                self.assertEqual(200, answer.status, (who.user, state))
                self.assertNotEqual(tag, answer.headers['ETag'])
                tag = answer.headers['ETag']
                self.assertEqual(304, self.min.get(self.path, {'Accept': accept, 'If-None-Match': tag}).status)

    def test_what_others_mute_is_not_seen(self):
        tag = self.min.get(self.path).headers['ETag']
        self.put(self.jiwoo, 'mute')
        self.assertEqual(304, self.min.get(self.path, {'If-None-Match': tag}).status)


if __name__ == '__main__':
    unittest.main()
