import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadedConfig } from '../config/load.ts';
import { channelReport, type EligibleVisit } from '../models/policy/attribution/channel-report.ts';
import { experimentViews } from './core/experiments/report.ts';
import type { ChannelsView, EvaluationView, PolicyChange } from './core/policy/overview.ts';
import { toldOf } from './core/policy/told.ts';
import type { Cents } from './core/units.ts';
import type { PolicyPorts } from './http/policy-ports.ts';
import { packageRoot } from './package-root.ts';
import type { ResponseSource } from './response-source.ts';
import { cached } from './runtime/cached.ts';
import type { Loop } from './runtime/loop.ts';
import type { Timers } from './runtime/timers.ts';
import type { Store } from './store/store.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Days and visits that the channel matrix is made of: the newest. */
const MATRIX_DAYS = 28;
const MATRIX_VISITS = 20_000;
/** An evaluation that takes longer is given up; 100,000 decisions take a few seconds. */
const EVALUATE_MS = 60_000;
const ANSWER_MAX_BYTES = 4_000_000;

/** Experiments, what was learnt and what offers earn, for the HTTP side and for the command line. */
export interface PolicyDesk {
  readonly ports: PolicyPorts;
  startTimers(timers: Timers): void;
}

/** Builds it. */
export function createPolicyDesk(parts: {
  readonly loaded: LoadedConfig;
  readonly loop: Loop;
  readonly store: Store;
  readonly nowMs: () => number;
  readonly monotonicMs: () => number;
  /** What a discount does, by a model; looked at once a minute. */
  readonly response: ResponseSource;
  /** Runs a command of this program and gives what it printed; by default the installed program, in a process of its own. */
  readonly run?: (words: readonly string[]) => Promise<string>;
}): PolicyDesk {
  const { loaded, loop, store, nowMs, monotonicMs } = parts;
  const run = parts.run ?? runProgram;
  let isEvaluating = false;
  const ports: PolicyPorts = {
    experiments: () => experimentViews(loop.state),
    learnt() {
      const { learnt, store: compiled } = loop.state;
      const policy = compiled?.map.policy;
      return {
        trials: learnt.trials,
        lost: learnt.lost,
        explorationShare: policy?.explorationShare ?? 0,
        holdoutShare: policy?.holdoutShare ?? 0,
        campaigns: toldOf(loop.state),
      };
    },
    channels: cached(MINUTE_MS, { monotonicMs, read: () => channelsOf(store, { loop, nowMs: nowMs() }) }),
    async evaluate(change) {
      if (isEvaluating) return { kind: 'failed', sentence: 'busy' };
      isEvaluating = true;
      try {
        const config = ['--config', loaded.file];
        return JSON.parse(
          await run(['policy', 'evaluate', '--json', ...config, ...wordsOf(change), '--', loaded.config.data.dir]),
        ) as EvaluationView;
      } catch (error) {
        return { kind: 'failed', sentence: `Cannot judge the change: ${error instanceof Error ? error.message : String(error)}` };
      } finally {
        isEvaluating = false;
      }
    },
  };

  /** What the command line asked for, oldest first; asked and answered in the database. */
  async function answerRequests(): Promise<void> {
    for (const { no, verb, detail, by } of store.models.pending()) {
      if (verb !== 'experiment-start' && verb !== 'experiment-stop') continue;
      const outcome = await loop.submit({ kind: 'experiment.switched', experiment: detail, isOn: verb === 'experiment-start', by });
      const isDone = outcome.kind === 'committed' && outcome.reply?.kind === 'done';
      const sentence = isDone
        ? `"${detail}" ${verb === 'experiment-start' ? 'begins anew, with nothing measured' : 'is stopped: everybody gets its first variant'}`
        : outcome.kind === 'committed'
          ? `There is no experiment "${detail}"`
          : 'The store is too busy: try again';
      store.models.answer(no, { ok: isDone, sentence, atMs: nowMs() });
    }
  }
  return {
    ports,
    startTimers(timers) {
      timers.every(SECOND_MS, 'experiment-requests', answerRequests);
      timers.every(MINUTE_MS, 'offer-response', () => parts.response.look());
    },
  };
}

function channelsOf(store: Store, at: { readonly loop: Loop; readonly nowMs: number }): ChannelsView {
  const fromMs = Math.max(0, at.nowMs - MATRIX_DAYS * DAY_MS);
  const visits = store.outcomes.newest(fromMs, MATRIX_VISITS).map(
    (outcome): EligibleVisit => ({
      arm: outcome.arm,
      profitCents: outcome.profitCents,
      discountCents: outcome.discountCents ?? 0,
      converted: outcome.converted,
      valueCents: outcome.salesCents,
      touches: (outcome.touches ?? []).map(({ channel, agoMs }) => ({ channel, atMs: outcome.atMs - agoMs })),
    }),
  );
  const map = at.loop.state.store?.map;
  const report = channelReport(visits, map?.policy.channelCosts ?? {});
  const { lines, treatedVisits, holdoutVisits, incrementalCents } = report;
  const currency = map?.currency ?? 'EUR';
  const money = (cents: Cents) => new Intl.NumberFormat('en', { style: 'currency', currency }).format(cents / 100);
  return {
    atMs: at.nowMs,
    fromMs,
    treatedVisits,
    holdoutVisits,
    incrementalCents: incrementalCents ?? null,
    sentence:
      incrementalCents === undefined
        ? report.sentence
        : `Credit says who was there when something sold. What offers caused, beside visits that chance left in peace, is ${money(incrementalCents.value)} of profit (95 % sure: ${money(incrementalCents.low)} to ${money(incrementalCents.high)})`,
    lines,
  };
}

function wordsOf({ minIntent, maxIntent, minValueCents, without = [] }: PolicyChange): string[] {
  return [
    ...(minIntent === undefined ? [] : [`--min-intent=${minIntent}`]),
    ...(maxIntent === undefined ? [] : [`--max-intent=${maxIntent}`]),
    ...(minValueCents === undefined ? [] : [`--min-value=${minValueCents}`]),
    ...without.map((campaign) => `--without=${campaign}`),
  ];
}

/** A process of its own: an evaluation computes for seconds, in which this one would answer no message. */
function runProgram(words: readonly string[]): Promise<string> {
  const program = join(packageRoot(), 'dist/agent/main.js');
  if (!existsSync(program)) return Promise.reject(new Error('the program is not built (run npm run build)'));
  const options = { timeout: EVALUATE_MS, maxBuffer: ANSWER_MAX_BYTES, windowsHide: true };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, ...words], options, (error, stdout, stderr) => {
      // "Not enough data yet" ends with another code, and is an answer all the same.
      if (stdout.trim().startsWith('{')) return resolve(stdout);
      const [said] = stderr.trim().split('\n');
      reject(new Error(said !== undefined && said !== '' ? said : (error?.message.split('\n')[0] ?? 'it gave no answer')));
    });
  });
}
