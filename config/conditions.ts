import type { CampaignConditions, MemberConditions } from '../agent/core/journeys/conditions.ts';
import type { StoreConfig } from './schema.ts';

type Written = NonNullable<StoreConfig['campaigns'][number]['when']>;

/** A campaign's conditions as the core knows them: topics in one table, values in lower case. */
export function toConditions(written: Written): CampaignConditions {
  const { weather, event, context = {}, member, hours, days, stages, followUp } = written;
  const topics = Object.entries({ ...(weather === undefined ? {} : { weather }), ...(event === undefined ? {} : { event }), ...context });
  return {
    ...(topics.length === 0 ? {} : { context: Object.fromEntries(topics.map(([topic, values]) => [topic, lowered(values)])) }),
    ...(hours === undefined ? {} : { hours }),
    ...(days === undefined ? {} : { days }),
    ...(stages === undefined ? {} : { stages }),
    ...(followUp === undefined ? {} : { followUp }),
    ...(member === undefined ? {} : { member: toMember(member) }),
  };
}

function lowered(values: string | readonly string[]): readonly string[] {
  return (typeof values === 'string' ? [values] : values).map((value) => value.toLowerCase());
}

function toMember({ minVisits, maxVisits, minValue, minDaysSince, maxDaysSince }: NonNullable<Written['member']>): MemberConditions {
  return {
    ...(minVisits === undefined ? {} : { minVisits }),
    ...(maxVisits === undefined ? {} : { maxVisits }),
    ...(minValue === undefined ? {} : { minValueCents: minValue }),
    ...(minDaysSince === undefined ? {} : { minDaysSince }),
    ...(maxDaysSince === undefined ? {} : { maxDaysSince }),
  };
}
