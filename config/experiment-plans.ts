import type { ExperimentPlan, VariantPlan } from '../agent/core/store-map.ts';
import { localMoment } from './local-time.ts';
import type { StoreConfig } from './schema.ts';

/** The experiments of a configuration as the core knows them. */
export function experimentPlans({ experiments, store }: StoreConfig): readonly ExperimentPlan[] {
  return experiments.map((experiment) => {
    const { id, name, campaign, layer, from, to, effect, alpha, shiftToWinner, startsAt, endsAt, variants } = experiment;
    const startsAtMs = startsAt === undefined ? undefined : localMoment(startsAt, store.timeZone, 'start');
    const endsAtMs = endsAt === undefined ? undefined : localMoment(endsAt, store.timeZone, 'end');
    return {
      id,
      name,
      campaign,
      layer: layer ?? id,
      from,
      to,
      variants: variants.map(toVariant),
      metric: effect.metric,
      effect: effect.effect,
      alpha,
      shiftsToWinner: shiftToWinner,
      ...(startsAtMs === undefined ? {} : { startsAtMs }),
      ...(endsAtMs === undefined ? {} : { endsAtMs }),
    };
  });
}

function toVariant({
  name,
  weight,
  off,
  headline,
  discount,
  channels,
}: StoreConfig['experiments'][number]['variants'][number]): VariantPlan {
  return {
    name,
    weight,
    ...(off ? { isOff: true } : {}),
    ...(headline === undefined ? {} : { headline }),
    ...(discount === undefined ? {} : { discount }),
    ...(channels === undefined ? {} : { channels }),
  };
}
