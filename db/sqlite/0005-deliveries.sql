-- Mails: one row for each mail to one person about one task, from plan to end.
--
--     pending --> leased --> sent
--        ^           |-----> failed   (the server said never)
--        |           v
--        +-------- retry --> dead     (tried for three days)
--
-- A lease that ran out (its mailer died) is taken up again under the same Message-ID.
CREATE TABLE delivery (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id        INTEGER NOT NULL REFERENCES "user" (id),
    task_id        INTEGER NOT NULL REFERENCES task (id),
    first_event_id INTEGER NOT NULL,                              -- the mail tells these events of the task
    last_event_id  INTEGER NOT NULL,
    message_id     TEXT    NOT NULL UNIQUE,                       -- the same at each try
    state          TEXT    NOT NULL DEFAULT 'pending'
        CHECK (state IN ('pending', 'leased', 'retry', 'sent', 'failed', 'dead')),
    attempts       INTEGER NOT NULL DEFAULT 0,
    next_at        INTEGER NOT NULL DEFAULT (unixepoch()),        -- not before; of a lease: its end
    lease          INTEGER,                                       -- random: the batch that holds it
    error          TEXT,                                          -- what the server said last
    created_at     INTEGER NOT NULL DEFAULT (unixepoch()),
    sent_at        INTEGER,
    UNIQUE (user_id, task_id, last_event_id)
) STRICT;
CREATE INDEX delivery_due ON delivery (next_at, id) WHERE state IN ('pending', 'leased', 'retry');
CREATE INDEX delivery_by_lease ON delivery (lease) WHERE state = 'leased';
