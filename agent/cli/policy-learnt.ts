import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod';
import { logOddsAt } from '../core/policy/belief.ts';
import { fleetPrior } from '../core/policy/fleet-prior.ts';
import { beliefOf, NO_OFFER } from '../core/policy/learnt.ts';
import { sigmoid } from '../core/policy/normal.ts';
import { PRIOR_WITHOUT, priorOf } from '../core/policy/prior.ts';
import { toldOf } from '../core/policy/told.ts';
import type { State } from '../core/state.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';
import { readState, sourceOf } from './policy-log.ts';

/** What one store hands to the fleet: what it believes of each campaign, and in which situations. Names no visit. */
const exportSchema = z.object({
  store: z.string(),
  campaigns: z.array(
    z.object({
      campaign: z.string(),
      outcomes: z.number(),
      discountShare: z.number().gt(0).optional(),
      belief: beliefSchema(),
      without: beliefSchema(),
      typical: z.array(z.number()),
      typicalWithout: z.array(z.number()),
    }),
  ),
});

type Export = z.infer<typeof exportSchema>;

function beliefSchema() {
  return z.object({ mean: z.array(z.number()), covariance: z.array(z.array(z.number())) });
}

/** `endcap policy learnt`: what offers were seen to do, campaign by campaign. */
export function learnt(
  log: string | undefined,
  words: { readonly config?: string; readonly json?: boolean },
  context: CommandContext,
): void {
  const source = sourceOf(log, words.config, context);
  const state = readState(source);
  if (words.json === true) return context.print(JSON.stringify(exportOf(state, source.loaded.store.storeId)));
  const { trials, lost } = state.learnt;
  context.print(`${trials} outcomes learnt from, ${lost} that will never be known`);
  for (const { name, sentence, profitCents, differences, stopped } of toldOf(state)) {
    const profit =
      profitCents === undefined
        ? ''
        : `; ${(profitCents.value / 100).toFixed(2)} profit a visit (${(profitCents.low / 100).toFixed(2)} to ${(profitCents.high / 100).toFixed(2)})`;
    context.print(`${name}: ${sentence}${profit}${stopped === undefined ? '' : `; stopped by itself: ${stopped}`}`);
    for (const difference of differences) context.print(`  ${difference}`);
  }
}

/** `endcap policy fleet-prior`: what a new store may believe of each campaign, from what others have learnt. */
export function fleetPriors(files: readonly string[], context: CommandContext): void {
  const stores = files.map((file) => readExport(resolve(context.workingDirectory, file)));
  const names = new Set(stores.flatMap(({ campaigns }) => campaigns.map(({ campaign }) => campaign)));
  let found = 0;
  for (const name of names) {
    const known = stores.flatMap(({ campaigns }) =>
      campaigns.filter(({ campaign, outcomes }) => campaign === name && outcomes >= MIN_OUTCOMES),
    );
    const share = known.find(({ discountShare }) => discountShare !== undefined)?.discountShare;
    if (known.length === 0 || share === undefined) {
      context.print(`# ${name}: no store has seen ${MIN_OUTCOMES} outcomes of a discount of one size`);
      continue;
    }
    found++;
    const mean = (lists: readonly (readonly number[])[]) =>
      lists[0]!.map((_, i) => lists.reduce((sum, list) => sum + list[i]!, 0) / lists.length);
    const withOffer = logOddsAt(
      fleetPrior(
        known.map(({ belief }) => belief),
        PRIOR_WITHOUT,
      ),
      mean(known.map(({ typical }) => typical)),
    );
    const without = logOddsAt(
      fleetPrior(
        known.map((one) => one.without),
        PRIOR_WITHOUT,
      ),
      mean(known.map(({ typicalWithout }) => typicalWithout)),
    );
    const [p, base] = [sigmoid(withOffer.mean), sigmoid(without.mean)];
    const response = Math.min(20, Math.max(0, (p - base) / Math.max(0.01, 1 - base) / share));
    context.print(`# ${name}: from ${known.length} stores`);
    context.print(`prior: { response: ${response.toFixed(2)}, deviation: ${Math.min(3, Math.max(0.05, withOffer.deviation)).toFixed(2)} }`);
  }
  if (found === 0) context.finish(EXIT.found);
}

/** Fewest outcomes of a store before its word counts. */
const MIN_OUTCOMES = 30;

function exportOf(state: State, store: string): Export {
  const without = beliefOf(state.learnt, NO_OFFER, PRIOR_WITHOUT);
  return {
    store,
    campaigns: (state.store?.campaigns ?? []).flatMap((campaign) => {
      const action = state.learnt.actions.get(campaign.id);
      if (action === undefined || action.rows <= 0) return [];
      const { discount } = campaign;
      const belief = beliefOf(state.learnt, campaign.id, priorOf(campaign));
      const typical = action.typical.map((sum) => sum / action.rows);
      return [
        {
          campaign: campaign.id,
          outcomes: action.rows,
          ...(discount.kind === 'percent' ? { discountShare: discount.percent / 100 } : {}),
          belief: plain(belief),
          without: plain(without),
          typical,
          typicalWithout: action.typicalWithout?.map((sum) => sum / action.rows) ?? typical,
        },
      ];
    }),
  };
}

function plain({ mean, covariance }: { readonly mean: readonly number[]; readonly covariance: readonly (readonly number[])[] }) {
  return { mean: [...mean], covariance: covariance.map((line) => [...line]) };
}

function readExport(path: string): Export {
  try {
    return exportSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const fact =
      error instanceof z.ZodError || error instanceof SyntaxError ? 'it is not what "endcap policy learnt --json" writes' : String(error);
    throw new CliFailure(`Cannot read "${path}": ${fact}`, { exitCode: EXIT.unavailable, cause: error });
  }
}
