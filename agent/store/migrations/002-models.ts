import type { Migration } from '../migrations.ts';

/** Where the models of a store stand. Nothing in here names a visit. */
export const models: Migration = {
  version: 2,
  name: 'models',
  sql: `
-- Small documents in JSON: the lifecycle, the evidence of its stages, the store's own calibration.
CREATE TABLE model_state (
  name TEXT PRIMARY KEY,
  body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What a model said and what came of it.
CREATE TABLE model_examples (
  no INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  model TEXT NOT NULL,
  raw REAL NOT NULL,
  label INTEGER NOT NULL CHECK (label IN (0, 1)),
  weight REAL NOT NULL
) STRICT;

-- What was asked from outside of the agent; it answers here.
CREATE TABLE model_requests (
  no INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  verb TEXT NOT NULL,
  detail TEXT NOT NULL,
  by TEXT NOT NULL,
  done_at_ms INTEGER,
  ok INTEGER CHECK (ok IN (0, 1)),
  answer TEXT
) STRICT;
`,
};
