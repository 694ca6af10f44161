-- Finding tasks by words of title and description, in any script.
--
-- Scripts that join words (Hangul, Han, Kana) are indexed as overlapping pairs of characters, so that a word is found
-- inside a longer one and two syllables are enough; other scripts word by word. The view below makes that of a task's
-- text in plain SQL, so that sqlite3 by hand can write tasks too. lib/data/db_search.c cuts a query the same way.

-- The text is first cut into pieces of 256 characters, each with the one that follows: substr counts from the start,
-- and the cost of a long text would grow with its square.
CREATE VIEW task_words AS
SELECT task.id AS id, (
    WITH RECURSIVE
    whole (text) AS (SELECT task.title || char(10) || task.description),
    piece (start, text) AS (
        SELECT 1, substr(text, 1, 257) FROM whole
        UNION ALL
        SELECT start + 256, (SELECT substr(text, start + 256, 257) FROM whole) FROM piece
        WHERE start + 256 <= (SELECT length(text) FROM whole)
    ),
    place (start, number, pair, text) AS (
        SELECT start, 1, substr(text, 1, 2), text FROM piece
        UNION ALL
        SELECT start, number + 1, substr(text, number + 1, 2), text FROM place
        WHERE number < min(length(text), 256)
    )
    SELECT CASE
        WHEN (SELECT text FROM whole) NOT GLOB '*[ᄀ-ᇿぁ-ヿㄱ-ㆎ㐀-䶿一-鿿가-힣豈-﫿𠀀-𿿿]*' THEN (SELECT text FROM whole)
        ELSE (
            SELECT group_concat(CASE
                WHEN pair GLOB '[ᄀ-ᇿぁ-ヿㄱ-ㆎ㐀-䶿一-鿿가-힣豈-﫿𠀀-𿿿][ᄀ-ᇿぁ-ヿㄱ-ㆎ㐀-䶿一-鿿가-힣豈-﫿𠀀-𿿿]'
                    THEN ' ' || pair || ' '
                WHEN pair GLOB '[ᄀ-ᇿぁ-ヿㄱ-ㆎ㐀-䶿一-鿿가-힣豈-﫿𠀀-𿿿]*' THEN ' ' || substr(pair, 1, 1) || ' '
                ELSE substr(pair, 1, 1) END, '')
            FROM (SELECT pair FROM place ORDER BY start, number))
        END
) AS words
FROM task;

-- The index keeps no copy of the text: it asks the view.
CREATE VIRTUAL TABLE task_search USING fts5 (
    words, content = 'task_words', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TRIGGER task_search_after_insert AFTER INSERT ON task
BEGIN
    INSERT INTO task_search (rowid, words) SELECT id, words FROM task_words WHERE id = NEW.id;
END;
-- Taking an entry out needs the words that were put in; before the update the view still gives them.
CREATE TRIGGER task_search_before_update BEFORE UPDATE OF title, description ON task
WHEN NEW.title <> OLD.title COLLATE BINARY OR NEW.description <> OLD.description
BEGIN
    INSERT INTO task_search (task_search, rowid, words)
    SELECT 'delete', id, words FROM task_words WHERE id = OLD.id;
END;
CREATE TRIGGER task_search_after_update AFTER UPDATE OF title, description ON task
WHEN NEW.title <> OLD.title COLLATE BINARY OR NEW.description <> OLD.description
BEGIN
    INSERT INTO task_search (rowid, words) SELECT id, words FROM task_words WHERE id = NEW.id;
END;
CREATE TRIGGER task_search_before_delete BEFORE DELETE ON task
BEGIN
    INSERT INTO task_search (task_search, rowid, words)
    SELECT 'delete', id, words FROM task_words WHERE id = OLD.id;
END;
