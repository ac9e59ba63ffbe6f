import { z } from 'zod';
import type { PolicyChange } from '../../core/policy/overview.ts';
import type { ExperimentPlan } from '../../core/store-map.ts';
import type { HttpContext } from '../context.ts';
import { problem } from '../problem.ts';
import { defineRoute, json, type Route } from '../route.ts';
import { Id } from '../schemas/common.ts';
import {
  ChannelsNow,
  EvaluateBody,
  EvaluationNow,
  ExperimentList,
  ExperimentNow,
  LearntNow,
  NewExperimentBody,
  SwitchBody,
} from '../schemas/policy.ts';
import { problemOf } from '../submit-problem.ts';

/** Chance of a false alarm of an experiment that a manager begins. */
const ALPHA = 0.05;

/** Experiments, what was learnt, what the channels are worth, and a change judged before it goes live. */
export function experimentRoutes({ ports }: HttpContext): readonly Route[] {
  const { policy, submit } = ports;
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/store/experiments',
      policy: 'viewer',
      group: 'manager',
      summary: 'Experiments with what they found so far, those that run first',
      responses: { 200: { description: 'The experiments', schema: ExperimentList } },
      handle: () => json(200, { experiments: policy.experiments() }),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/store/experiments',
      policy: 'manager',
      group: 'manager',
      summary: 'Begin an experiment: a campaign as it is, against one change of it',
      body: NewExperimentBody,
      responses: { 200: { description: 'It runs', schema: ExperimentNow } },
      handle: async ({ body, caller }) => {
        const plan = planOf(body);
        return (
          problemOf(await submit.submit({ kind: 'experiment.defined', plan, by: caller.name })) ?? json(200, { id: plan.id, isOn: true })
        );
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/store/experiments/:id',
      policy: 'manager',
      group: 'manager',
      summary: 'Stop an experiment, or begin it anew with nothing measured',
      params: z.strictObject({ id: Id }),
      body: SwitchBody,
      responses: { 200: { description: 'What holds from now on', schema: ExperimentNow } },
      handle: async ({ params, body, caller }) => {
        const { isOn } = body;
        const input = { kind: 'experiment.switched', experiment: params.id, isOn, by: caller.name } as const;
        return problemOf(await submit.submit(input)) ?? json(200, { id: params.id, isOn });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/store/learnt',
      policy: 'viewer',
      group: 'manager',
      summary: 'What offers were seen to do, campaign by campaign, with 95 % intervals',
      responses: { 200: { description: 'What was learnt', schema: LearntNow } },
      handle: () => json(200, policy.learnt()),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/store/channels',
      policy: 'viewer',
      group: 'manager',
      summary: 'Exposure, conversion, cost and credit of each channel, beside what the holdout shows that offers caused',
      responses: { 200: { description: 'The channel matrix, at most a minute old', schema: ChannelsNow } },
      handle: () => json(200, policy.channels()),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/store/policy/evaluate',
      policy: 'manager',
      group: 'manager',
      summary: 'Judge narrower offer rules by the store’s own log before they go live: IPS, SNIPS, doubly robust',
      body: EvaluateBody,
      responses: { 200: { description: 'Profit a visit under each, with 95 % intervals', schema: EvaluationNow } },
      handle: async ({ body }) => {
        const found = await policy.evaluate(defined(body));
        return found.kind === 'failed' && found.sentence === 'busy' ? problem('evaluating') : json(200, found);
      },
    }),
  ];
}

function planOf(body: z.output<typeof NewExperimentBody>): ExperimentPlan {
  const { id, name, campaign, metric, effect, variant, share, shiftsToWinner } = body;
  const { headline, discount, isOff, channels } = variant;
  return {
    id,
    name,
    campaign,
    layer: id,
    from: 0,
    to: 1,
    metric,
    effect,
    alpha: ALPHA,
    shiftsToWinner,
    variants: [
      { name: 'as it is', weight: 1 - share },
      {
        name: variant.name,
        weight: share,
        ...(isOff === true ? { isOff } : {}),
        ...(headline === undefined ? {} : { headline }),
        ...(discount === undefined ? {} : { discount }),
        ...(channels === undefined ? {} : { channels }),
      },
    ],
  };
}

function defined({ minIntent, maxIntent, minValueCents, without }: z.output<typeof EvaluateBody>): PolicyChange {
  return {
    ...(minIntent === undefined ? {} : { minIntent }),
    ...(maxIntent === undefined ? {} : { maxIntent }),
    ...(minValueCents === undefined ? {} : { minValueCents }),
    ...(without === undefined ? {} : { without }),
  };
}
