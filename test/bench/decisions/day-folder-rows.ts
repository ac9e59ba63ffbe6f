import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandContext } from '../../../agent/cli/context.ts';
import { evaluate } from '../../../agent/cli/policy-evaluate.ts';
import type { Decision } from '../../../agent/core/decision.ts';
import type { RowEffect } from '../../../agent/core/effect.ts';
import { openStore } from '../../../agent/store/store.ts';
import { createRandom } from '../../../models/training/random.ts';
import { VISIT_SPEC } from '../../../models/visit-spec.ts';
import { type DecisionRow, decisionRow } from './decision-row.ts';
import { exactly } from './off-policy-rows.ts';

const DECISIONS = 100_000;
const CHUNK = 2_000;
const T0 = Date.UTC(2026, 5, 1, 8);

/** `endcap policy evaluate` on a data folder with 100,000 decisions, as a store writes them: read, judged by three estimators, and by person. */
export async function dayFolderRows(): Promise<readonly DecisionRow[]> {
  const dir = mkdtempSync(join(tmpdir(), 'endcap-day-'));
  try {
    fill(dir);
    const lines: string[] = [];
    const startedMs = performance.now();
    await evaluate(dir, { without: [], maxIntent: '0.6', json: true }, contextOf(lines));
    const seconds = (performance.now() - startedMs) / 1000;
    const found = JSON.parse(lines.join('')) as { readonly visits: number; readonly sentence: string };
    return [
      decisionRow(`seconds of "endcap policy evaluate" on a data folder with ${DECISIONS} decisions`, exactly(seconds), {
        goal: { atMost: 10 },
        note: found.sentence,
      }),
    ];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function contextOf(lines: string[]): CommandContext {
  return {
    environment: {},
    workingDirectory: process.cwd(),
    isTerminal: false,
    print: (line) => void lines.push(line),
    complain: () => undefined,
    paint: (_colour, text) => text,
    stopRequested: () => Promise.resolve(''),
    finish: () => undefined,
  };
}

/** Five decisions a visit, the first of them with an offer or held back by chance. */
function fill(dir: string): void {
  const opened = openStore({ dir, quotaBytes: 4_000_000_000, nowMs: T0 });
  if (!opened.ok) throw new Error(opened.error.message);
  using store = opened.value;
  const random = createRandom(3);
  for (let from = 0; from < DECISIONS; from += CHUNK) {
    const rows: RowEffect[] = [];
    for (let i = from; i < from + CHUNK; i++) {
      const visit = `v_${Math.floor(i / 5)}`;
      if (i % 5 === 0) {
        rows.push({
          kind: 'row.consent',
          consent: { visit, purpose: 'measurement', granted: true, textVersion: '1', atMs: T0, untilMs: T0 + 1e7 },
        });
      }
      rows.push({ kind: 'row.decision', decision: decisionOf(i, { visit, random }) });
      if (i % 5 === 4 && random.next() < 0.3) {
        const lines = [{ sku: 'COF-ESP', quantity: 1, cents: 899 }];
        rows.push({
          kind: 'row.sale',
          sale: { receipt: `r${i}`, till: 'till-1', atMs: T0 + i + 10, lines, totalCents: 899, visit, link: 'visit' },
        });
      }
    }
    store.journal.commit({ inputs: [], rows, batches: [], atMs: T0 });
  }
}

function decisionOf(i: number, { visit, random }: { readonly visit: string; readonly random: { next(): number } }): Decision {
  const isHeld = i % 5 !== 0 || random.next() < 0.1;
  const intent = random.next();
  return {
    id: `d${i}-0`,
    atMs: T0 + i,
    visit,
    kind: isHeld ? 'hold' : 'offer',
    reason: isHeld ? (i % 5 === 0 ? 'holdout' : 'too-soon') : 'offer',
    offer: isHeld ? undefined : `o${i}-0`,
    campaign: isHeld ? undefined : 'c0',
    sku: 'COF-ESP',
    zone: 'pantry',
    trigger: { interaction: 'pick', sku: 'COF-ESP', slot: '01-1', fixture: 'shelf-01', confidence: 0.9 },
    score: {
      ...{ sku: 'COF-ESP', intent, confidence: 0.9, featureSpec: VISIT_SPEC.id, model: 'm@1' },
      features: VISIT_SPEC.features.map(() => Math.round(1000 * random.next()) / 1000),
    },
    propensity: isHeld ? (i % 5 === 0 ? 0.145 : 1) : 0.045,
    alternatives:
      i % 5 === 0
        ? Array.from({ length: 20 }, (_, n) => ({
            ...{ campaign: `c${n}`, sku: 'COF-ESP', valueCents: 90 - n, excluded: undefined, discountCents: 90, probability: 0.0475 },
          }))
        : [],
    ...(i % 5 === 0 ? { policy: { name: 'bandit@1', learnt: 100, holdProbability: 0.05, isExploring: false } } : {}),
  };
}
