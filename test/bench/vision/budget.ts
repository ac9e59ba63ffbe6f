import { join } from 'node:path';
import sharp from 'sharp';
import { packageRoot } from '../../../agent/package-root.ts';
import { CameraEye } from '../../../models/vision/camera-eye.ts';
import { startVisionChild } from '../../../models/vision/child-process.ts';
import { VisionSupervisor } from '../../../models/vision/supervisor.ts';
import { figureOf, percentile } from '../figure.ts';
import { figuresOfProcess } from '../process-figures.ts';
import type { VisionFigures } from '../vision.ts';
import { clipFrames, ONE_BY_ONE } from './clip.ts';
import { manifestOf } from './detectors.ts';

const CAMERAS = 4;
const RATE = 5;
const ROUNDS = 3;
const ROUND_MS = 5_000;
const WATCH = { update: () => [], reached: () => [], forget: () => undefined };

/** What four cameras cost: the process that looks and this one, which hands pictures over, as shares of one core. */
export async function measureBudget(): Promise<VisionFigures> {
  const clip = clipFrames(ONE_BY_ONE.path, { rate: RATE, size: '1280:720' });
  const second = ([from, to]: readonly [number, number]) => clip?.slice(RATE * from, RATE * to) ?? [];
  const busy = clip === undefined ? [await drawn()] : ONE_BY_ONE.present.flatMap(second);
  const empty = clip === undefined ? [await drawn()] : second([0, 5]);
  const [people, nobody] = [await watched(busy), await watched(empty)];
  return {
    figures: [
      figureOf(
        { what: 'processor time of the looking process, somebody always in view', unit: '% of a core' },
        { values: people.child },
        { atMost: 40 },
      ),
      figureOf({ what: 'processor time of empty rooms', unit: '% of a core' }, { values: nobody.child }),
      figureOf(
        { what: 'processor time a picture of an empty room', unit: 'ms' },
        { values: nobody.each, baseline: { name: 'somebody in view', values: people.each } },
        { ratioAtMost: 0.8 },
      ),
      figureOf({ what: 'processor time of handing pictures over', unit: '% of a core' }, { values: people.own }),
      figureOf({ what: 'pictures looked at a second, of 20', unit: '/s' }, { values: people.seen }, { atLeast: 19 }),
      figureOf({ what: 'picture to boxes through the process, p95', unit: 'ms' }, { values: [percentile(people.waits, 0.95)] }),
      figureOf({ what: 'memory of the looking process', unit: 'MB' }, { values: [people.rssMb] }),
    ],
    remarks: [
      `${people.dropped} pictures were dropped for newer ones, ${people.restarts} restarts`,
      `of empty rooms ${Math.round(nobody.rested)} % of the pictures were found unchanged and not searched for people`,
    ],
  };
}

async function watched(pictures: readonly Uint8Array[]) {
  let pid: number | undefined;
  const waits: number[] = [];
  let rested = 0;
  const eyes = new Map(
    Array.from({ length: CAMERAS }, (_, i) => [`camera-${i}`, new CameraEye(WATCH, performance.now(), { repeats: true })]),
  );
  const supervisor = new VisionSupervisor({
    start: (manifestPath, events) => {
      const child = startVisionChild({ program: join(packageRoot(), 'dist/models/vision/child.js'), manifestPath }, events);
      pid = child.pid;
      return child;
    },
    manifestPaths: [manifestOf('ssdlite-person-int8')],
    monotonicMs: () => performance.now(),
    after: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
    answered: (camera, frame, outcome) => {
      eyes.get(camera)?.see(outcome, frame.atMs);
      if (outcome.kind !== 'seen') return;
      waits.push(performance.now() - frame.atMs);
      if (outcome.rested === true) rested += 1;
    },
  });
  supervisor.start();
  let sent = 0;
  const timers = Array.from({ length: CAMERAS }, (_, camera) =>
    setInterval(() => {
      // Each camera shows another part of the clip, in its order.
      const at = Math.floor(sent++ / CAMERAS) + Math.floor((camera * pictures.length) / CAMERAS);
      const bytes = pictures[at % pictures.length] ?? new Uint8Array();
      supervisor.offer(`camera-${camera}`, { bytes, rotateDegrees: 0, atMs: performance.now(), ...eyes.get(`camera-${camera}`)?.asks() });
    }, 1_000 / RATE),
  );
  try {
    await pause(3_000);
    const [child, each]: [number[], number[]] = [[], []];
    const own: number[] = [];
    const seen: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const [began, before, ownBefore, seenBefore] = [performance.now(), figuresOfProcess(pid ?? 0), process.cpuUsage(), waits.length];
      await pause(ROUND_MS);
      const seconds = (performance.now() - began) / 1_000;
      const ownAfter = process.cpuUsage(ownBefore);
      child.push((figuresOfProcess(pid ?? 0).cpuMs - before.cpuMs) / (10 * seconds));
      own.push((ownAfter.user + ownAfter.system) / (10_000 * seconds));
      seen.push((waits.length - seenBefore) / seconds);
      each.push((figuresOfProcess(pid ?? 0).cpuMs - before.cpuMs) / Math.max(1, waits.length - seenBefore));
    }
    const { dropped, restarts } = supervisor.status();
    return {
      child,
      each,
      own,
      seen,
      waits,
      dropped,
      restarts,
      rssMb: figuresOfProcess(pid ?? 0).rssBytes / 1e6,
      rested: (100 * rested) / waits.length,
    };
  } finally {
    for (const timer of timers) clearInterval(timer);
    supervisor.stop();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function drawn(): Promise<Buffer> {
  return sharp({ create: { width: 1280, height: 720, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 128, sigma: 30 } } })
    .jpeg()
    .toBuffer();
}
