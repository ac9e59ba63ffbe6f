import { distance, type Point } from './path.ts';
import type { Random } from './random.ts';
import type { Scenario } from './scenario.ts';

/** A receiver on the plan. */
export interface Receiver {
  readonly device: string;
  readonly at: Point;
  readonly zone: string;
  /** Fixed error of this receiver. */
  readonly offsetDb: number;
}

/**
 * How strong one transmitter is at each receiver: log-distance path loss, a loss between zones, slow shadowing that is correlated in time
 * (people and shelves in the way) and fast fading.
 */
export class RadioLink {
  readonly #noise: Scenario['noise'];
  readonly #random: Random;
  /** Shadowing at each receiver, in the order of the receivers, and when it was last moved on. */
  readonly #shadowDb: number[] = [];
  #movedAtMs = Number.NEGATIVE_INFINITY;

  constructor(noise: Scenario['noise'], random: Random) {
    this.#noise = noise;
    this.#random = random;
  }

  /** Calls back for every receiver that hears the transmitter, with whole dBm. Receivers must be the same ones, in the same order, each time. */
  hear(
    from: { readonly at: Point; readonly zone: string; readonly nowMs: number },
    receivers: readonly Receiver[],
    heard: (receiver: Receiver, rssiDbm: number) => void,
  ): void {
    const { txPowerDbm, pathLossExponent, zoneWallDb, fadingDb, sensitivityDbm } = this.#noise;
    this.#moveShadows(receivers.length, from.nowMs);
    for (let at = 0; at < receivers.length; at += 1) {
      const receiver = receivers[at]!;
      // Nearer than half a metre the formula says more than an aerial does.
      const loss = 10 * pathLossExponent * Math.log10(Math.max(0.5, distance(from.at, receiver.at)));
      const wall = receiver.zone === from.zone ? 0 : zoneWallDb;
      const fading = fadingDb === 0 ? 0 : this.#random.normal(0, fadingDb);
      const rssiDbm = Math.round(txPowerDbm - loss - wall + receiver.offsetDb + (this.#shadowDb[at] ?? 0) + fading);
      if (rssiDbm >= sensitivityDbm) heard(receiver, Math.min(rssiDbm, 0));
    }
  }

  #moveShadows(count: number, nowMs: number): void {
    const { shadowingDb, shadowingSeconds } = this.#noise;
    if (shadowingDb === 0) return;
    const kept = Math.exp(-(nowMs - this.#movedAtMs) / (shadowingSeconds * 1_000));
    const added = shadowingDb * Math.sqrt(1 - kept * kept);
    for (let at = 0; at < count; at += 1) this.#shadowDb[at] = (this.#shadowDb[at] ?? 0) * kept + this.#random.normal(0, added);
    this.#movedAtMs = nowMs;
  }
}
