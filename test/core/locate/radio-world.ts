import type { FloorPlan } from '../../../agent/core/locate/floor.ts';
import type { SurveyStand } from '../../../agent/core/locate/survey.ts';
import type { Zone } from '../../../agent/core/store-map.ts';

/** A hall of 24 by 12 m with two zones side by side and a scanner in each corner and in the middle of the long walls. */
export function hall(changes: Partial<FloorPlan> = {}): FloorPlan {
  return {
    plan: { widthM: 24, depthM: 12 },
    zones: [zone('west', 0, 12), zone('east', 12, 24)],
    devices: [
      [1, 1],
      [23, 1],
      [1, 11],
      [23, 11],
      [12, 0.5],
      [12, 11.5],
    ].map(([xM = 0, yM = 0], index) => ({
      id: `scan-${index}`,
      name: `Scanner ${index}`,
      adapter: 'native',
      role: 'scanner',
      quietAfterMs: 60_000,
      xM,
      yM,
    })),
    ...changes,
  };
}

function zone(id: string, x0: number, x1: number): Zone {
  const outline = [
    { xM: x0, yM: 0 },
    { xM: x1, yM: 0 },
    { xM: x1, yM: 12 },
    { xM: x0, yM: 12 },
  ];
  return { id, name: id, kind: 'aisle', outline, offersAllowed: true };
}

/** Numbers in [0, 1) that are the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

/** A building whose radio is its own: exponent 2.2, scanners that differ, shadows of 4 dB that are alike within two metres, fading of 4 dB. */
export class RadioWorld {
  readonly #random: () => number;
  readonly #plan: FloorPlan;
  readonly #offsets: readonly number[];
  readonly #waves: readonly (readonly { readonly kx: number; readonly ky: number; readonly phase: number }[])[];

  constructor(seed: number, plan: FloorPlan = hall()) {
    this.#random = randomOf(seed);
    this.#plan = plan;
    this.#offsets = plan.devices.map(() => 3 * this.#normal());
    this.#waves = plan.devices.map(() =>
      Array.from({ length: 8 }, () => ({ kx: this.#normal() / 12, ky: this.#normal() / 12, phase: 2 * Math.PI * this.#random() })),
    );
  }

  /** One advertisement: what each scanner that gets it hears; a fifth of them miss it. */
  advertise(xM: number, yM: number): readonly { readonly scanner: string; readonly rssiDbm: number }[] {
    return this.#plan.devices.flatMap(({ id, xM: x = 0, yM: y = 0 }, index) => {
      if (this.#random() < 0.2) return [];
      const metres = Math.max(0.5, Math.hypot(x - xM, y - yM, 1.3));
      const shadow = this.#waves[index]!.reduce(
        (sum, { kx, ky, phase }) => sum + 2 * Math.cos(2 * Math.PI * (kx * xM + ky * yM) + phase),
        0,
      );
      const rssiDbm = -60 + this.#offsets[index]! - 22 * Math.log10(metres) + shadow + 4 * this.#normal();
      return rssiDbm < -98 ? [] : [{ scanner: id, rssiDbm: Math.round(rssiDbm) }];
    });
  }

  /** Somebody standing there for some seconds with a tag that speaks twice a second. */
  stand(at: { readonly zone: string; readonly xM: number; readonly yM: number }, seconds = 30, fromMs = 0): SurveyStand {
    const sightings = Array.from({ length: 2 * seconds }, (_, half) => half).flatMap((half) =>
      this.advertise(at.xM, at.yM).map((heard) => ({ atMs: fromMs + half * 500, ...heard })),
    );
    return { ...at, sightings };
  }

  #normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#random())) * Math.cos(2 * Math.PI * this.#random());
  }
}

/** Stands every 2 m over the whole hall, each named by its zone. */
export function gridOfStands(world: RadioWorld): readonly SurveyStand[] {
  const stands: SurveyStand[] = [];
  for (let xM = 1; xM < 24; xM += 2) {
    for (let yM = 1; yM < 12; yM += 2) stands.push(world.stand({ zone: xM < 12 ? 'west' : 'east', xM, yM }, 10));
  }
  return stands;
}
