import { describe, expect, it } from 'vitest';
import type { ScoreEffect } from '../../agent/core/effect.ts';
import type { Surroundings } from '../../agent/core/journeys/surroundings.ts';
import { CoreDriver, START_MS, visitIn } from '../support/core-driver.ts';
import { sampleStore } from '../support/sample-store.ts';

const HOUR_MS = 3_600_000;
const VISIT = visitIn('treated');

type Said = readonly (readonly [topic: string, value: string, hours?: number])[];

/** What comes with the request for a score, after some messages and half an hour. */
function around(said: Said, more: { readonly waitMs?: number; readonly timeZone?: string } = {}): Surroundings {
  const { timeZone = 'Europe/Berlin', waitMs = HOUR_MS / 2 } = more;
  const driver = new CoreDriver({ ...sampleStore(), timeZone });
  driver.intent = undefined;
  for (const [topic, value, hours = 1] of said)
    driver.reading('climate-1', { kind: 'context', topic, value, untilMs: driver.nowMs + hours * HOUR_MS });
  driver.wait(waitMs).open(VISIT, { fixture: 'shelf-03' });
  driver.pick('03-2');
  const asked = driver.effects.filter((effect): effect is ScoreEffect => effect.kind === 'score').at(-1);
  if (asked === undefined) throw new Error('nothing was scored');
  return asked.around;
}

describe('what is around a visit', () => {
  it.each<[string, Said, Omit<Surroundings, 'weekday'>]>([
    ['nothing where nobody says anything', [], {}],
    ['the weather in the words of whoever told it', [['weather', 'Light rain']], { weather: 'Light rain' }],
    [
      'the newest word',
      [
        ['weather', 'rain'],
        ['weather', 'sunny'],
      ],
      { weather: 'sunny' },
    ],
    ['no weather that is over', [['weather', 'rain', 0.25]], {}],
    [
      'of several topics the plain one',
      [
        ['weather', 'rain'],
        ['weather/outside', 'sunny'],
      ],
      { weather: 'rain' },
    ],
    [
      'without it the newest',
      [
        ['weather/roof', 'rain'],
        ['weather/door', 'sunny'],
      ],
      { weather: 'sunny' },
    ],
    [
      'and where the plain one is over, the other',
      [
        ['weather', 'rain', 0.25],
        ['weather/door', 'sunny'],
      ],
      { weather: 'sunny' },
    ],
    [
      'nothing of topics that only begin alike',
      [
        ['weathercock', 'rain'],
        ['eventual', 'yes'],
      ],
      {},
    ],
    ['an event', [['event', 'street fair']], { hasEvent: true }],
    ['an event of a topic of its own', [['event/stadium', 'match']], { hasEvent: true }],
    [
      'an event among several topics',
      [
        ['events/a', 'none'],
        ['events/b', 'match'],
        ['events/c', 'none'],
      ],
      { hasEvent: true },
    ],
    ['none where it is said that there is none', [['event', ' None ']], { hasEvent: false }],
    ['none where it is over', [['event', 'street fair', 0.25]], { hasEvent: false }],
    ['nothing of other topics', [['pollen', 'high']], {}],
  ])('is %s', (_, said, expected) => {
    expect(around(said)).toEqual({ weekday: 0, ...expected });
  });

  it.each([
    ['Europe/Berlin', 0, 0],
    ['Europe/Berlin', 14 * HOUR_MS, 1],
    ['Pacific/Auckland', 3 * HOUR_MS, 0],
    ['Pacific/Auckland', 5 * HOUR_MS, 1],
    ['Pacific/Honolulu', 0, 6],
    ['Europe/Berlin', 5 * 24 * HOUR_MS, 5],
  ])('is the local day of the week: %s, %i ms after Monday 8:00 UTC', (timeZone, waitMs, weekday) => {
    expect(START_MS).toBe(Date.UTC(2026, 5, 1, 8));
    expect(around([], { timeZone, waitMs }).weekday).toBe(weekday);
  });
});
