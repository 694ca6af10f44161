-- A team's work of the last six weeks, for `scripts/up --demo`: written through the same triggers as everything else,
-- then dated back.
PRAGMA foreign_keys = ON;
BEGIN IMMEDIATE;
DROP TRIGGER event_before_update;

-- Each row is one step: who did what, how many minutes ago.
CREATE TEMP TABLE step (number INTEGER PRIMARY KEY, minutes INTEGER, actor TEXT, task TEXT, kind TEXT, value TEXT);
INSERT INTO step (minutes, actor, task, kind, value) VALUES
    (60000, 'Anna Berg', 'Garden plan for spring', 'create', '{"description":"Beds, compost, and who has the key.","assignee":"Anna Berg","priority":"normal","due":-34,"labels":["garden"]}'),
    (58000, 'Min 민서', '창고 정리하는 날 정하기', 'create', '{"description":"","assignee":"Min 민서","priority":"normal","due":-31,"labels":[]}'),
    (56200, 'Tom Okafor', 'Fix the bicycle trailer', 'create', '{"description":"The left wheel wobbles.","assignee":"Tom Okafor","priority":"high","due":-28,"labels":["repair"]}'),
    (55000, 'Min 민서', '창고 정리하는 날 정하기', 'status', 'doing'),
    (52000, 'Anna Berg', 'Garden plan for spring', 'done', ''),
    (51000, 'Ji-woo 지우', '가을 바자회 사진 올리기', 'create', '{"description":"","assignee":"Ji-woo 지우","priority":"low","due":-30,"labels":["축제"]}'),
    (50000, 'Tom Okafor', 'Fix the bicycle trailer', 'status', 'doing'),
    (47000, 'Min 민서', '창고 정리하는 날 정하기', 'done', ''),
    (46200, 'Anna Berg', 'Thank the bakery', 'create', '{"description":"They gave two boxes of rolls.","assignee":"Anna Berg","priority":"normal","due":-30,"labels":[]}'),
    (45000, 'Ji-woo 지우', '가을 바자회 사진 올리기', 'done', ''),
    (44000, 'Anna Berg', 'Thank the bakery', 'done', ''),
    (42000, 'Min 민서', '회비 정산', 'create', '{"description":"지난 분기 회비를 맞춰 봐요.","assignee":"Min 민서","priority":"high","due":-20,"labels":["회의"]}'),
    (41000, 'Tom Okafor', 'Fix the bicycle trailer', 'done', ''),
    (39000, 'Tom Okafor', 'Repair the projector', 'create', '{"description":"It turns itself off after ten minutes.","assignee":"Tom Okafor","priority":"normal","due":-18,"labels":["repair"]}'),
    (38000, 'Min 민서', '회비 정산', 'status', 'doing'),
    (36000, 'Tom Okafor', 'Repair the projector', 'status', 'doing'),
    (33000, 'Anna Berg', 'Invite the choir', 'create', '{"description":"","assignee":"Anna Berg","priority":"normal","due":-15,"labels":["helpers"]}'),
    (31000, 'Anna Berg', 'Invite the choir', 'status', 'doing'),
    (30000, 'Min 민서', '회비 정산', 'done', ''),
    (28000, 'Ji-woo 지우', '안내판 고치기', 'create', '{"description":"글자가 바랬어요.","assignee":"Ji-woo 지우","priority":"normal","due":-14,"labels":["repair"]}'),
    (25000, 'Tom Okafor', 'Repair the projector', 'done', ''),
    (24000, 'Ji-woo 지우', '안내판 고치기', 'status', 'doing'),
    (21000, 'Anna Berg', 'Invite the choir', 'done', ''),
    (19500, 'Ji-woo 지우', '안내판 고치기', 'done', ''),
    (19000, 'Min 민서', '봄 축제 전단지 인쇄', 'create', '{"description":"A5 양면, 500장. 인쇄소 견적은 지우 님이 받았어요.\n색이 흐리지 않게 시안을 한 번 더 확인해 주세요.","assignee":"Ji-woo 지우","priority":"high","due":3,"labels":["print","축제"]}'),
    (18900, 'Min 민서', '운영 회의 자료 준비', 'create', '{"description":"지난달 회의록과 이번 달 예산안을 한 장으로.","assignee":"Min 민서","priority":"normal","due":1,"labels":["회의"]}'),
    (18700, 'Anna Berg', 'Book the community hall', 'create', '{"description":"Saturday from noon, with the small kitchen. Ask about chairs.","assignee":"Tom Okafor","priority":"urgent","due":-2,"labels":["venue"]}'),
    (18000, 'Tom Okafor', 'Book the community hall', 'status', 'doing'),
    (17900, 'Tom Okafor', 'Book the community hall', 'progress', '30'),
    (17500, 'Anna Berg', 'Newsletter for December', 'create', '{"description":"Three short pieces: the garden, the repair evening, thanks to the helpers.","assignee":"Anna Berg","priority":"normal","due":9,"labels":["newsletter"]}'),
    (16000, 'Ji-woo 지우', '봄 축제 전단지 인쇄', 'comment', '인쇄소에서 목요일까지 파일을 달래요.'),
    (15800, 'Ji-woo 지우', '봄 축제 전단지 인쇄', 'status', 'doing'),
    (15700, 'Ji-woo 지우', '봄 축제 전단지 인쇄', 'progress', '40'),
    (14000, 'Min 민서', '공구 보관함 열쇠 정리', 'create', '{"description":"","assignee":null,"priority":"low","due":null,"labels":[]}'),
    (13000, 'Tom Okafor', 'Book the community hall', 'comment', 'They want a deposit; Anna, can you sign?'),
    (12500, 'Anna Berg', 'Book the community hall', 'comment', 'Signed and sent.'),
    (12000, 'Tom Okafor', 'Book the community hall', 'progress', '80'),
    (11000, 'Anna Berg', 'Repair evening: find two helpers', 'create', '{"description":"Somebody for bicycles and somebody for lamps.","assignee":"Tom Okafor","priority":"normal","due":6,"labels":["helpers"]}'),
    (9000, 'Min 민서', '운영 회의 자료 준비', 'progress', '60'),
    (8800, 'Min 민서', '운영 회의 자료 준비', 'status', 'doing'),
    (7000, 'Anna Berg', 'Thank-you cards', 'create', '{"description":"For everyone who carried chairs.","assignee":"Anna Berg","priority":"low","due":-5,"labels":[]}'),
    (6500, 'Anna Berg', 'Thank-you cards', 'done', ''),
    (5000, 'Ji-woo 지우', '현수막 도안 고르기', 'create', '{"description":"세 가지 도안 중에서 하나를 골라 주세요.","assignee":"Min 민서","priority":"high","due":0,"labels":["print","축제"]}'),
    (4000, 'Min 민서', 'Repair evening: find two helpers', 'assign', 'Ji-woo 지우'),
    (2500, 'Ji-woo 지우', '봄 축제 전단지 인쇄', 'progress', '70'),
    (1200, 'Anna Berg', 'Newsletter for December', 'status', 'doing'),
    (1100, 'Anna Berg', 'Newsletter for December', 'progress', '20'),
    (300, 'Min 민서', '현수막 도안 고르기', 'comment', '두 번째 도안이 멀리서도 잘 보여요.');

