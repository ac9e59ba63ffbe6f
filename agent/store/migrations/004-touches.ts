import type { Migration } from '../migrations.ts';

/** How a measured visit was reached (JSON, in the order of time) and what was taken off its prices; rows from before have neither. */
export const touches: Migration = {
  version: 4,
  name: 'touches',
  sql: `
ALTER TABLE outcomes ADD COLUMN touches TEXT;
ALTER TABLE outcomes ADD COLUMN discount_cents INTEGER NOT NULL DEFAULT 0;
`,
};
