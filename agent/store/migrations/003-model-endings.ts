import type { Migration } from '../migrations.ts';

/** Whether a till named the visit of an example: one of those stands for buyers that no till named. */
export const modelEndings: Migration = {
  version: 3,
  name: 'model-endings',
  sql: 'ALTER TABLE model_examples ADD COLUMN named INTEGER NOT NULL DEFAULT 0 CHECK (named IN (0, 1))',
};
