import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { endingWeights } from '../../models/lifecycle/coverage.ts';
import { type LabelledVisit, OutcomeLabels } from '../../models/lifecycle/labels.ts';
import type { LabelledRow } from '../../models/training/rows.ts';
import type { RowEffect } from '../core/effect.ts';
import type { LoggedInput } from '../core/input.ts';
import type { State } from '../core/state.ts';
import { step } from '../core/step.ts';

/**
 * Plays a store's own log again and writes one row for every product that was scored in a visit whose purchase is known: its features at that
 * moment, whether it was bought, and how many visits it stands for. Visits that were made an offer are left out.
 */
export async function writeLogRows(
  from: { readonly state: State; readonly log: Iterable<LoggedInput> },
  path: string,
): Promise<{ readonly rows: number; readonly bought: number; readonly namedShare: number | undefined }> {
  const labels = new OutcomeLabels();
  const visits: LabelledVisit[] = [];
  for (const logged of from.log) {
    const rows = step(from.state, logged).filter((effect): effect is RowEffect => effect.kind.startsWith('row.'));
    visits.push(...labels.note({ inputs: [logged], rows }).filter(({ scores }) => scores.length > 0));
  }
  const weights = endingWeights(labels.coverage);
  const store = from.state.store?.map.storeId ?? '';
  const out = createWriteStream(path, { flags: 'a' });
  let [rows, bought] = [0, 0];
  for (const visit of visits) {
    const ending = weights === undefined ? 1 : visit.ending === 'named' ? weights.named : weights.neither;
    for (const { score, label, atMs } of visit.scores) {
      const values = score.features.map((value) => (Number.isFinite(value) ? value : null));
      const row: LabelledRow = {
        values,
        featureSpec: score.featureSpec,
        label,
        weight: visit.weight * ending,
        store,
        group: visit.visit,
        atMs,
      };
      rows++;
      bought += label;
      if (!out.write(`${JSON.stringify(row)}\n`)) await once(out, 'drain');
    }
  }
  out.end();
  await once(out, 'finish');
  return { rows, bought, namedShare: weights?.namedShare };
}
