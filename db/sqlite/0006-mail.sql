-- Who is mailed about what: rules, each person's wishes, and one row for each person and event.

-- What a person wants of mails. Coalesced: the edits of a task in one mail once they rest; daily: one mail a day.
ALTER TABLE "user" ADD COLUMN mail_how TEXT NOT NULL DEFAULT 'coalesced'
    CHECK (mail_how IN ('instant', 'coalesced', 'daily', 'off'));
-- Assigned: only tasks that are hers to do, or were until this change. All: also tasks that she has no part in.
ALTER TABLE "user" ADD COLUMN mail_level TEXT NOT NULL DEFAULT 'involved'
    CHECK (mail_level IN ('involved', 'assigned', 'all'));
ALTER TABLE "user" ADD COLUMN mail_own INTEGER NOT NULL DEFAULT 0 CHECK (mail_own IN (0, 1)); -- her own changes, too
ALTER TABLE "user" ADD COLUMN mail_hour INTEGER NOT NULL DEFAULT 8 CHECK (mail_hour BETWEEN 0 AND 23);
ALTER TABLE "user" ADD COLUMN time_zone TEXT NOT NULL DEFAULT 'UTC' CHECK (length(time_zone) BETWEEN 1 AND 64);
CREATE INDEX user_by_mail_level ON "user" (id) WHERE mail_level = 'all';
CREATE INDEX user_by_role ON "user" (role, id);

