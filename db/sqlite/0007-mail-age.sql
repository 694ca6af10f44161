-- How long mails have been due, at a glance: a lease and a retry move next_at, so the first time is kept.
ALTER TABLE delivery ADD COLUMN due_at INTEGER;                   -- when it was first to go; null: not taken yet
UPDATE delivery SET due_at = created_at WHERE state IN ('leased', 'retry');
CREATE INDEX delivery_by_due_at ON delivery (due_at) WHERE state IN ('leased', 'retry');
