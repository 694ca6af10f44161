"""Descriptions and comments are told as they were typed, and as HTML of our own making beside it."""
import html.parser
import time
import unittest

import running

pumasi = running.get()
NOTE = '# Flyers\n\n- [x] **500**, see #12\n- ask <b>Min</b> at min@example.org\n\n[bad](javascript:alert(1)) [good](https://a.example)'
LINK = ' rel="noopener nofollow noreferrer">'
LONGEST = 65536


def told(path):
    """NOTE as HTML, its tasks below `path`."""
    return (f'<h3>Flyers</h3>\n<ul><li>☑ <strong>500</strong>, see <a href="{path}12">#12</a></li>\n'
            f'<li>ask &lt;b&gt;Min&lt;/b&gt; at <a href="mailto:min@example.org"{LINK}min@example.org</a></li>\n</ul>\n'
            f'<p>bad <a href="https://a.example"{LINK}good</a></p>\n')


class Textarea(html.parser.HTMLParser):
    """What stands in a page's field of that name, without the one newline that a parser drops."""
    def __init__(self, text, name):
        super().__init__()
        self.name, self.inside, self.text = name, False, ''
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.inside = tag == 'textarea' and dict(attributes).get('name') == self.name

    def handle_data(self, data):
        self.text += data if self.inside else ''

    def handle_endtag(self, tag):
        self.inside = False


class Markdown(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.min = pumasi.register('Min')

    def comment(self, task, body):
        answer = self.min.post(f'/api/tasks/{task["id"]}/comments', {'body': body})
        self.assertEqual(201, answer.status, answer)

    def log(self, task, **query):
        answer = self.min.get(f'/api/tasks/{task["id"]}/log', **query)
        self.assertEqual(200, answer.status, answer)
        return answer.json

    def test_each_answer_about_one_task_has_the_description_both_ways(self):
        made = self.min.task('flyers', description=NOTE)
        self.assertEqual((NOTE, told('/tasks.html?task=')), (made['description'], made['description_html']))
        self.assertEqual(made, self.min.show(made))
        changed = self.min.change(made, description='a\nb').json
        self.assertEqual('<p>a<br>\nb</p>\n', changed['description_html'])
        self.assertEqual(204, self.min.delete(f'/api/tasks/{made["id"]}').status)
        restored = self.min.post(f'/api/tasks/{made["id"]}/restore', {}).json
        self.assertEqual('<p>a<br>\nb</p>\n', restored['description_html'])
        self.assertEqual('', self.min.task('without')['description_html'])

    def test_a_list_has_it_as_typed_alone(self):
        made = self.min.task('flyers', description=NOTE)
        listed = next(task for task in self.min.list(sort='created', limit=200) if task['id'] == made['id'])
        self.assertEqual(NOTE, listed['description'])
        self.assertNotIn('description_html', listed)

    def test_the_log_has_comments_both_ways(self):
        made = self.min.task('flyers')
        self.comment(made, NOTE)
        created, commented = self.log(made)['events']
        self.assertEqual((None, None), (created['comment'], created['html']))
        self.assertEqual((NOTE, told('/tasks.html?task=')), (commented['comment'], commented['html']))

    def test_pages_show_them_read_and_the_form_as_typed(self):
        made = self.min.task('flyers', description=NOTE)
        self.comment(made, '> *yes*')
        page = self.min.get(f'/api/tasks/{made["id"]}', {'Accept': 'text/html'}).text
        self.assertIn(f'<section class="rendered" aria-labelledby="description">\n{told("/api/tasks/")}</section>', page)
        self.assertIn('<blockquote class="rendered">\n<blockquote><p><em>yes</em></p>\n</blockquote>\n</blockquote>', page)
        self.assertEqual('\n' + NOTE, Textarea(page, 'description').text)
        without = self.min.get(f'/api/tasks/{self.min.task("without")["id"]}', {'Accept': 'text/html'}).text
        self.assertNotIn('class="rendered', without)

    def test_what_is_slow_to_read_is_answered_at_once(self):
        for piece in ('](\n', '[a]\n', '> ', '- ', '>>>>>>>>x\n\n', '*a **a ', 'http://a.b(', '[~~', '[a](http://b.c "', '#1,'):
            text = (piece * LONGEST)[:LONGEST].strip()
            before = time.monotonic()
            made = self.min.task('slow', description=text)
            self.assertLess(time.monotonic() - before, 2, piece)
            self.assertEqual(text, made['description'])
            self.assertLessEqual(len(made['description_html'].encode()), 16384 + 8 * LONGEST)

    def test_a_log_of_long_comments_comes_in_parts_and_whole(self):
        made = self.min.task('long')
        bodies = ['"' * (LONGEST - 2) + f'{i:02}' for i in range(20)]
        for body in bodies:
            self.comment(made, body)
        found, after = [], 0
        while after is not None:
            part = self.log(made, after=after, limit=200)
            self.assertLessEqual(sum(len(event['comment'] or '') for event in part['events']), 512 * 1024)
            found += [event['comment'] for event in part['events']]
            after = part['next']
        self.assertEqual([None, *bodies], found)
        self.assertEqual([], pumasi.deaths())
        page = self.min.get(f'/api/tasks/{made["id"]}', {'Accept': 'text/html'})
        self.assertEqual(200, page.status)
        for i in range(20):
            self.assertIn(f'&quot;{i:02}', page.text)


if __name__ == '__main__':
    unittest.main()
