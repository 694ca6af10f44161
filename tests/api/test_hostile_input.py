"""Bytes that no honest client sends: a clear 4xx, the same workers alive, nothing stored."""
import time
import unittest

import running

pumasi = running.get()
FORM = {'Content-Type': 'application/x-www-form-urlencoded'}


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.person = pumasi.register()

    def setUp(self):
        self.person.task()  # the pools have started
        self.before = pumasi.counts()
        self.deaths = pumasi.deaths()

    def tearDown(self):
        self.assertEqual(self.before, pumasi.counts())
        self.assertEqual(self.deaths, pumasi.deaths())
        self.assertEqual(200, self.person.get('/api/tasks').status)
        self.assertEqual(422, self.person.post('/api/tasks', {}).status)

    def refused(self, status, *bodies, kind='application/json'):
        for body in bodies:
            with self.subTest(body[:60]):
                answer = self.person.request('POST', '/api/tasks', body, {'Content-Type': kind})
                self.assertEqual((status, 'application/problem+json'), (answer.status, answer.kind), answer)
                self.assertTrue(answer.json['detail'])

    def refused_form(self, status, *bodies):
        self.refused(status, *bodies, kind=FORM['Content-Type'])

    # ---- text ----

    def test_wrong_utf_8(self):
        wrong = (b'\xff', b'\xc0\xaf', b'\xed\xa0\x80', b'\xf4\x90\x80\x80', b'\xe3\x81', b'\x80', b'\xf8\x88\x80\x80\x80', b'\xc1\xbf',
                 b'\xe0\x80\xaf', b'\xf0\x80\x80\xaf')
        self.refused(400, *(b'{"title":"a' + text + b'"}' for text in wrong))
        self.refused(400, *(b'{"' + text + b'":"a"}' for text in wrong))
        self.refused_form(400, *(b'title=a' + text for text in wrong))
        self.refused_form(400, *(b'title=a' + b''.join(b'%%%02X' % byte for byte in text) for text in wrong))

    def test_nul(self):
        self.refused(400, b'{"title":"a\0b"}', b'\0', b'{"title":"x"}\0', b'{"title":"a\\u0000b"}', b'{"a\\u0000":1,"title":"x"}')
        self.refused_form(400, b'title=a%00b', b'title=a\0b', b'ti%00tle=x', b'title=x&\0')

    def test_lone_surrogates(self):
        self.refused(400, b'{"title":"\\ud800"}', b'{"title":"\\udc00x"}', b'{"title":"\\ud800\\u0041"}')

    def test_control_characters(self):
        names = ['\\u%04x' % code for code in (*range(1, 32), 127, 0x85, 0x9F)]
        self.refused(422, *(f'{{"title":"a{name}b"}}'.encode() for name in names))
        self.refused(422, *(f'{{"title":"x","description":"a{name}b"}}'.encode() for name in names if name not in ('\\u0009', '\\u000a')))
        self.refused(422, *(f'{{"title":"x","labels":["a{name}b"]}}'.encode() for name in names))
        self.refused(400, *(b'{"title":"a' + bytes([code]) + b'b"}' for code in range(1, 32)))
        self.refused_form(422, *(b'title=a%%%02Xb' % code for code in (*range(1, 32), 127)))

    def test_cr_cannot_reach_a_header_or_the_store(self):
        self.refused(422, b'{"title":"x\\r\\nSet-Cookie: a=b"}', b'{"title":"x","description":"a\\r\\nb"}', b'{"title":"x","description":"a\\rb"}')
        self.refused_form(422, b'title=x%0D%0ASet-Cookie:+a=b', b'title=x&description=a%0Db')
        answer = self.person.get('/api/tasks?q=a%0D%0ASet-Cookie:%20a=b')
        self.assertIn(answer.status, (400, 422), answer)  # lighttpd refuses such an address by itself
        self.assertIsNone(answer.headers.get('Set-Cookie'))

    # ---- size and shape ----

    def test_300_kb(self):
        self.refused(413, b'{"title":"' + b'x' * 300_000 + b'"}', b'\0' * 300_000)
        self.refused_form(413, b'title=' + b'x' * 300_000, b'&' * 300_000)

    def test_the_largest_body_is_read_whole(self):
        body = b'{"title":"x"' + b' ' * (256 * 1024 - 13) + b'}'
        self.assertEqual(256 * 1024, len(body))
        self.assertEqual(422, self.person.post('/api/tasks', body.replace(b'"x"', b'"" ', 1)).status)
        self.refused_form(400, b'&' * (256 * 1024))
        self.refused_form(422, b'title=' + b'%41' * 87000)

    def test_as_many_wrong_fields_as_fit_are_refused_at_once(self):
        many = '{' + ','.join(f'"k{i}":1' for i in range(20000)) + '}'
        for path in ('/api/tasks', '/api/login'):
            # An object has at most 256 keys, and a form as many fields.
            for status, answer in ((400, lambda: self.person.form(path, 'a=1&' * (64 * 1024))),
                                   (400, lambda: self.person.post(path, many))):
                begin = time.monotonic()
                self.assertEqual(status, answer().status)
                self.assertLess(time.monotonic() - begin, 2 * running.PATIENCE)

    def test_text_one_too_long(self):
        self.refused(422, ('{"title":"' + '가' * 201 + '"}').encode(), ('{"title":"x","description":"' + 'é' * 32769 + '"}').encode(),
                     ('{"title":"x","labels":["' + '가' * 51 + '"]}').encode(),
                     ('{"title":"x","labels":[' + ','.join(f'"{i}"' for i in range(21)) + ']}').encode(),
                     ('{"title":"x","labels":[' + ','.join('"a"' for i in range(30000)) + ']}').encode())

    def test_deep_json(self):
        self.refused(400, b'[' * 100000, b'{"a":' * 50000, b'{"title":' + b'[' * 40 + b']' * 40 + b'}', b'[' * 100 + b']' * 100)

    def test_json_that_is_no_object(self):
        self.refused(400, b'[]', b'1', b'"title"', b'null', b'true', b'[{"title":"x"}]')

    def test_json_that_is_none(self):
        self.refused(400, b'{', b'}', b'{"title":"x",}', b'{"title":"x"}}', b"{'title':'x'}", b'{title:"x"}', b'{"title":"x"} x', b'{"title" "x"}',
                     b'{"title":"x" /* */}', b'\xef\xbb\xbf{"title":"x"}', b'{"title":"\\x41"}', b'{"title":"x","progress":01}',
                     b'{"title":"x","progress":+1}', b'{"title":"x","progress":.5}', b'{"title":"x","progress":NaN}', b'{"title":"x","progress":Infinity}',
                     b'{"title":"x","progress":0x10}', b'{"title":"x","progress":1e}', b'{"title":"\\u12"}', b'{"title":"x"}{"title":"y"}', b' ')

    def test_keys_that_stand_twice(self):
        self.refused(400, b'{"title":"x","title":"y"}', b'{"title":"x","a":{"b":1,"b":2}}', b'{"title":"x","\\u0074itle":"y"}')

    def test_huge_numbers(self):
        for number in (b'101', b'-1', b'9223372036854775807', b'9223372036854775808', b'-9223372036854775809', b'18446744073709551616'):
            self.refused(422, b'{"title":"x","progress":' + number + b'}')
            self.refused_form(422, b'title=x&progress=' + number)
        self.refused(400, b'{"title":"x","progress":1' + b'0' * 400 + b'}')
        self.refused_form(422, b'title=x&progress=1' + b'0' * 400)
        self.refused(422, b'{"title":"x","progress":1e400}', b'{"title":"x","progress":1.5}', b'{"title":"x","progress":1e1}', b'{"title":"x","progress":-0.0}')
        self.refused(422, b'{"title":"x","assignee_id":9223372036854775808}', b'{"title":"x","assignee_id":0}', b'{"title":"x","assignee_id":-1}')
        self.refused_form(422, b'title=x&progress=1e1', b'title=x&progress=%D9%A1', b'title=x&progress=0x1', b'title=x&progress=1+1', b'title=x&progress=%2B1')

    def test_values_of_another_type(self):
        for value in (b'1', b'true', b'[]', b'{}', b'null', b'1.5'):
            self.refused(422, b'{"title":' + value + b'}')
        for value in (b'"1"', b'true', b'[]', b'{}', b'null'):
            self.refused(422, b'{"title":"x","progress":' + value + b'}')
        for value in (b'"a"', b'1', b'{}', b'null', b'[1]', b'[null]', b'[["a"]]', b'["a",{}]', b'["a,b"]'):
            self.refused(422, b'{"title":"x","labels":' + value + b'}')
        for value in (b'1', b'"2026-13-01"', b'"2027-02-29"', b'"2026-1-1"', b'"26-01-01"', b'"2026-01-01T00:00"', b'"tomorrow"', b'"2026-01-00"'):
            self.refused(422, b'{"title":"x","due_on":' + value + b'}')

    def test_missing_unknown_and_repeated_fields(self):
        self.refused(422, b'{}', b'{"titel":"x"}', b'{"title":"x","id":1}', b'{"title":"x","creator_id":1}', b'{"title":"x","version":1}',
                     b'{"title":"x","__proto__":{}}', b'{"title":"x","":1}')
        self.refused_form(422, b'', b'title', b'=x', b'title=x&title=y', b'title=x&Title=y', b'title=x&progress=1&progress=1', b'title=x&a')

    def test_bad_percent_encoding(self):
        self.refused_form(400, b'title=%', b'title=%4', b'title=%zz', b'title=a%4', b'%=a', b'title=x&description=%G0', b'title=%u0041')
        for query in ('%', 'q=%', 'q=%4', 'q=%zz', 'q=%ff', 'q=%00', '%00=1'):
            answer = self.person.get('/api/tasks?' + query)
            self.assertEqual(400, answer.status, (query, answer))
        for path in ('/api/tasks/%', '/api/tasks/1%zz', '/api/%ff', '/api/tasks%00'):
            self.assertIn(pumasi.client().get(path).status, (400, 404), path)

    def test_a_wrong_content_type(self):
        self.refused(400, b'title=x')
        self.refused_form(422, b'{"title":"x"}')
        for kind in ('text/plain', 'multipart/form-data; boundary=x', 'application/octet-stream', 'a' * 2000):
            self.refused(415, b'{"title":"x"}', kind=kind)

    # ---- the request itself ----

    def head(self, length, method='POST', path='/api/tasks', **headers):
        return self.person.raw_head(method, path, {'Content-Type': 'application/json', 'Content-Length': length, **headers})

    def test_a_body_that_ends_too_soon(self):
        for half_close in (True,):
            status, _ = self.person.raw(self.head(1000) + b'{"title":"half', half_close)
            self.assertIn(status, (400, 408, None))

    def test_a_content_length_that_is_no_number(self):
        for length in ('-1', '12abc', '+5', '0x10', '1e3', '99999999999999999999999', '13, 14', ''):
            with self.subTest(length):
                status, got = self.person.raw(self.head(length) + b'{"title":"x"}', True)
                self.assertTrue(status is None or 400 <= status < 500, got[:200])

    def test_two_content_lengths_or_both_framings(self):
        for extra in ('Content-Length: 5', 'Transfer-Encoding: chunked'):
            head = self.head(13)[:-2] + extra.encode() + b'\r\n\r\n'
            status, got = self.person.raw(head + b'{"title":"x"}', True)
            self.assertTrue(status is None or 400 <= status < 500, got[:200])

    def test_odd_request_lines_and_methods(self):
        for method, path in (('GARBAGE', '/api/tasks'), ('get', '/api/tasks'), ('TRACE', '/api/tasks'), ('CONNECT', '/api/tasks'),
                             ('OPTIONS', '/api/tasks'), ('GET', 'api/tasks'), ('GET', '*'), ('GET', '/api/tasks?q=' + 'a' * 9000)):
            with self.subTest(f'{method} {path[:20]}'):
                status, got = self.person.raw(self.person.raw_head(method, path), True)
                self.assertTrue(status is None or 400 <= status < 502, got[:200])
                self.assertNotIn(status, (500, 200), got[:200])

    def test_a_large_header(self):
        status, got = self.person.raw(self.person.raw_head('GET', '/api/tasks', {'Accept': 'x' * 60000}), True)
        self.assertTrue(status is None or status < 500, got[:200])

    def test_odd_headers_are_no_ground_to_fail(self):
        for name, value in (('Accept-Language', 'ko;q=x, *;q=9999999999, ' + ',' * 1000), ('If-None-Match', '"' * 500), ('If-None-Match', 'W/'),
                            ('Cookie', ';;;=;session; =x; ' + self.person.headers()['Cookie']), ('Accept', ';' * 500), ('Accept-Language', 'k')):
            with self.subTest(name):
                self.assertEqual(200, self.person.get('/api/tasks', {name: value}).status)


if __name__ == '__main__':
    unittest.main()
