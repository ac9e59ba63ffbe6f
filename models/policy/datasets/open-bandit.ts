import { readFile } from 'node:fs/promises';
import type { PolicyLog } from '../off-policy/policy-log.ts';

/** Items that could be shown. */
export const OPEN_BANDIT_ITEMS = 34;
const POSITIONS = 3;

/** A log of the open bandit set, with the place on the page (0 to 2) of each row. */
export interface OpenBanditLog extends PolicyLog {
  readonly position: Uint8Array;
}

/** Reads one log of the Open Bandit Dataset (Saito et al. 2020): items shown, clicks, true propensities. */
export async function readOpenBandit(path: string): Promise<OpenBanditLog> {
  const [header = '', ...lines] = (await readFile(path, 'utf8')).trim().split(/\r?\n/);
  const names = header.split(',');
  const rows = lines.map((line) => line.split(','));
  const numbers = (name: string) => {
    const at = names.indexOf(name);
    if (at === -1) throw new Error(`Cannot read "${path}": it has no column "${name}"`);
    return rows.map((cells) => Number(cells[at]));
  };
  return {
    rows: rows.length,
    actions: OPEN_BANDIT_ITEMS,
    action: Int32Array.from(numbers('item_id')),
    reward: Float64Array.from(numbers('click')),
    propensity: Float64Array.from(numbers('propensity_score')),
    position: Uint8Array.from(numbers('position'), (position) => position - 1),
  };
}

/**
 * How often a log shows each item at each place, as a policy: `shares[position][item]`. One row's worth is spread over all items, so that an
 * item never seen is rare and not impossible. Looks at what was shown only, never at clicks.
 */
export function shownShares({ rows, action, position }: OpenBanditLog): Float64Array[] {
  const shares = Array.from({ length: POSITIONS }, () => new Float64Array(OPEN_BANDIT_ITEMS).fill(1 / OPEN_BANDIT_ITEMS));
  for (let row = 0; row < rows; row++) shares[position[row]!]![action[row]!]!++;
  return shares.map((counts) => {
    const all = counts.reduce((a, b) => a + b, 0);
    return counts.map((count) => count / all);
  });
}
