import type { TimestampMs } from '../../agent/core/units.ts';
import { type ScenePlate, type SceneReport, ShelfScene } from './shelf-scene.ts';

/** A situation at a shelf that scales must get right, with how its scales report where that is the point. */
export interface SceneKind {
  readonly name: string;
  readonly plates: readonly ScenePlate[];
  readonly report?: Omit<SceneReport, 'seed' | 'hz' | 'noise'>;
  /** Scales of long scenes report at most so often, or a day of them would be millions of readings. */
  readonly mostHz?: number;
  readonly act: (scene: ShelfScene) => void;
}

/** Deviation of a packed product's weight; filling machines keep it between 1 and 2 %. */
const SPREAD = 0.015;

/** Everyday goods, from a muesli bar to a litre of milk. */
const EVERYDAY = platesOf([45, 110, 280, 510, 1_040]);

/** The scenes that the detector is scored on. */
export const SHELF_SCENES: readonly SceneKind[] = [
  { name: 'pick', plates: EVERYDAY, act: (scene) => repeat(scene, 24, () => takeSome(scene, 2)) },
  {
    name: 'return',
    plates: EVERYDAY,
    act: (scene) =>
      repeat(scene, 14, () => {
        const slot = takeSome(scene, 2);
        if (slot !== undefined) pause(scene).put(slot, 1);
      }),
  },
  { name: 'restock', plates: EVERYDAY, act: restockAll },
  { name: 'sweep', plates: EVERYDAY, act: sweepSome },
  { name: 'hand without taking', plates: EVERYDAY, act: (scene) => repeat(scene, 24, () => touchOrTake(scene, 'hand')) },
  { name: 'leaning', plates: EVERYDAY, act: (scene) => repeat(scene, 18, () => touchOrTake(scene, 'lean')) },
  { name: 'wrong slot', plates: platesOf([75, 270, 510, 320]), act: swapAround },
  { name: 'same weight', plates: platesOf([250, 250, 420]), act: mixUp },
  {
    name: 'slow drift',
    plates: platesOf([45, 280]),
    mostHz: 2,
    report: { traits: { driftGramsPerHour: 12, cycleGrams: 4 } },
    act: (scene) => repeat(scene, 18, () => takeAndReturn(scene.wait(300 + 600 * scene.random.uniform()))),
  },
  {
    name: 'idle',
    plates: platesOf([60, 510]),
    mostHz: 1,
    report: { traits: { zeroGrams: 9, driftGramsPerHour: 4, cycleGrams: 3 } },
    act: (scene) => repeat(scene, 5, () => takeAndReturn(scene.wait(5_400))),
  },
  {
    name: 'knocks',
    plates: EVERYDAY,
    act: (scene) =>
      repeat(scene, 20, () => {
        if (scene.random.chance(0.6)) scene.bump();
        else takeAndReturn(scene);
      }),
  },
  {
    name: 'missing readings',
    plates: EVERYDAY,
    report: { lossShare: 0.1, burstsPerHour: 60 },
    act: (scene) => repeat(scene, 18, () => takeAndReturn(scene)),
  },
  {
    name: 'coarse scale',
    plates: platesOf([60, 110, 280, 510]),
    report: { traits: { quantumGrams: 5 } },
    act: (scene) => repeat(scene, 18, () => takeAndReturn(scene)),
  },
  {
    name: 'soft shelf',
    plates: EVERYDAY,
    report: { traits: { naturalHz: 14 } },
    act: (scene) => repeat(scene, 18, () => takeAndReturn(scene)),
  },
  {
    name: 'batch off plan',
    plates: EVERYDAY.map((plate, at) => ({ ...plate, offPlan: at % 2 === 0 ? 0.012 : -0.012 })),
    act: (scene) => repeat(scene, 18, () => takeAndReturn(scene)),
  },
  { name: 'light goods', plates: platesOf([20, 30, 45, 60]), act: (scene) => repeat(scene, 18, () => takeAndReturn(scene)) },
  {
    name: 'busy',
    plates: EVERYDAY,
    act: (scene) =>
      repeat(scene, 30, () => {
        if (scene.random.chance(0.25)) scene.hand(anySlot(scene));
        else takeSome(scene, 2);
        scene.wait(0.8 + 1.7 * scene.random.uniform());
      }),
  },
];

