import { z } from 'zod';
import { CHANNELS } from '../../core/touch.ts';
import { AtMs, CentsAmount, Id, list, plainText, Share } from './common.ts';

const Figure = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });

/** Answer of `GET /api/v1/store/experiments`. */
export const ExperimentList = z.strictObject({
  experiments: list(
    z.strictObject({
      id: Id,
      name: z.string(),
      campaign: Id,
      campaignName: z.string(),
      origin: z.enum(['config', 'manager']),
      status: z.enum(['running', 'won', 'no-better', 'stopped', 'broken']),
      use: z.string().optional(),
      sentence: z.string(),
      sinceMs: AtMs,
      decidedAtMs: AtMs.optional(),
      metric: z.enum(['profit', 'purchases']),
      effect: z.number(),
      ratioPValue: Share,
      variants: list(
        z.strictObject({
          name: z.string(),
          share: Share,
          exposed: z.int(),
          measured: z.int(),
          mean: z.number().optional(),
          difference: Figure.extend({ reduced: Share }).optional(),
        }),
      ),
    }),
  ),
});

const Discount = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('percent'), percent: z.number().gt(0).lt(100) }),
  z.strictObject({ kind: z.literal('amount'), cents: z.int().min(1).max(100_000_000) }),
]);

/** Body of `POST /api/v1/store/experiments`: the campaign as it is against one change of it. */
export const NewExperimentBody = z.strictObject({
  id: Id,
  name: plainText(120),
  campaign: Id,
  metric: z.enum(['profit', 'purchases']),
  /** Smallest difference a visit that matters: cents, or a share. */
  effect: z.number().gt(0).max(1_000_000),
  variant: z.strictObject({
    name: plainText(60),
    headline: plainText(140).optional(),
    discount: Discount.optional(),
    isOff: z.boolean().optional(),
    channels: z
      .array(z.enum(['phone', 'shelf-display']))
      .min(1)
      .max(2)
      .optional(),
  }),
  /** Share of the visits that get the change; the others get the campaign as it is. */
  share: z.number().gt(0).lt(1).default(0.5),
  shiftsToWinner: z.boolean().default(true),
});

/** Body of `POST /api/v1/store/experiments/{id}`. */
export const SwitchBody = z.strictObject({ isOn: z.boolean() });

export const ExperimentNow = z.strictObject({ id: Id, isOn: z.boolean() });

/** Answer of `GET /api/v1/store/learnt`. */
export const LearntNow = z.strictObject({
  trials: z.number(),
  lost: z.number(),
  explorationShare: Share,
  holdoutShare: Share,
  campaigns: list(
    z.strictObject({
      campaign: Id,
      name: z.string(),
      offers: z.number(),
      more: Figure.optional(),
      profitCents: Figure.optional(),
      treatedVisits: z.number(),
      holdoutVisits: z.number(),
      sentence: z.string(),
      differences: list(z.string()),
      stopped: z.string().optional(),
    }),
  ),
});

/** Answer of `GET /api/v1/store/channels`. */
export const ChannelsNow = z.strictObject({
  atMs: AtMs,
  fromMs: AtMs,
  treatedVisits: z.int(),
  holdoutVisits: z.int(),
  incrementalCents: Figure.nullable(),
  sentence: z.string(),
  lines: list(
    z.strictObject({
      channel: z.enum(CHANNELS),
      exposed: z.int(),
      exposures: z.int(),
      conversion: Figure,
      costCents: CentsAmount,
      credit: z.strictObject({ first: Figure, last: Figure, linear: Figure, position: Figure, shapley: Figure }),
    }),
  ),
});

/** Body of `POST /api/v1/store/policy/evaluate`: what would be offered no more. */
export const EvaluateBody = z.strictObject({
  minIntent: Share.optional(),
  maxIntent: Share.optional(),
  minValueCents: z.int().min(-1_000_000).max(1_000_000).optional(),
  without: z.array(Id).max(100).optional(),
});

const JudgedPolicy = z.strictObject({
  name: z.string(),
  ips: Figure,
  snips: Figure,
  dr: Figure,
  clip: z.number(),
  effectiveRows: z.number(),
  warnings: list(z.string()),
});

/** Answer of `POST /api/v1/store/policy/evaluate`. */
export const EvaluationNow = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('judged'),
    visits: z.int(),
    offered: z.int(),
    stopped: z.int(),
    change: Figure,
    sentence: z.string(),
    policies: list(JudgedPolicy),
    personal: z.string(),
  }),
  z.strictObject({ kind: z.literal('too-early'), sentence: z.string() }),
  z.strictObject({ kind: z.literal('failed'), sentence: z.string() }),
]);
