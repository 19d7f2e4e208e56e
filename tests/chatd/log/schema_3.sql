-- A history.db as the third version left it: accounts may be suspended. DO NOT EDIT: every later version must open it.

CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- msgids are <token>-<seq>; from first_seq on they carry this token (a new one after a restore).
CREATE TABLE epochs(token TEXT PRIMARY KEY, first_seq INTEGER NOT NULL);

-- key: folded name of a channel, or person.private_key; then one and other are the two owners.
CREATE TABLE conversations(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, one TEXT, other TEXT);
CREATE INDEX conversations_one ON conversations(one) WHERE one IS NOT NULL;
CREATE INDEX conversations_other ON conversations(other) WHERE other IS NOT NULL;

CREATE TABLE events(
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,                -- milliseconds since 1970; never less than that of a lower seq
    verb TEXT NOT NULL,
    line TEXT NOT NULL,                 -- without tags and line end
    tags TEXT NOT NULL,                 -- client-only tags
    sender TEXT NOT NULL,               -- owner; '' for the server
    about INTEGER NOT NULL,             -- seq of the event it is about (edit, reaction, redaction); 0 for none
    extra TEXT NOT NULL,
    edit INTEGER NOT NULL DEFAULT 0,    -- seq of the latest event whose text replaces this one's
    gone INTEGER NOT NULL DEFAULT 0     -- 1: removed (redacted); line, tags and extra are blank
);
CREATE INDEX events_about ON events(about) WHERE about > 0;

-- In which conversations an event stands. said: 1 for PRIVMSG and NOTICE that are no edits.
CREATE TABLE places(
    conversation INTEGER NOT NULL REFERENCES conversations(id),
    seq INTEGER NOT NULL REFERENCES events(seq) ON DELETE CASCADE,
    said INTEGER NOT NULL,
    PRIMARY KEY(conversation, seq)
) WITHOUT ROWID;
CREATE INDEX places_seq ON places(seq);
CREATE INDEX places_said ON places(conversation, seq) WHERE said = 1;

-- Resend protection for 24 h. sender: owner, '~' for every guest.
CREATE TABLE nonces(
    sender TEXT NOT NULL,
    nonce TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES events(seq) ON DELETE CASCADE,
    PRIMARY KEY(nonce, sender)
) WITHOUT ROWID;
CREATE INDEX nonces_seq ON nonces(seq);

CREATE TABLE accounts(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    created REAL NOT NULL,
    seen REAL NOT NULL,
    quiet INTEGER NOT NULL,
    salt BLOB NOT NULL,
    iterations INTEGER NOT NULL,
    stored_key BLOB NOT NULL,
    server_key BLOB NOT NULL,
    email TEXT NOT NULL
);

CREATE TABLE markers(
    owner TEXT NOT NULL,
    conversation TEXT NOT NULL,         -- key
    time TEXT NOT NULL,                 -- as in the server-time tag
    PRIMARY KEY(owner, conversation)
) WITHOUT ROWID;

-- Times in which events could not be kept (disk full), and how many.
CREATE TABLE gaps(began INTEGER NOT NULL, ended INTEGER NOT NULL, lost INTEGER NOT NULL);

INSERT INTO meta VALUES('note', 'of the first version');
INSERT INTO epochs VALUES('0a1b2c3d', 1);
INSERT INTO epochs VALUES('9f8e7d6c', 5);
INSERT INTO conversations VALUES(1, '#lobby', NULL, NULL);
INSERT INTO conversations VALUES(2, '@1 2', '1', '2');
INSERT INTO events VALUES(1, 1700000000000, 'JOIN', ':siti!~siti@00000000.lan JOIN #lobby', '', '1', 0, '{"extended": ":siti!~siti@00000000.lan JOIN #lobby siti :Siti"}', 0, 0);
INSERT INTO events VALUES(2, 1700000001000, 'PRIVMSG', ':siti!~siti@00000000.lan PRIVMSG #lobby :halo smua', '+a=b', '1', 0, '', 4, 0);
INSERT INTO events VALUES(3, 1700000001000, 'PRIVMSG', ':siti!~siti@00000000.lan PRIVMSG budi :rahasia', '', '1', 0, '', 0, 0);
INSERT INTO events VALUES(4, 1700000002000, 'PRIVMSG', ':siti!~siti@00000000.lan PRIVMSG #lobby :halo semua', '', '1', 2, '', 0, 0);
INSERT INTO events VALUES(5, 1700000003000, 'PRIVMSG', '', '', '1', 0, '', 0, 1);
INSERT INTO events VALUES(6, 1700000004000, 'REDACT', ':siti!~siti@00000000.lan REDACT #lobby 9f8e7d6c-5', '', '1', 5, '', 0, 0);
INSERT INTO events VALUES(7, 1700000005000, 'TOPIC', ':siti!~siti@00000000.lan TOPIC #lobby :Ujian Senin', '', '1', 0, '', 0, 0);
INSERT INTO places VALUES(1, 1, 0);
INSERT INTO places VALUES(1, 2, 1);
INSERT INTO places VALUES(2, 3, 1);
INSERT INTO places VALUES(1, 4, 0);
INSERT INTO places VALUES(1, 5, 1);
INSERT INTO places VALUES(1, 6, 0);
INSERT INTO places VALUES(1, 7, 0);
INSERT INTO nonces VALUES('1', '00112233445566778899aabbccddeeff', 2);
INSERT INTO accounts VALUES(1, 'siti', 1700000000.0, 1700000005.0, 1, X'73616C74', 4096, X'01', X'02', '');
INSERT INTO accounts VALUES(2, 'budi', 1700000000.0, 1700000000.0, 0, X'73616C74', 4096, X'01', X'02', 'budi@example.org');
INSERT INTO accounts VALUES(3, 'dropped', 0.0, 0.0, 0, X'', 4096, X'', X'', '');
DELETE FROM accounts WHERE id = 3;
INSERT INTO markers VALUES('1', '#lobby', '2023-11-14T22:13:22.000Z');
INSERT INTO gaps VALUES(1700000006000, 1700000009000, 4);
CREATE TABLE facts(
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY(kind, key)
) WITHOUT ROWID;
INSERT INTO facts VALUES('channel', '#lobby', '{}');
ALTER TABLE accounts ADD COLUMN suspended TEXT NOT NULL DEFAULT '';
UPDATE accounts SET suspended = 'spam' WHERE id = 2;
PRAGMA application_id = 1331851887;
PRAGMA user_version = 3;
