"""Finding tasks by words, in Korean as in English; whatever is typed is text."""
import unittest

import running

pumasi = running.get()


class Search(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.min = pumasi.register('Min')
        cls.label = running.unique('search')

    def make(self, title, description=''):
        return self.min.task(title, description=description, labels=[self.label])

    def find(self, words):
        return {task['id'] for task in self.min.list(q=words, label=self.label, limit=200)}

    def finds(self, task, *words):
        for text in words:
            with self.subTest(text):
                self.assertIn(task['id'], self.find(text))

    def misses(self, task, *words):
        for text in words:
            with self.subTest(text):
                self.assertNotIn(task['id'], self.find(text))

    def test_inside_a_korean_word(self):
        task = self.make('새전단지인쇄')
        self.finds(task, '전단지', '전단', '단지', '새전단지인쇄', '인쇄', '새전', '단지인쇄')
        self.misses(task, '전지', '단전', '쇄인', '전단지새', '인쇄소')

    def test_with_a_particle(self):
        task = self.make('운영 회의에서 정한 일')
        self.finds(task, '회의', '회의에서', '운영', '정한', '운영 회의', '일')
        self.misses(task, '운영회의', '회의록')

    def test_one_syllable(self):
        task = self.make('봄 축제', '첫 줄\n벚꽃')
        self.finds(task, '봄', '축', '제', '꽃', '벚', '줄')
        self.misses(task, '북', '가')

    def test_beginnings_of_latin_words(self):
        task = self.make('Print the Flyers', 'for Straßenfest and café')
        self.finds(task, 'flyers', 'FLY', 'f', 'pri', 'print fly', 'cafe', 'café', 'CAFÉ', 'straß', 'the')
        self.misses(task, 'lyers', 'rint', 'flyersx', 'strasse')

    def test_mixed_words(self):
        task = self.make('KPI회의2026자료 v2.1-beta', 'A5용지')
        self.finds(task, 'KPI', 'kpi회의', '회의2026', '2026자료', '자료', '회의', '회의 자료', 'v2.1', 'v2.1-be', 'A5용지', '용지', 'a5', '2026')
        self.misses(task, 'kpi자료', '자료 회의록')

    def test_other_scripts(self):
        for title, words in (('明日の会議資料', ('会議', '会', '資料', '明日')), ('Собрание соседей', ('собр', 'СОСЕДЕЙ')), ('Ζήτημα', ('ζήτ', 'ΖΉΤ')),
                             ('ᄒᆞᆫ글 옛말', ('옛말',)), ('𠀀𠀁𠀂', ('𠀀𠀁', '𠀁'))):
            self.finds(self.make(title), *words)

    def test_several_words_all_count_in_any_order(self):
        task = self.make('Book the community hall', '토요일 열두 시부터')
        self.finds(task, 'hall book', '토요일 hall', ' book   hall ', '시부터 community 열두')
        self.misses(task, 'hall garden', '일요일 hall')

    def test_the_description_is_searched_as_well(self):
        self.finds(self.make('x', 'far below\n' + 'word ' * 3000 + '마지막문장 finalword'), 'finalw', '마지막', '문장', 'below')

    def test_words_over_the_cuts_of_a_long_text(self):
        for offset in range(250, 262):
            task = self.make('t', 'a' * (offset - 2) + ' 전단지인쇄 ' + running.unique('w'))
            self.assertIn(task['id'], self.find('전단지인쇄'), offset)

    def test_syntax_of_the_search_engine_is_only_text(self):
        task = self.make('He said "stop" (now) AND left: a*b -c ^d {e} NEAR/2 col:val NOT')
        self.finds(task, '"stop"', '(now)', 'AND', 'NOT', 'NEAR/2', 'col:val', '^d', '{e}', '-c', 'a*b', 'said "stop', 'stop"', 'left:')
        self.misses(task, 'stop OR nothing', 'nothing OR stop', 'said NOT garden', 'title:said2', 'NEAR(said garden)', 'words:garden')

    def test_anything_typed_is_answered(self):
        self.make('anything')
        for words in ('"', '""', '"""', "'", "''", '*', '**', '(', ')', '()', ':', '^', '-', '+', '--', ';', '\\', '%', '_', '{', '}', '[', ']', 'a"', '"a',
                      'a*', '*a', 'AND', 'OR', 'NOT', 'NEAR', 'AND OR', 'a AND', 'NEAR(', 'a:b', 'words:', 'task_search', "'; DROP TABLE task; --",
                      '"가', '가"나', '가*', '\u200b', '🎉', '🎉가', 'é́́', '\ufeff', 'a' * 200, '가' * 200, '" ' * 100, '가 ' * 100, '\u0130', 'ﬁ', '\ufffd', '\U0010ffff'):
            with self.subTest(words):
                answer = self.min.get('/api/tasks', q=words)
                self.assertEqual(200, answer.status, answer)

    def test_only_signs_find_nothing_rather_than_all(self):
        self.make('some')
        for words in ('"', '()', '***', '- -', '!!!'):
            self.assertEqual(set(), self.find(words), words)

    def test_the_index_follows_every_change(self):
        task = self.make('옛제목 oldtitle', '옛설명')
        task = self.min.change(task, title='새이름 newtitle').json
        self.finds(task, '새이름', 'newti', '옛설명')
        self.misses(task, '옛제목', 'oldtitle')
        task = self.min.change(task, description='새설명').json
        self.finds(task, '새설명')
        self.misses(task, '옛설명')
        pumasi.by_hand(f"UPDATE task SET title = '손으로 byhand' WHERE id = {task['id']}")
        self.finds(task, '손으로', 'byhand', '새설명')
        self.misses(task, 'newtitle', '새이름')

    def test_what_lies_in_the_bin_is_found_there_only(self):
        task = self.make('쓰레기통시험')
        self.min.delete(f'/api/tasks/{task["id"]}')
        self.misses(task, '쓰레기통')
        self.assertIn(task['id'], {found['id'] for found in self.min.list(q='쓰레기통', bin=1)})

    @classmethod
    def tearDownClass(cls):
        pumasi.by_hand("INSERT INTO task_search (task_search) VALUES ('integrity-check')")


if __name__ == '__main__':
    unittest.main()
