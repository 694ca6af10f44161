"""Lists: every filter, every order, every page without repeats or gaps."""
import datetime
import functools
import itertools
import re
import unittest

import running

pumasi = running.get()
RANK = {'low': 0, 'normal': 1, 'high': 2, 'urgent': 3}
KEYS = {'updated': lambda task: task['updated_at'], 'created': lambda task: task['created_at'], 'progress': lambda task: task['progress'],
        'due': lambda task: task['due_on'] or '9999-99-99', 'priority': lambda task: RANK[task['priority']],
        'title': lambda task: bytes(byte + 32 if 65 <= byte <= 90 else byte for byte in task['title'].encode())}
TODAY = datetime.datetime.now(datetime.timezone.utc).date()


def day(number):
    return (TODAY + datetime.timedelta(days=number)).isoformat()


@functools.cache
def people():
    return pumasi.register('Min'), pumasi.register('Ji-woo')


@functools.cache
def tasks():
    """61 tasks of one label, with many equal keys, made over "time" by hand."""
    one, other = people()
    made = []
    titles = ['Same', 'same', 'SAME', 'äther', 'Zebra', 'zebra', '가나', '나다', '"quoted"', '', "it's"]
    for number in range(61):
        status = ('todo', 'doing', 'done')[number % 3]
        made.append((one if number % 2 else other).task(
            (titles[number % len(titles)] or f'number {number}'), labels=['paging'] + (['third'] if number % 3 == 0 else []), status=status,
            progress=100 if status == 'done' else number % 4 * 10, priority=list(RANK)[number % 4],
            due_on=None if number % 5 == 0 else day(number % 12 - 5), assignee_id=[None, one.user['id'], other.user['id']][number % 3]))
    first, last = made[0]['id'], made[-1]['id']
    pumasi.by_hand(f'UPDATE task SET created_at = created_at - id % 7 * 1000, updated_at = updated_at - id % 5 * 1000 '
                   f'WHERE id BETWEEN {first} AND {last}')
    return [one.show(task) for task in made]


def walk(**query):
    """All tasks over all pages, following `next`."""
    tasks()
    found, after = [], None
    for _ in range(200):
        answer = people()[0].get('/api/tasks', **query, **({'after': after} if after else {}))
        assert answer.status == 200, answer
        page = answer.json
        found.append(page['tasks'])
        after = page['next']
        link = answer.headers.get('Link')
        assert (link is None) == (after is None), (link, after)
        if not after:
            return found
    raise AssertionError('it never ends')


class Orders(unittest.TestCase):
    def test_every_order_over_all_pages(self):
        for sort, order, limit in itertools.product(KEYS, ('asc', 'desc'), (1, 7, 61, 200)):
            with self.subTest(f'{sort} {order} {limit}'):
                expected = sorted(tasks(), key=lambda task: (KEYS[sort](task), task['id']), reverse=order == 'desc')
                pages = walk(label='paging', sort=sort, order=order, limit=limit)
                self.assertEqual([task['id'] for task in expected], [task['id'] for page in pages for task in page])
                self.assertEqual([limit] * (len(pages) - 1), [len(page) for page in pages[:-1]])
                self.assertTrue(pages[-1])

    def test_what_comes_first_unless_said(self):
        for sort in KEYS:
            usual = 'asc' if sort in ('due', 'title') else 'desc'
            self.assertEqual(walk(label='paging', sort=sort, order=usual), walk(label='paging', sort=sort), sort)
        self.assertEqual(walk(label='paging', sort='updated', order='desc'), walk(label='paging'))

    def test_fifty_at_a_time_unless_said(self):
        self.assertEqual([50, 11], [len(page) for page in walk(label='paging')])

    def test_every_order_with_every_kind_of_filter(self):
        me = people()[0].user['id']
        filters = [({'status': 'doing'}, lambda task: task['status'] == 'doing'),
                   ({'assignee': 'none'}, lambda task: not task['assignee']),
                   ({'creator': me}, lambda task: task['creator']['id'] == me),
                   ({'q': 'same'}, lambda task: task['title'].lower() == 'same'),
                   ({'due': 'overdue'}, lambda task: task['due_on'] and task['due_on'] < day(0) and task['status'] != 'done')]
        for (query, keep), sort, order in itertools.product(filters, KEYS, ('asc', 'desc')):
            with self.subTest(f'{query} {sort} {order}'):
                expected = sorted(filter(keep, tasks()), key=lambda task: (KEYS[sort](task), task['id']), reverse=order == 'desc')
                self.assertGreater(len(expected), 3)
                pages = walk(label='paging', sort=sort, order=order, limit=3, **query)
                self.assertEqual([task['id'] for task in expected], [task['id'] for page in pages for task in page])

    def test_a_task_made_or_changed_between_pages_disturbs_no_other(self):
        label = running.unique('moving')
        person = people()[0]
        made = [person.task(str(number), labels=[label]) for number in range(6)]
        first = person.get('/api/tasks', label=label, sort='created', order='asc', limit=3).json
        person.task('new', labels=[label])
        person.delete(f'/api/tasks/{made[2]["id"]}')
        rest = person.get('/api/tasks', label=label, sort='created', order='asc', limit=10, after=first['next']).json['tasks']
        self.assertEqual([task['id'] for task in made[3:]], [task['id'] for task in rest[:-1]])