/** Writes a scene of a kind; the same seed writes the same acts, whatever the scales report. */
export function writeScene(kind: SceneKind, at: { readonly seed: string; readonly startMs: TimestampMs }): ShelfScene {
  const scene = new ShelfScene(kind.plates, { seed: `${kind.name}/${at.seed}`, startMs: at.startMs });
  kind.act(scene);
  return scene;
}

function platesOf(weights: readonly number[]): readonly ScenePlate[] {
  return weights.map((unitGrams, at) => ({ slot: `s${at + 1}`, sku: `p${at + 1}`, unitGrams, spread: SPREAD, units: 14 }));
}

function repeat(scene: ShelfScene, times: number, act: () => void): void {
  for (let n = 0; n < times; n += 1) {
    if (n > 0 && scene.nowMs > 0) pause(scene);
    act();
  }
}

/** Between two people's acts, or while one of them reads a label. */
function pause(scene: ShelfScene): ShelfScene {
  return scene.wait(5 + 9 * scene.random.uniform());
}

function anySlot(scene: ShelfScene): string {
  return scene.random.choice(scene.plates)?.slot ?? '';
}

/** Takes 1 to `most` units where there are enough; gives the slot. */
function takeSome(scene: ShelfScene, most: number): string | undefined {
  const slot = anySlot(scene);
  const units = 1 + (scene.random.chance(0.2) ? scene.random.below(most) : 0);
  if (scene.stock(slot) < units) return undefined;
  scene.take(slot, units);
  return slot;
}

function takeAndReturn(scene: ShelfScene): void {
  const slot = takeSome(scene, 2);
  if (slot !== undefined && scene.random.chance(0.5)) pause(scene).put(slot, 1);
}

function touchOrTake(scene: ShelfScene, how: 'hand' | 'lean'): void {
  const slot = anySlot(scene);
  if (scene.random.chance(0.3)) takeAndReturn(scene);
  else if (how === 'hand') scene.hand(slot);
  else scene.lean(slot);
}

/** The morning's customers, and some time later somebody with a trolley. */
function restockAll(scene: ShelfScene): void {
  for (const { slot } of scene.plates) {
    pause(scene).take(slot, 5);
    pause(scene).take(slot, 4);
  }
  scene.wait(480);
  for (const { slot } of scene.plates) {
    for (let left = 9; left > 0; ) {
      const units = Math.min(left, 2 + scene.random.below(4));
      scene.wait(3 + 3 * scene.random.uniform()).restock(slot, units);
      left -= units;
    }
  }
}

function sweepSome(scene: ShelfScene): void {
  for (const { slot } of scene.plates) {
    pause(scene).take(slot, 3 + scene.random.below(4));
    pause(scene).take(slot, 1);
    pause(scene).take(slot, 3 + scene.random.below(3));
  }
}

/** Things are taken and left in other slots; staff bring some of them home. */
function swapAround(scene: ShelfScene): void {
  repeat(scene, 10, () => {
    const from = anySlot(scene);
    const others = scene.plates.filter(({ slot }) => slot !== from);
    const to = scene.random.choice(others)?.slot ?? from;
    const sku = scene.plates.find(({ slot }) => slot === from)?.sku ?? '';
    scene.take(from, 1);
    pause(scene).put(to, 1, sku);
    if (scene.random.chance(0.5)) {
      pause(scene).take(to, 1, sku);
      pause(scene).put(from, 1);
    }
  });
}

/** Slots 1 and 2 hold products of one weight: some shopper holds both, some one; things come back to either plate, and some of them are found and taken away. */
function mixUp(scene: ShelfScene): void {
  repeat(scene, 9, () => {
    const roll = scene.random.uniform();
    scene.take('s1', 1);
    if (roll < 0.3) {
      pause(scene).put('s1', 1);
      return;
    }
    pause(scene).take('s2', 1);
    if (roll < 0.6) {
      pause(scene).put('s2', 1);
      pause(scene).put('s1', 1);
    } else {
      pause(scene).put('s2', 1, 'p1');
      if (scene.random.chance(0.4)) scene.wait(60).take('s2', 1, 'p1');
    }
    if (scene.random.chance(0.4)) pause(scene).take('s3', 1);
  });
}
