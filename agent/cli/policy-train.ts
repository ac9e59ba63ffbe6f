import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { TrialVisit } from '../../models/policy/response/train-response.ts';
import { VISIT_SPEC } from '../../models/visit-spec.ts';
import { responseFile } from '../response-file.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit.ts';
import { readEligible, sourceOf } from './policy-log.ts';
import type { EligibleDecision } from './policy-rows.ts';

export interface TrainWords {
  readonly config?: string;
  readonly out?: string;
  readonly seed: string;
  readonly json?: boolean;
}

/** `endcap policy train`: learns from the log what a discount does, and to whom; a running agent takes it over within a minute. */
export async function train(log: string | undefined, words: TrainWords, context: CommandContext): Promise<void> {
  const source = sourceOf(log, words.config, context);
  const visits = readEligible(source).flatMap(trialOf);
  const offered = visits.filter(({ isOffered }) => isOffered).length;
  const { trainResponse, MIN_VISITS } = await import('../../models/policy/response/train-response.ts');
  if (Math.min(offered, visits.length - offered) < MIN_VISITS) {
    context.print(
      `Not enough data yet: ${visits.length - offered} measured visits without an offer and ${offered} with, ${MIN_VISITS} of each are needed`,
    );
    return context.finish(EXIT.found);
  }
  const { responseName, writeResponseModel } = await import('../../models/policy/response/response-model.ts');
  const model = trainResponse(visits, { seed: Number(words.seed) });
  const out = words.out === undefined ? responseFile(source.loaded.config.data.dir) : resolve(context.workingDirectory, words.out);
  mkdirSync(dirname(out), { recursive: true, mode: 0o700 });
  // First beside it, then in its place: whoever reads it sees the old one or the new one.
  writeFileSync(`${out}.new`, writeResponseModel(model), { mode: 0o600 });
  renameSync(`${out}.new`, out);
  if (words.json === true) return context.print(JSON.stringify({ name: responseName(model), file: out, model }));
  context.print(`${responseName(model)} from ${visits.length} visits, ${offered} of them with an offer, in ${out}`);
  context.print(model.sentence);
}

function trialOf(row: EligibleDecision): TrialVisit[] {
  const { score } = row.decision;
  if (score === undefined || score.featureSpec !== VISIT_SPEC.id || row.discountShare === undefined || row.discountShare <= 0) return [];
  return [
    {
      features: score.features,
      intent: score.intent,
      discountShare: row.discountShare,
      isOffered: row.isOffered,
      isBought: row.isBought,
      propensity: row.propensity,
      atMs: row.decision.atMs,
    },
  ];
}