-- A view to write into: its trigger performs one step.
CREATE TEMP VIEW perform AS SELECT * FROM step;
CREATE TEMP TRIGGER perform_step INSTEAD OF INSERT ON perform
BEGIN
    UPDATE actor SET user_id = (SELECT id FROM "user" WHERE name = NEW.actor);
    INSERT INTO task (title, description, assignee_id, creator_id, priority, due_on, labels, created_at, updated_at)
    SELECT NEW.task, NEW.value ->> '$.description',
           (SELECT id FROM "user" WHERE name = NEW.value ->> '$.assignee'),
           (SELECT id FROM "user" WHERE name = NEW.actor), NEW.value ->> '$.priority',
           date('now', (NEW.value ->> '$.due') || ' days'), NEW.value -> '$.labels',
           unixepoch() - NEW.minutes * 60, unixepoch() - NEW.minutes * 60
    WHERE NEW.kind = 'create';
    UPDATE task SET status = NEW.value WHERE title = NEW.task AND NEW.kind = 'status';
    UPDATE task SET progress = NEW.value WHERE title = NEW.task AND NEW.kind = 'progress';
    UPDATE task SET status = 'done', progress = 100 WHERE title = NEW.task AND NEW.kind = 'done';
    UPDATE task SET assignee_id = (SELECT id FROM "user" WHERE name = NEW.value)
    WHERE title = NEW.task AND NEW.kind = 'assign';
    INSERT INTO comment (task_id, author_id, body, created_at)
    SELECT id, (SELECT id FROM "user" WHERE name = NEW.actor), NEW.value, unixepoch() - NEW.minutes * 60
    FROM task WHERE title = NEW.task AND NEW.kind = 'comment';
    UPDATE event SET at = unixepoch() - NEW.minutes * 60
    WHERE id = (SELECT max(id) FROM event);
    UPDATE task SET updated_at = unixepoch() - NEW.minutes * 60 WHERE title = NEW.task;
END;
INSERT INTO perform SELECT * FROM step ORDER BY number;

UPDATE actor SET user_id = NULL;
UPDATE "user" SET created_at = unixepoch() - 61000 * 60;
UPDATE event SET at = unixepoch() - 61000 * 60 WHERE type = 'user.registered';
-- The numbers of each day as the log tells them now.
DELETE FROM task_flow;
INSERT INTO task_flow (day, status, change) SELECT day, status, change FROM task_flow_of_log;
-- What happened before anybody looked needs no mail; what is due today was told in the morning.
INSERT INTO event (type, task_id, user_id, is_visible, day, detail)
SELECT 'task.due', task.id, coalesce(task.assignee_id, task.creator_id), 0, date('now'),
       json_object('task', json(task_snapshot.snapshot), 'due', json_object(
           'on', task.due_on, 'days', CAST(julianday(task.due_on) - julianday(date('now')) AS INTEGER)))
FROM task JOIN task_snapshot ON task_snapshot.id = task.id
WHERE task.due_on <= date('now') AND task.status <> 'done' AND task.deleted_at IS NULL;
DELETE FROM outbox;
CREATE TRIGGER event_before_update BEFORE UPDATE ON event
WHEN NEW.id <> OLD.id OR NEW.at <> OLD.at OR NEW.type <> OLD.type OR NEW.actor_id IS NOT OLD.actor_id
    OR NEW.task_id IS NOT OLD.task_id OR NEW.user_id IS NOT OLD.user_id
    OR NEW.task_version IS NOT OLD.task_version OR NEW.is_visible <> OLD.is_visible OR NEW.day IS NOT OLD.day
    OR NOT CASE WHEN NEW.request IS NOT OLD.request
                THEN OLD.request IS NULL AND NEW.request IS (SELECT request FROM actor) AND NEW.detail = OLD.detail
                ELSE NEW.detail = '{}'
                    AND EXISTS (SELECT 1 FROM "user" WHERE id = OLD.user_id AND deleted_at IS NOT NULL) END
BEGIN
    SELECT RAISE(ABORT, 'the log is append-only');
END;
COMMIT;
