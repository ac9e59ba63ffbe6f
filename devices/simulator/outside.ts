import { HOUR_MS, MINUTE_MS, type TimestampMs } from '../../agent/core/units.ts';
import type { Random } from './random.ts';
import type { OutsideEffect, Scenario } from './scenario.ts';
import type { Timeline, VirtualDevices } from './virtual-devices.ts';

/** What the weather and an event do to whoever comes in, each a factor; 1 changes nothing. */
export type Mood = OutsideEffect;

const NEUTRAL: Mood = { arrivals: 1, buy: 1, impulse: 1, patience: 1 };

/** Something that holds from a time until the next one begins. */
interface Spell {
  readonly fromMs: TimestampMs;
  readonly untilMs: TimestampMs;
  readonly kind: (OutsideEffect & { readonly value: string }) | undefined;
}

/**
 * Weather and events around the store: they come and go by dice of their own, change what shoppers do, and are told to the store by a feed that
 * does not always get through. A scenario that names none has neither, and draws nothing.
 */
export class Outside {
  readonly #world: OutsideWorld;
  readonly #settings: Scenario['outside'];
  readonly #weather: Spells;
  readonly #events: Spells;

  constructor(world: OutsideWorld) {
    this.#world = world;
    const { outside } = world.scenario;
    this.#settings = outside;
    const random = world.random.fork('outside');
    this.#weather = new Spells(world.startMs, nextWeather(outside, random.fork('weather')));
    this.#events = new Spells(world.startMs, nextEvent(outside, random.fork('events')));
  }

  /** Plans what the feed tells; call once. */
  start(): void {
    const { weather, events, feed } = this.#settings;
    const device = this.#feedDevice();
    if (device === undefined || (weather.length === 0 && events.length === 0)) return;
    const random = this.#world.random.fork('outside/feed');
    const tell = (nowMs: TimestampMs) => {
      const untilMs = nowMs + Math.round(feed.holdsMinutes * MINUTE_MS);
      const now = this.#weather.at(nowMs);
      const isHeard = random.chance(feed.heardShare);
      if (isHeard && now !== undefined)
        this.#world.devices.send(device, { kind: 'context', topic: 'weather', value: now.value, untilMs }, nowMs);
      if (isHeard && events.length > 0) {
        const value = this.#events.at(nowMs)?.value ?? 'none';
        this.#world.devices.send(device, { kind: 'context', topic: 'event', value, untilMs }, nowMs);
      }
      const nextMs = nowMs + Math.round(feed.everyMinutes * MINUTE_MS);
      this.#world.timeline.at(nextMs, () => tell(nextMs));
    };
    this.#world.timeline.at(this.#world.startMs, () => tell(this.#world.startMs));
  }

  /** What is outside now does to a shopper who comes in. */
  mood(nowMs: TimestampMs): Mood {
    const [weather, event] = [this.#weather.at(nowMs) ?? NEUTRAL, this.#events.at(nowMs) ?? NEUTRAL];
    return {
      arrivals: weather.arrivals * event.arrivals,
      buy: weather.buy * event.buy,
      impulse: weather.impulse * event.impulse,
      patience: weather.patience * event.patience,
    };
  }

  /** An integrator sends context under any device's name; here the first sensor of a room, or else the first door or till. */
  #feedDevice(): string | undefined {
    const { devices } = this.#world;
    const sensors = devices.ofRole('sensor').filter((sensor) => sensor.fixture === undefined);
    return (sensors[0] ?? devices.ofRole('door')[0] ?? devices.ofRole('till')[0])?.id;
  }
}

/** What `Outside` needs of the rest. */
export interface OutsideWorld {
  readonly scenario: Scenario;
  readonly devices: VirtualDevices;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly startMs: TimestampMs;
}

/** Spells one after the other, made when they are first asked for. Time only moves forward, so the last one is all that is kept. */
class Spells {
  readonly #next: (fromMs: TimestampMs, last: Spell | undefined) => Spell;
  #spell: Spell;

  constructor(startMs: TimestampMs, next: (fromMs: TimestampMs, last: Spell | undefined) => Spell) {
    this.#next = next;
    this.#spell = next(startMs, undefined);
  }

  at(nowMs: TimestampMs): Spell['kind'] {
    while (nowMs >= this.#spell.untilMs) this.#spell = this.#next(this.#spell.untilMs, this.#spell);
    return this.#spell.kind;
  }
}

function nextWeather({ weather, weatherHours }: Scenario['outside'], random: Random): (fromMs: TimestampMs) => Spell {
  return (fromMs) => {
    const kind = random.weighted(weather, ({ weight }) => weight);
    return { fromMs, untilMs: kind === undefined ? Number.POSITIVE_INFINITY : fromMs + spell(weatherHours, random), kind };
  };
}

/** Quiet spells and events take turns. */
function nextEvent(
  { events, eventHours, quietHours }: Scenario['outside'],
  random: Random,
): (fromMs: TimestampMs, last: Spell | undefined) => Spell {
  return (fromMs, last) => {
    if (events.length === 0) return { fromMs, untilMs: Number.POSITIVE_INFINITY, kind: undefined };
    const isQuiet = last === undefined || last.kind !== undefined;
    const kind = isQuiet ? undefined : random.weighted(events, ({ weight }) => weight);
    return { fromMs, untilMs: fromMs + spell(isQuiet ? quietHours : eventHours, random), kind };
  };
}

/** At least ten minutes: nothing outside flickers. */
function spell(meanHours: number, random: Random): number {
  return Math.max(10 * MINUTE_MS, Math.round(random.exponential(meanHours * HOUR_MS)));
}
