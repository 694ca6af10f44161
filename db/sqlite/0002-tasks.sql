-- Tasks, their labels and comments.

CREATE TABLE task (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,              -- never given twice: mails and people name it
    title         TEXT    NOT NULL COLLATE NOCASE CHECK (length(title) BETWEEN 1 AND 200),
    description   TEXT    NOT NULL DEFAULT '' CHECK (length(CAST(description AS BLOB)) <= 65536),
    status        TEXT    NOT NULL DEFAULT 'todo' CHECK (status IN ('todo', 'doing', 'done')),
    progress      INTEGER NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
    priority      TEXT    NOT NULL DEFAULT 'normal' CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    assignee_id   INTEGER REFERENCES "user" (id),                 -- null: nobody
    creator_id    INTEGER NOT NULL REFERENCES "user" (id),
    due_on        TEXT CHECK (due_on IS date(due_on)),            -- YYYY-MM-DD
    labels        TEXT    NOT NULL DEFAULT '[]' CHECK (json_valid(labels) AND json_type(labels) = 'array'),
    version       INTEGER NOT NULL DEFAULT 1,                     -- one more with each visible change
    created_at    INTEGER NOT NULL DEFAULT (unixepoch()),
    updated_at    INTEGER NOT NULL DEFAULT (unixepoch()),
    deleted_at    INTEGER,                                        -- not null: in the bin
    is_deleted    INTEGER NOT NULL GENERATED ALWAYS AS (deleted_at IS NOT NULL) VIRTUAL,
    priority_rank INTEGER NOT NULL GENERATED ALWAYS AS (
        CASE priority WHEN 'low' THEN 0 WHEN 'normal' THEN 1 WHEN 'high' THEN 2 ELSE 3 END) VIRTUAL,
    due_rank      TEXT    NOT NULL GENERATED ALWAYS AS (coalesce(due_on, '9999-99-99')) VIRTUAL, -- no date: last
    CHECK ((status = 'done') = (progress = 100))
) STRICT;

-- One index for each order of the list, within the tasks shown or the bin.
CREATE INDEX task_by_updated  ON task (is_deleted, updated_at, id);
CREATE INDEX task_by_created  ON task (is_deleted, created_at, id);
CREATE INDEX task_by_due      ON task (is_deleted, due_rank, id);
CREATE INDEX task_by_priority ON task (is_deleted, priority_rank, id);
CREATE INDEX task_by_progress ON task (is_deleted, progress, id);
CREATE INDEX task_by_title    ON task (is_deleted, title, id);
-- And for "mine" and "made by me", in the order that the list has when nothing is said.
CREATE INDEX task_by_assignee ON task (assignee_id, is_deleted, updated_at, id);
CREATE INDEX task_by_creator  ON task (creator_id, is_deleted, updated_at, id);

-- The labels of task.labels, one row each, for finding tasks by label. Kept by triggers; nobody else writes here.
CREATE TABLE task_label (
    label   TEXT    NOT NULL,
    task_id INTEGER NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    PRIMARY KEY (label, task_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX task_label_by_task ON task_label (task_id);

-- Labels are found by what the task says, whoever wrote it.
CREATE TRIGGER task_labels_after_insert AFTER INSERT ON task
WHEN NEW.labels <> '[]'
BEGIN
    INSERT OR IGNORE INTO task_label (label, task_id) SELECT value, NEW.id FROM json_each(NEW.labels);
END;
CREATE TRIGGER task_labels_after_update AFTER UPDATE OF labels ON task
WHEN NEW.labels <> OLD.labels
BEGIN
    DELETE FROM task_label WHERE task_id = NEW.id;
    INSERT OR IGNORE INTO task_label (label, task_id) SELECT value, NEW.id FROM json_each(NEW.labels);
END;

-- What people say about a task. Comments are only added.
CREATE TABLE comment (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id    INTEGER NOT NULL REFERENCES task (id),
    author_id  INTEGER NOT NULL REFERENCES "user" (id),
    body       TEXT    NOT NULL CHECK (length(CAST(body AS BLOB)) BETWEEN 1 AND 65536),
    created_at INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT;
CREATE INDEX comment_by_task ON comment (task_id, id);
