-- What the overview is drawn from, so that neither the log nor the tasks that are done are read for it.

-- How the numbers of tasks changed: one row a day (of UTC) and status in which any did. At the end of a day a status has
-- the sum of its changes until then; tasks in the bin do not count. Kept by triggers; nobody else writes here.
CREATE TABLE task_flow (
    day    TEXT    NOT NULL,                                      -- YYYY-MM-DD
    status TEXT    NOT NULL CHECK (status IN ('todo', 'doing', 'done')),
    change INTEGER NOT NULL,
    PRIMARY KEY (day, status)
) STRICT, WITHOUT ROWID;

-- The same, told by the log.
CREATE VIEW task_flow_of_log AS
WITH step (day, before, after) AS (
    SELECT date(at, 'unixepoch'),
           CASE WHEN type NOT IN ('task.created', 'task.restored')
                THEN coalesce(detail ->> '$.changes.status.from', detail ->> '$.task.status') END,
           CASE WHEN type <> 'task.deleted' THEN detail ->> '$.task.status' END
    FROM event
    WHERE type IN ('task.created', 'task.deleted', 'task.restored')
        OR (type IN ('task.updated', 'task.assigned') AND detail ->> '$.changes.status.from' IS NOT NULL)
)
SELECT day, status, sum(change) AS change
FROM (SELECT day, before AS status, -1 AS change FROM step WHERE before IS NOT NULL
      UNION ALL SELECT day, after, 1 FROM step WHERE after IS NOT NULL)
GROUP BY day, status;

INSERT INTO task_flow (day, status, change) SELECT day, status, change FROM task_flow_of_log;
-- What the log does not tell any more, or never did, was there before it.
INSERT INTO task_flow (day, status, change)
SELECT '1970-01-01', status, sum(change)
FROM (SELECT status, count(*) AS change FROM task WHERE deleted_at IS NULL GROUP BY status
      UNION ALL SELECT status, -change FROM task_flow)
GROUP BY status
HAVING sum(change) <> 0;

CREATE TRIGGER task_flow_after_insert AFTER INSERT ON task
WHEN NEW.deleted_at IS NULL
BEGIN
    INSERT INTO task_flow (day, status, change) VALUES (date('now'), NEW.status, 1)
    ON CONFLICT (day, status) DO UPDATE SET change = change + 1;
END;
CREATE TRIGGER task_flow_after_update AFTER UPDATE OF status, deleted_at ON task
WHEN NEW.status <> OLD.status OR (NEW.deleted_at IS NULL) <> (OLD.deleted_at IS NULL)
BEGIN
    INSERT INTO task_flow (day, status, change)
    SELECT date('now'), status, change
    FROM (SELECT OLD.status AS status, -1 AS change WHERE OLD.deleted_at IS NULL
          UNION ALL SELECT NEW.status, 1 WHERE NEW.deleted_at IS NULL)
    WHERE true
    ON CONFLICT (day, status) DO UPDATE SET change = change + excluded.change;
END;
CREATE TRIGGER task_flow_after_delete AFTER DELETE ON task
WHEN OLD.deleted_at IS NULL
BEGIN
    INSERT INTO task_flow (day, status, change) VALUES (date('now'), OLD.status, -1)
    ON CONFLICT (day, status) DO UPDATE SET change = change - 1;
END;

-- Who has what to do, and until when: all that the overview counts, of the open tasks alone.
CREATE INDEX task_open ON task (assignee_id, due_on, status, progress) WHERE status <> 'done' AND deleted_at IS NULL;
