CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT NOT NULL, password TEXT, name TEXT, email TEXT, role TEXT DEFAULT 'app-user', is_active INTEGER DEFAULT 1, language TEXT);
CREATE TABLE projects (id INTEGER PRIMARY KEY, name TEXT NOCASE NOT NULL, is_active INTEGER DEFAULT 1, token TEXT, last_modified INTEGER DEFAULT 0, identifier TEXT DEFAULT '', owner_id INTEGER DEFAULT 0, priority_default INTEGER DEFAULT 0, priority_start INTEGER DEFAULT 0, priority_end INTEGER DEFAULT 3);
CREATE TABLE columns (id INTEGER PRIMARY KEY, title TEXT, position INTEGER, project_id INTEGER NOT NULL, task_limit INTEGER DEFAULT 0, description TEXT, hide_in_dashboard INTEGER DEFAULT 0 NOT NULL, UNIQUE (title, project_id));
CREATE TABLE swimlanes (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, description TEXT, position INTEGER DEFAULT 1, is_active INTEGER DEFAULT 1, project_id INTEGER NOT NULL, task_limit INTEGER DEFAULT 0);
CREATE TABLE project_has_categories (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE NOT NULL, project_id INTEGER NOT NULL, description TEXT, color_id TEXT DEFAULT NULL);
CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT NOT NULL, project_id INTEGER NOT NULL, color_id TEXT DEFAULT NULL, UNIQUE (project_id, name));
CREATE TABLE tasks (id INTEGER PRIMARY KEY, title TEXT NOCASE NOT NULL, description TEXT, date_creation INTEGER, color_id TEXT, project_id INTEGER NOT NULL, column_id INTEGER NOT NULL, owner_id INTEGER DEFAULT '0', position INTEGER, is_active INTEGER DEFAULT 1, date_completed INTEGER, score INTEGER, date_due INTEGER, category_id INTEGER DEFAULT 0, creator_id INTEGER DEFAULT '0', date_modification INTEGER DEFAULT '0', reference TEXT DEFAULT '', date_started INTEGER, time_spent NUMERIC DEFAULT 0, time_estimated NUMERIC DEFAULT 0, swimlane_id INTEGER NOT NULL, date_moved INTEGER DEFAULT 0, recurrence_status INTEGER NOT NULL DEFAULT 0, priority INTEGER DEFAULT 0, external_provider TEXT, external_uri TEXT);
CREATE TABLE task_has_tags (task_id INTEGER NOT NULL, tag_id INTEGER NOT NULL, UNIQUE (tag_id, task_id));
CREATE TABLE task_has_files (id INTEGER PRIMARY KEY, name TEXT, path TEXT, is_image INTEGER DEFAULT 0, task_id INTEGER NOT NULL, date INTEGER NOT NULL DEFAULT 0, user_id INTEGER NOT NULL DEFAULT 0, size INTEGER NOT NULL DEFAULT 0);
CREATE TABLE task_has_links (id INTEGER PRIMARY KEY, link_id INTEGER NOT NULL, task_id INTEGER NOT NULL, opposite_task_id INTEGER NOT NULL);
CREATE TABLE subtasks (id INTEGER PRIMARY KEY, title TEXT NOCASE NOT NULL, status INTEGER DEFAULT 0, time_estimated NUMERIC DEFAULT 0, time_spent NUMERIC DEFAULT 0, task_id INTEGER NOT NULL, user_id INTEGER, position INTEGER DEFAULT 1);
CREATE TABLE comments (id INTEGER PRIMARY KEY, task_id INTEGER NOT NULL, user_id INTEGER DEFAULT 0, date_creation INTEGER NOT NULL, comment TEXT NOT NULL, reference TEXT DEFAULT '', date_modification INTEGER, visibility VARCHAR(25) NOT NULL DEFAULT 'app-user');

INSERT INTO users (id, username, name, email) VALUES (1, 'admin', '', ''), (2, 'jiwoo', 'Ji-woo 지우', 'JIWOO@example.org'), (3, 'min', 'Min', 'min@example.org'), (4, 'stranger', 'Someone Else', 'else@example.net');
INSERT INTO projects (id, name) VALUES (1, 'Garden'), (2, 'Kitchen');
INSERT INTO columns (id, title, position, project_id) VALUES (1, 'Backlog', 1, 1), (2, 'Ready', 2, 1), (3, 'Work in progress', 3, 1), (4, 'Done', 4, 1), (5, 'To taste', 1, 2);
INSERT INTO swimlanes (id, name, project_id) VALUES (1, 'Default swimlane', 1), (2, 'Beds', 1), (3, 'Default swimlane', 2);
INSERT INTO project_has_categories (id, name, project_id) VALUES (1, 'Tools', 1);
INSERT INTO tags (id, name, project_id) VALUES (1, 'spring', 1), (2, 'tools', 1);
INSERT INTO tasks (id, title, description, date_creation, project_id, column_id, owner_id, is_active, date_completed, date_due, category_id, creator_id, date_modification, swimlane_id, priority) VALUES
    (3, 'Sharpen the spades', 'With the *fine* stone.', 1740820500, 1, 2, 3, 1, NULL, 1741910400, 1, 2, 1740909600, 1, 0),
    (5, 'Dig the long bed', NULL, 1741003200, 1, 3, 4, 1, NULL, 0, 0, 2, 1741163400, 2, 2),
    (8, 'Order seeds, bulbs', '', 1738396800, 1, 4, 0, 0, 1739210400, 0, 0, 1, 1739210400, 1, 3),
    (9, 'Soup', 'Leek', 1741300000, 2, 5, 2, 1, NULL, 0, 0, 4, 1741300000, 3, 1);
INSERT INTO task_has_tags VALUES (3, 1), (3, 2);
INSERT INTO task_has_files (name, task_id) VALUES ('plan.pdf', 5);
INSERT INTO subtasks (title, status, task_id, position) VALUES ('North half', 2, 5, 1), ('South half', 0, 5, 2);
INSERT INTO comments (id, task_id, user_id, date_creation, comment) VALUES
    (1, 3, 3, 1740900000, 'Which stone?'), (2, 3, 2, 1740903600, 'The grey one.'), (3, 9, 4, 1741310000, 'More salt.');
