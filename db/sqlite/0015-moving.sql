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

-- The events that an import made and that nobody was to be mailed about: replaying the log leaves them out, too.
CREATE TABLE import_silence (
    first_event_id INTEGER PRIMARY KEY,
    last_event_id  INTEGER NOT NULL CHECK (last_event_id >= first_event_id),
    source         TEXT    NOT NULL,
    created_at     INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT;

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

-- The secret link of a person's calendar, at most one each. It holds the token; only its hash is kept.
CREATE TABLE calendar_link (
    user_id    INTEGER PRIMARY KEY REFERENCES "user" (id),
    token_hash BLOB    NOT NULL UNIQUE CHECK (length(token_hash) = 32), -- SHA-256
    created_at INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT;

-- The log tells of it as of the other things that stand for a person.
CREATE TRIGGER calendar_link_after_insert AFTER INSERT ON calendar_link
BEGIN
    INSERT INTO event (type, actor_id, user_id, is_visible, detail)
    VALUES ('token.created', (SELECT user_id FROM actor), NEW.user_id, 0,
            json_object('token', json_object('scope', 'calendar')));
END;
CREATE TRIGGER calendar_link_after_delete AFTER DELETE ON calendar_link
BEGIN
    INSERT INTO event (type, actor_id, user_id, is_visible, detail)
    VALUES ('token.ended', (SELECT user_id FROM actor), OLD.user_id, 0,
            json_object('token', json_object('scope', 'calendar')));
END;

-- Whoever leaves, or is shut out, shows nobody anything any more.
CREATE TRIGGER user_calendar_after_leave AFTER UPDATE OF disabled_at, deleted_at ON "user"
WHEN NEW.disabled_at IS NOT NULL OR NEW.deleted_at IS NOT NULL
BEGIN
    DELETE FROM calendar_link WHERE user_id = NEW.id;
END;
