import type { TimestampMs } from '../../agent/core/units.ts';
import type { Beacons } from './beacons.ts';
import type { Checkout } from './checkout.ts';
import type { Goods } from './goods.ts';
import type { TruthSink } from './ground-truth.ts';
import type { FloorPlan } from './path.ts';
import type { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import type { Shelves } from './shelves.ts';
import type { Timeline, VirtualDevices } from './virtual-devices.ts';

/** The simulated store as one shopper meets it. */
export interface World {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly random: Random;
  readonly plan: FloorPlan;
  readonly goods: Goods;
  readonly shelves: Shelves;
  readonly beacons: Beacons;
  readonly checkout: Checkout;
  readonly devices: VirtualDevices;
  readonly timeline: Timeline;
  readonly truth: TruthSink;
  /** Counts somebody passing the door. */
  passDoor(direction: 'in' | 'out', nowMs: TimestampMs): void;
}
