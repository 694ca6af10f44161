-- The log, and the outbox that the mailer drains. Triggers write both in the transaction of the change itself, so
-- that a change and its log cannot part, whoever writes: a function, the command line, or sqlite3 by hand.

CREATE TABLE event (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,               -- only grows
    at           INTEGER NOT NULL DEFAULT (unixepoch()),
    type         TEXT    NOT NULL,                                -- task.updated, session.created ...
    actor_id     INTEGER,                                         -- null: somebody at the server, or nobody known
    task_id      INTEGER,
    user_id      INTEGER,                                         -- the person it is about
    task_version INTEGER,                                         -- the version that this change made
    is_visible   INTEGER NOT NULL,                                -- 1: changes what people see
    detail       TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(detail)) -- task (as it then stood), changes, comment
) STRICT;
CREATE INDEX event_by_task ON event (task_id, id) WHERE task_id IS NOT NULL;
-- The log position is the last entry of this index.
CREATE INDEX event_visible ON event (id) WHERE is_visible = 1;

-- The log is append-only.
CREATE TRIGGER event_before_update BEFORE UPDATE ON event
BEGIN
    SELECT RAISE(ABORT, 'the log is append-only');
END;
CREATE TRIGGER event_before_delete BEFORE DELETE ON event
BEGIN
    SELECT RAISE(ABORT, 'the log is append-only');
END;

-- Events of tasks that no mail has been planned for yet. A row is deleted in the transaction that plans its mails.
CREATE TABLE outbox (
    event_id INTEGER PRIMARY KEY REFERENCES event (id),
    task_id  INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_by_task ON outbox (task_id, event_id);

CREATE TRIGGER event_after_insert AFTER INSERT ON event
WHEN NEW.task_id IS NOT NULL
BEGIN
    INSERT INTO outbox (event_id, task_id) VALUES (NEW.id, NEW.task_id);
END;

-- The fields of a task as rules see them.
CREATE VIEW task_snapshot AS
SELECT id,
       json_object('id', id, 'title', title, 'status', status, 'progress', progress, 'priority', priority,
                   'due_on', due_on, 'labels', json(labels), 'assignee_id', assignee_id,
                   'creator_id', creator_id) AS snapshot
FROM task;

CREATE TRIGGER task_after_insert AFTER INSERT ON task
BEGIN
    INSERT INTO event (type, actor_id, task_id, task_version, is_visible, detail)
    SELECT 'task.created', (SELECT user_id FROM actor), NEW.id, NEW.version, 1,
           json_object('task', json(snapshot))
    FROM task_snapshot WHERE id = NEW.id;
END;

-- Each visible change makes one version and one event, with what changed from what to what. A change of assignee is
-- told as such; going into the bin or out of it, too.
CREATE TRIGGER task_after_update
AFTER UPDATE OF title, description, status, progress, priority, assignee_id, due_on, labels, deleted_at ON task
WHEN NEW.title <> OLD.title COLLATE BINARY OR NEW.description <> OLD.description OR NEW.status <> OLD.status
    OR NEW.progress <> OLD.progress OR NEW.priority <> OLD.priority OR NEW.assignee_id IS NOT OLD.assignee_id
    OR NEW.due_on IS NOT OLD.due_on OR NEW.labels <> OLD.labels OR NEW.is_deleted <> OLD.is_deleted
BEGIN
    UPDATE task SET version = OLD.version + 1, updated_at = unixepoch() WHERE id = NEW.id;
    INSERT INTO event (type, actor_id, task_id, task_version, is_visible, detail)
    SELECT CASE WHEN NEW.is_deleted > OLD.is_deleted THEN 'task.deleted'
                WHEN NEW.is_deleted < OLD.is_deleted THEN 'task.restored'
                WHEN NEW.assignee_id IS NOT OLD.assignee_id THEN 'task.assigned'
                ELSE 'task.updated' END,
           (SELECT user_id FROM actor), NEW.id, OLD.version + 1, 1,
           json_object('task', json(snapshot), 'changes', (
               SELECT json_group_object(field, json_object('from', json(old), 'to', json(new)))
               FROM (SELECT 'title' AS field, json_quote(OLD.title) AS old, json_quote(NEW.title) AS new
                     WHERE NEW.title <> OLD.title COLLATE BINARY
                     UNION ALL SELECT 'description', json_quote(OLD.description), json_quote(NEW.description)
                     WHERE NEW.description <> OLD.description
                     UNION ALL SELECT 'status', json_quote(OLD.status), json_quote(NEW.status)
                     WHERE NEW.status <> OLD.status
                     UNION ALL SELECT 'progress', json_quote(OLD.progress), json_quote(NEW.progress)
                     WHERE NEW.progress <> OLD.progress
                     UNION ALL SELECT 'priority', json_quote(OLD.priority), json_quote(NEW.priority)
                     WHERE NEW.priority <> OLD.priority
                     UNION ALL SELECT 'assignee', json_quote(OLD.assignee_id), json_quote(NEW.assignee_id)
                     WHERE NEW.assignee_id IS NOT OLD.assignee_id
                     UNION ALL SELECT 'due_on', json_quote(OLD.due_on), json_quote(NEW.due_on)
                     WHERE NEW.due_on IS NOT OLD.due_on
                     UNION ALL SELECT 'labels', OLD.labels, NEW.labels
                     WHERE NEW.labels <> OLD.labels)))
    FROM task_snapshot WHERE id = NEW.id;
END;

CREATE TRIGGER comment_after_insert AFTER INSERT ON comment
BEGIN
    UPDATE task SET updated_at = unixepoch() WHERE id = NEW.task_id;
    INSERT INTO event (type, actor_id, task_id, is_visible, detail)
    SELECT 'task.commented', NEW.author_id, NEW.task_id, 1,
           json_object('task', json(snapshot), 'comment', json_object('id', NEW.id, 'body', NEW.body))
    FROM task_snapshot WHERE id = NEW.task_id;
END;

CREATE TRIGGER user_after_insert AFTER INSERT ON "user"
BEGIN
    INSERT INTO event (type, actor_id, user_id, is_visible)
    VALUES ('user.registered', coalesce((SELECT user_id FROM actor), NEW.id), NEW.id, 1);
END;
-- The log says that a person changed, not from what: names and addresses are kept in one place only.
CREATE TRIGGER user_after_update AFTER UPDATE OF name, email, role, language ON "user"
WHEN NEW.name <> OLD.name OR NEW.email <> OLD.email OR NEW.role <> OLD.role OR NEW.language <> OLD.language
BEGIN
    INSERT INTO event (type, actor_id, user_id, is_visible)
    VALUES ('user.updated', (SELECT user_id FROM actor), NEW.id, 1);
END;

CREATE TRIGGER session_after_insert AFTER INSERT ON session
BEGIN
    INSERT INTO event (type, actor_id, user_id, is_visible)
    VALUES ('session.created', NEW.user_id, NEW.user_id, 0);
END;
CREATE TRIGGER session_after_delete AFTER DELETE ON session
BEGIN
    INSERT INTO event (type, actor_id, user_id, is_visible)
    VALUES ('session.ended', (SELECT user_id FROM actor), OLD.user_id, 0);
END;
