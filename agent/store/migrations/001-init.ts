import type { Migration } from '../migrations.ts';

/**
 * The first schema. Every table is STRICT, so that a wrong type is an error and not a string in a number's place.
 *
 * Tables are appended to in log order under an integer key, which keeps writes on one page; a secondary index is there only where
 * somebody asks by that column, since each one costs about a page of flash per turn.
 */
export const init: Migration = {
  version: 1,
  name: 'init',
  sql: `
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The log. 'kind' is the reading's kind for readings; 'subject' is the visit it is about, if any.
CREATE TABLE inbox (
  seq INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  subject TEXT,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX inbox_subject ON inbox (subject) WHERE subject IS NOT NULL;

CREATE TABLE snapshots (
  seq INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  format INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;

-- Erased visits whose log entries are blanked with the next snapshot.
CREATE TABLE forgets (
  visit TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE visits (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  opened_at_ms INTEGER NOT NULL,
  closed_at_ms INTEGER,
  origin TEXT NOT NULL,
  arm TEXT NOT NULL,
  token_hash TEXT
) STRICT;
CREATE INDEX visits_token ON visits (token_hash) WHERE token_hash IS NOT NULL;

CREATE TABLE consents (
  no INTEGER PRIMARY KEY,
  visit TEXT NOT NULL,
  purpose TEXT NOT NULL,
  granted INTEGER NOT NULL CHECK (granted IN (0, 1)),
  text_version TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  until_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX consents_visit ON consents (visit);

CREATE TABLE decisions (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  at_ms INTEGER NOT NULL,
  visit TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('offer', 'hold')),
  reason TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX decisions_visit ON decisions (visit);
-- Each row is in one of the two: listing by kind costs no more than listing all.
CREATE INDEX decisions_offers ON decisions (at_ms) WHERE kind = 'offer';
CREATE INDEX decisions_holds ON decisions (at_ms) WHERE kind = 'hold';

CREATE TABLE offers (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  visit TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX offers_visit ON offers (visit);

CREATE TABLE offer_states (
  no INTEGER PRIMARY KEY,
  offer_id TEXT NOT NULL,
  state TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX offer_states_offer ON offer_states (offer_id);

-- One row an offer: a second redemption of the same offer cannot be written, whatever the core says.
CREATE TABLE redemptions (
  offer_id TEXT PRIMARY KEY,
  receipt TEXT NOT NULL,
  till TEXT NOT NULL,
  campaign TEXT NOT NULL,
  discount_cents INTEGER NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX redemptions_at ON redemptions (at_ms);

CREATE TABLE sales (
  no INTEGER PRIMARY KEY,
  receipt TEXT NOT NULL,
  till TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  total_cents INTEGER NOT NULL,
  lines TEXT NOT NULL,
  visit TEXT,
  link TEXT,
  UNIQUE (till, receipt, at_ms)
) STRICT;
CREATE INDEX sales_at ON sales (at_ms);
CREATE INDEX sales_visit ON sales (visit) WHERE visit IS NOT NULL;

CREATE TABLE outcomes (
  no INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  arm TEXT NOT NULL,
  campaign TEXT,
  converted INTEGER NOT NULL CHECK (converted IN (0, 1)),
  sales_cents INTEGER NOT NULL,
  profit_cents INTEGER NOT NULL
) STRICT;
CREATE INDEX outcomes_at ON outcomes (at_ms);

-- 'zone' is empty for counts that belong to no zone.
CREATE TABLE minutes (
  start_ms INTEGER NOT NULL,
  zone TEXT NOT NULL,
  visits INTEGER NOT NULL,
  counts TEXT NOT NULL,
  PRIMARY KEY (start_ms, zone)
) STRICT, WITHOUT ROWID;

-- 'hash' is set on the last row of each batch and covers the batch and the hash before it.
CREATE TABLE audit (
  no INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  action TEXT NOT NULL,
  detail TEXT NOT NULL,
  hash TEXT
) STRICT;

-- AUTOINCREMENT: a number is never given twice, even when every batch was acknowledged and deleted.
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at_ms INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE devices (
  id TEXT PRIMARY KEY,
  secret_sha256 TEXT NOT NULL,
  added_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE managers (
  name TEXT PRIMARY KEY,
  password_hash TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('viewer', 'manager', 'admin')),
  created_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  id_hash TEXT PRIMARY KEY,
  name TEXT NOT NULL REFERENCES managers (name) ON DELETE CASCADE,
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_name ON sessions (name);

CREATE TABLE quarantine (
  no INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  topic TEXT NOT NULL,
  client TEXT,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  excerpt TEXT NOT NULL
) STRICT;
`,
};