-- What somebody wants of one task's mails, other than usual.
CREATE TABLE task_watcher (
    task_id INTEGER NOT NULL REFERENCES task (id) ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES "user" (id),
    state   TEXT    NOT NULL CHECK (state IN ('watch', 'mute')),
    PRIMARY KEY (task_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX task_watcher_by_user ON task_watcher (user_id);

-- Which events are mailed, to whom: the pattern picks the events, `who` the people, `how` the haste. Whoever several
-- rules name for an event gets it once, the hastier way.
CREATE TABLE rule (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT    NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 50),
    pattern    TEXT    NOT NULL CHECK (json_valid(pattern)),
    who        TEXT    NOT NULL CHECK (who IN ('involved', 'assignee', 'creator', 'watchers', 'admins', 'everyone')
                                       OR who GLOB 'user:[1-9]*'),
    how        TEXT    NOT NULL DEFAULT 'coalesced' CHECK (how IN ('instant', 'coalesced')),
    is_enabled INTEGER NOT NULL DEFAULT 1 CHECK (is_enabled IN (0, 1))
) STRICT;
INSERT INTO rule (name, pattern, who, how) VALUES
    ('in-charge',
     '{"detail-type":["task.created","task.assigned"],"detail":{"task":{"assignee":{"id":[{"exists":true}]}}}}',
     'involved', 'instant'),
    ('mention', '{"detail":{"mentions":{"id":[{"exists":true}]}}}', 'involved', 'instant'),
    ('change', '{"detail-type":["task.created","task.updated","task.assigned","task.commented","task.deleted","task.restored"]}',
     'involved', 'coalesced'),
    ('due', '{"detail-type":["task.due"]}', 'assignee', 'coalesced'),
    ('due-unassigned', '{"detail-type":["task.due"],"detail":{"task":{"assignee":{"id":[{"exists":false}]}}}}',
     'creator', 'coalesced');

-- What the server keeps for itself. The secret signs links and return paths; whoever reads it can forge them.
CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO setting (key, value) VALUES ('secret', lower(hex(randomblob(32)))), ('log_begins_at', '0');

-- Addresses that are not mailed any more.
CREATE TABLE suppression (
    email_key  TEXT    PRIMARY KEY,
    reason     TEXT    NOT NULL CHECK (reason IN ('refused', 'bounce', 'administrator')),
    detail     TEXT,                                              -- what the mail server said
    created_at INTEGER NOT NULL DEFAULT (unixepoch())
) STRICT, WITHOUT ROWID;

-- A task is said to be due once a day; the day is that of the person in charge.
ALTER TABLE event ADD COLUMN day TEXT;
CREATE UNIQUE INDEX event_once_a_day ON event (task_id, day) WHERE day IS NOT NULL;
CREATE INDEX event_by_type ON event (type, id);
CREATE INDEX task_open_by_due ON task (due_on, id) WHERE due_on IS NOT NULL AND status <> 'done' AND deleted_at IS NULL;

-- Events go when the administrator's setting says so, and never before.
DROP TRIGGER event_before_delete;
CREATE TRIGGER event_before_delete BEFORE DELETE ON event
WHEN OLD.at >= (SELECT CAST(value AS INTEGER) FROM setting WHERE key = 'log_begins_at')
BEGIN
    SELECT RAISE(ABORT, 'the log is append-only');
END;

-- Mails: one row for each mail to one person, from plan to end. A pending one takes further events of its task (of
-- the day, for a daily one) until it is due: so edits come together, over any restart.
--
--     pending --> leased --> sent
--        |          |------> failed      (the server said never)
--        |          v
--        |        retry ---> dead        (tried for three days)
--        +-----------------> suppressed  (the address is not mailed, or the administrator dropped it)
--
-- A lease that ran out (its mailer died) is taken up again under the same Message-ID. A mail with nothing left to
-- tell is deleted, and the rows of its events say so.
DROP INDEX delivery_due;
DROP INDEX delivery_by_lease;
ALTER TABLE delivery RENAME TO delivery_before;
CREATE TABLE delivery (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id    INTEGER NOT NULL REFERENCES "user" (id),
    kind       TEXT    NOT NULL DEFAULT 'task' CHECK (kind IN ('task', 'daily')),
    task_id    INTEGER REFERENCES task (id),                      -- null: daily
    message_id TEXT    NOT NULL UNIQUE,                           -- the same at each try
    state      TEXT    NOT NULL DEFAULT 'pending'
        CHECK (state IN ('pending', 'leased', 'retry', 'sent', 'failed', 'dead', 'suppressed')),
    attempts   INTEGER NOT NULL DEFAULT 0,
    opened_at  INTEGER NOT NULL DEFAULT (unixepoch()),            -- of its first event
    next_at    INTEGER NOT NULL DEFAULT (unixepoch()),            -- not before; of a lease: its end
    lease      INTEGER,                                           -- random: the batch that holds it
    error      TEXT,                                              -- what the server said last
    created_at INTEGER NOT NULL DEFAULT (unixepoch()),
    sent_at    INTEGER,
    CHECK ((kind = 'task') = (task_id IS NOT NULL))
) STRICT;
INSERT INTO delivery (id, user_id, task_id, message_id, state, attempts, opened_at, next_at, lease, error, created_at,
                      sent_at)
SELECT id, user_id, task_id, message_id, state, attempts, created_at, next_at, lease, error, created_at, sent_at
FROM delivery_before;
CREATE INDEX delivery_due ON delivery (next_at, id) WHERE state IN ('pending', 'leased', 'retry');
CREATE INDEX delivery_by_lease ON delivery (lease) WHERE state = 'leased';
-- The one that still takes events.
CREATE UNIQUE INDEX delivery_open ON delivery (user_id, kind, task_id) WHERE state = 'pending' AND attempts = 0;
CREATE INDEX delivery_daily ON delivery (user_id) WHERE kind = 'daily';
CREATE INDEX delivery_by_sent_at ON delivery (sent_at) WHERE sent_at IS NOT NULL;

-- For each event, the people that rules named: by which mail each is told, or why not.
CREATE TABLE event_recipient (
    event_id    INTEGER NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    user_id     INTEGER NOT NULL REFERENCES "user" (id),
    reason      TEXT    NOT NULL
        CHECK (reason IN ('assignee', 'was_assignee', 'creator', 'mentioned', 'watcher', 'all', 'rule')),
    delivery_id INTEGER REFERENCES delivery (id),
    skipped     TEXT CHECK (skipped IN ('own', 'muted', 'off', 'level', 'undone')),
    PRIMARY KEY (event_id, user_id),
    CHECK ((delivery_id IS NULL) = (skipped IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX event_recipient_by_delivery ON event_recipient (delivery_id, event_id);
INSERT INTO event_recipient (event_id, user_id, reason, delivery_id)
SELECT event.id, delivery_before.user_id,
       CASE WHEN task.assignee_id = delivery_before.user_id THEN 'assignee'
            WHEN task.creator_id = delivery_before.user_id THEN 'creator' ELSE 'was_assignee' END,
       delivery_before.id
FROM delivery_before
JOIN task ON task.id = delivery_before.task_id
JOIN event ON event.task_id = delivery_before.task_id
    AND event.id BETWEEN delivery_before.first_event_id AND delivery_before.last_event_id
WHERE event.actor_id IS NOT delivery_before.user_id
ON CONFLICT DO NOTHING;
DROP TABLE delivery_before;

CREATE TRIGGER user_after_update_of_mail
AFTER UPDATE OF mail_how, mail_level, mail_own, mail_hour, time_zone ON "user"
WHEN NEW.mail_how <> OLD.mail_how OR NEW.mail_level <> OLD.mail_level OR NEW.mail_own <> OLD.mail_own
    OR NEW.mail_hour <> OLD.mail_hour OR NEW.time_zone <> OLD.time_zone
BEGIN
    INSERT INTO event (type, actor_id, user_id, is_visible, detail)
    VALUES ('user.updated', (SELECT user_id FROM actor), NEW.id, 0,
            json_object('changes', json_object('mail', json_object(
                'from', json_object('how', OLD.mail_how, 'level', OLD.mail_level, 'own', OLD.mail_own,
                                    'hour', OLD.mail_hour, 'time_zone', OLD.time_zone),
                'to', json_object('how', NEW.mail_how, 'level', NEW.mail_level, 'own', NEW.mail_own,
                                  'hour', NEW.mail_hour, 'time_zone', NEW.time_zone)))));
END;
