import type { Section } from '../bench-context.ts';
import { benchDecode } from '../decode.ts';
import { figureOf } from '../figure.ts';

/** What the issue asks of one core. */
const GOAL_PER_SECOND = 100_000;

/** How many messages of each JSON family one core turns into readings in a second: the slowest example of each. */
export const decode: Section = {
  name: 'decode',
  title: 'messages of each JSON family to readings, on one core',
  async measure(context) {
    const rows = benchDecode(context.isQuick ? 100 : 500);
    const slowest = new Map<string, (typeof rows)[number]>();
    for (const row of rows) {
      const known = slowest.get(row.adapter);
      if (known === undefined || row.perSecond < known.perSecond) slowest.set(row.adapter, row);
    }
    for (const { adapter, bytes, readings, perSecond } of [...slowest.values()].sort((a, b) => a.perSecond - b.perSecond)) {
      const note = `${bytes} bytes, ${readings} reading${readings === 1 ? '' : 's'}`;
      context.add(figureOf({ what: adapter, unit: 'messages/s', note }, { values: [perSecond] }, { atLeast: GOAL_PER_SECOND }));
    }
  },
};
