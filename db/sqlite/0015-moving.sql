-- Moving in: what came from where, so that an import can be repeated.

-- A task or comment of another program and what it became here. The version is that of the task when it was last as
-- the other program has it: what changed since then people changed here.
CREATE TABLE import_origin (
    source      TEXT    NOT NULL CHECK (length(source) BETWEEN 1 AND 50), -- the program, or what the administrator called it
    kind        TEXT    NOT NULL CHECK (kind IN ('task', 'comment')),
    external_id TEXT    NOT NULL CHECK (length(external_id) >= 1),
    task_id     INTEGER REFERENCES task (id),
    comment_id  INTEGER REFERENCES comment (id),
    version     INTEGER,
    PRIMARY KEY (source, kind, external_id),
    CHECK ((kind = 'task') = (task_id IS NOT NULL)),
    CHECK ((kind = 'comment') = (comment_id IS NOT NULL)),
    CHECK ((kind = 'task') = (version IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- A comment was said when it was said, also where it is written down later.
DROP TRIGGER comment_after_insert;
CREATE TRIGGER comment_after_insert AFTER INSERT ON comment
BEGIN
    UPDATE task SET updated_at = unixepoch() WHERE id = NEW.task_id;
    INSERT INTO event (at, type, actor_id, task_id, is_visible, detail)
    SELECT min(NEW.created_at, unixepoch()), 'task.commented', NEW.author_id, NEW.task_id, 1,
           json_object('task', json(snapshot), 'comment', json_object('id', NEW.id, 'body', NEW.body))
    FROM task_snapshot WHERE id = NEW.task_id;
END;
