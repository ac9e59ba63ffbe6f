import type { TimestampMs } from '../../agent/core/units.ts';
import type { FloorPlan } from './path.ts';
import type { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import type { Timeline, VirtualDevices } from './virtual-devices.ts';

/** What watches rooms and not shelves: people counters at the door, cameras that count heads, climate. */
export class RoomSensors {
  readonly #world: RoomWorld;
  readonly #random: Random;
  readonly #people: () => Iterable<{ readonly zone: string }>;
  readonly #doors: readonly string[];

  constructor(world: RoomWorld, people: () => Iterable<{ readonly zone: string }>) {
    this.#world = world;
    this.#random = world.random.fork('rooms');
    this.#people = people;
    this.#doors = world.devices.ofRole('door').map((door) => door.id);
  }

  /** Plans the regular reports; call once. */
  start(): void {
    const { presenceIntervalSeconds, climateIntervalSeconds } = this.#world.scenario.devices;
    for (const camera of this.#world.devices.ofRole('camera')) {
      if (camera.zone !== undefined) this.#every(presenceIntervalSeconds, (nowMs) => this.#count(camera.id, camera.zone, nowMs));
    }
    for (const sensor of this.#world.devices.ofRole('sensor')) {
      if (sensor.fixture === undefined) this.#every(climateIntervalSeconds, (nowMs) => this.#climate(sensor.id, nowMs));
    }
  }

  /** A person passes; each walks through one of the doors. */
  passDoor(direction: 'in' | 'out', nowMs: TimestampMs): void {
    const door = this.#random.choice(this.#doors);
    const missed = this.#random.chance(this.#world.scenario.noise.doorMissShare);
    if (door === undefined || missed) return;
    this.#world.devices.send(door, { kind: 'door.count', in: direction === 'in' ? 1 : 0, out: direction === 'out' ? 1 : 0 }, nowMs);
  }

  #count(camera: string, zone: string | undefined, nowMs: TimestampMs): void {
    const { cameraMissShare, cameraGhostShare } = this.#world.scenario.noise;
    let count = this.#random.chance(cameraGhostShare) ? 1 : 0;
    for (const person of this.#people()) if (person.zone === zone && !this.#random.chance(cameraMissShare)) count += 1;
    this.#world.devices.send(camera, { kind: 'presence', count }, nowMs);
  }

  #climate(sensor: string, nowMs: TimestampMs): void {
    // A day's swing around a shop's usual values; nothing depends on it.
    const swing = Math.sin((nowMs / 86_400_000) * 2 * Math.PI);
    this.#world.devices.send(
      sensor,
      {
        kind: 'climate',
        temperatureC: tenths(21 + swing + this.#random.normal(0, 0.1)),
        humidityPercent: tenths(Math.min(100, Math.max(0, 45 - 4 * swing + this.#random.normal(0, 0.5)))),
      },
      nowMs,
    );
  }

  #every(seconds: number, act: (nowMs: TimestampMs) => void): void {
    const everyMs = Math.round(seconds * 1_000);
    let nowMs = this.#world.startMs + this.#random.below(everyMs);
    const again = () => {
      act(nowMs);
      nowMs += everyMs;
      this.#world.timeline.at(nowMs, again);
    };
    this.#world.timeline.at(nowMs, again);
  }
}

/** What the room sensors need of the rest. */
export interface RoomWorld {
  readonly scenario: Scenario;
  readonly devices: VirtualDevices;
  readonly timeline: Timeline;
  readonly plan: FloorPlan;
  readonly random: Random;
  readonly startMs: TimestampMs;
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