class Filters(unittest.TestCase):
    def check(self, keep, **query):
        with self.subTest(str(query)):
            found = {task['id'] for page in walk(label='paging', **query) for task in page}
            expected = {task['id'] for task in tasks() if keep(task)}
            self.assertEqual(expected, found)
            return expected

    def test_status(self):
        for status in ('todo', 'doing', 'done'):
            self.assertTrue(self.check(lambda task: task['status'] == status, status=status))

    def test_assignee_and_creator(self):
        me, other = (person.user['id'] for person in people())
        self.check(lambda task: task['assignee'] and task['assignee']['id'] == me, assignee='me')
        self.check(lambda task: task['assignee'] and task['assignee']['id'] == other, assignee=other)
        self.check(lambda task: not task['assignee'], assignee='none')
        self.check(lambda task: task['creator']['id'] == me, creator='me')
        self.check(lambda task: task['creator']['id'] == other, creator=other)
        self.assertEqual([], people()[0].list(assignee=99999999))

    def test_due(self):
        self.assertTrue(self.check(lambda task: task['due_on'] and task['due_on'] < day(0) and task['status'] != 'done', due='overdue'))
        self.assertTrue(self.check(lambda task: task['due_on'] == day(0), due='today'))
        self.assertTrue(self.check(lambda task: task['due_on'] and day(0) <= task['due_on'] <= day(7), due='week'))

    def test_label_and_several_filters_together(self):
        third = {task['id'] for task in people()[0].list(label='third', limit=200)}
        self.assertEqual({task['id'] for task in tasks() if 'third' in task['labels']}, third)
        me = people()[0].user['id']
        self.check(lambda task: task['status'] == 'doing' and task['creator']['id'] == me and task['due_on'] and task['title'].lower() == 'same'
                   and day(0) <= task['due_on'] <= day(7), status='doing', creator='me', due='week', q='same')

    def test_a_label_is_meant_exactly(self):
        person = people()[0]
        own = running.unique(' ')
        for label in ('축제' + own, "o'hara" + own, '100%' + own, 'a_b' + own, 'A"B' + own, '<b>' + own, 'Ünï' + own):
            task = person.task(labels=[label])
            self.assertEqual([task['id']], [found['id'] for found in person.list(label=label)], label)
        for label in ('축제' + own[:-1], '축', '%', 'axb' + own, 'a"B' + own):
            self.assertEqual([], person.list(label=label), label)

    def test_empty_filters_are_none(self):
        tasks()
        answer = people()[0].get('/api/tasks?status=&assignee=&creator=&label=&q=&due=&sort=&order=&limit=&after=&bin=')
        self.assertEqual((200, 50), (answer.status, len(answer.json['tasks'])))


class Links(unittest.TestCase):
    def test_the_link_header_keeps_the_query(self):
        tasks()
        person, ids, path = people()[0], [], '/api/tasks?label=paging&sort=title&order=asc&limit=20&status=todo'
        while path:
            answer = person.get(path)
            ids += [task['id'] for task in answer.json['tasks']]
            match = re.fullmatch(r'<(/api/tasks\?[^>]*)>; rel="next"', answer.headers.get('Link', ''))
            path = match and match.group(1)
        expected = sorted((task for task in tasks() if task['status'] == 'todo'), key=lambda task: (KEYS['title'](task), task['id']))
        self.assertEqual([task['id'] for task in expected], ids)

    def test_odd_queries_stay_whole_in_the_link(self):
        tasks()
        answer = people()[0].get('/api/tasks?label=paging&limit=1&q=%22%3E%3C%3E+same')
        self.assertEqual(200, answer.status, answer)
        self.assertIn('q=%22%3E%3C%3E+same', answer.headers['Link'])


class Bounds(unittest.TestCase):
    def test_the_limit(self):
        for limit in ('0', '-1', '201', '1.5', 'x', '99999999999999999999', '+5', ' '):
            answer = people()[0].get('/api/tasks', limit=limit)
            self.assertEqual((200 if limit == ' ' else 422), answer.status, (limit, answer))
        for limit in ('1', '200'):
            self.assertEqual(200, people()[0].get('/api/tasks', limit=limit).status)

    def test_values_that_are_none(self):
        answer = people()[0].get('/api/tasks?status=x&assignee=y&creator=0&due=z&sort=a&order=b&limit=c&bin=2&label=' + 'l' * 51 + '&q=' + 'q' * 201 + '&x=1')
        self.assertEqual({'status', 'assignee', 'creator', 'due', 'sort', 'order', 'limit', 'bin', 'label', 'q', 'x'}, set(answer.fields()))

    def test_numbers_beyond_64_bits_are_out_of_range(self):
        task = people()[0].task()
        for number in ('9223372036854775808', '-9223372036854775809', '99999999999999999999', '-99999999999999999999'):
            for path, name in (('/api/tasks', 'creator'), ('/api/tasks', 'assignee'), (f'/api/tasks/{task["id"]}/log', 'after')):
                with self.subTest(f'{path} {name}={number}'):
                    answer = people()[0].get(path, **{name: number})
                    self.assertEqual(422, answer.status, answer)
                    self.assertEqual({name: 'range'}, answer.fields())

    def test_cursors_that_are_none(self):
        tasks()
        person = people()[0]
        good = person.get('/api/tasks', label='paging', limit=5).json['next']
        for cursor in ('x', '!', good[:-3] + '!!!', good + '=', 'A' * 1200, 'MGQx', 'OTlk', '가', good[1:]):
            answer = person.get('/api/tasks', label='paging', after=cursor)
            self.assertEqual((422, {'after': 'cursor'}), (answer.status, answer.fields()), cursor)
        self.assertEqual(422, person.get('/api/tasks', after='A' * 1201).status)

    def test_a_cursor_belongs_to_its_order(self):
        tasks()
        person = people()[0]
        cursor = person.get('/api/tasks', label='paging', limit=5, sort='title').json['next']
        for other in ({'sort': 'due'}, {'sort': 'title', 'order': 'desc'}, {}):
            self.assertEqual({'after': 'cursor'}, person.get('/api/tasks', after=cursor, **other).fields())

    def test_the_longest_title_makes_a_cursor_that_works(self):
        label, person = running.unique('long'), people()[0]
        for number in range(4):
            person.task('가' * 199 + str(number), labels=[label])
        for title in ('𠀀' * 200, '\U0010ffff' * 200):
            person.task(title, labels=[label])
        pages = walk(label=label, sort='title', limit=1)
        self.assertEqual(6, len(pages))


if __name__ == '__main__':
    unittest.main()
