import { join } from 'node:path';
import sharp from 'sharp';
import { packageRoot } from '../../../agent/package-root.ts';
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

/** What four cameras cost: the process that looks and this one, which hands pictures over, as shares of one core. */
export async function measureBudget(): Promise<VisionFigures> {
  const pictures = clipFrames(ONE_BY_ONE.path, { rate: 1, size: '1280:720' }) ?? [await drawn()];
  let pid: number | undefined;
  const waits: number[] = [];
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
    answered: (_, frame, outcome) => {
      if (outcome.kind === 'seen') waits.push(performance.now() - frame.atMs);
    },
  });
  supervisor.start();
  let sent = 0;
  const timers = Array.from({ length: CAMERAS }, (_, camera) =>
    setInterval(() => {
      const bytes = pictures[sent++ % pictures.length] ?? new Uint8Array();
      supervisor.offer(`camera-${camera}`, { bytes, rotateDegrees: 0, atMs: performance.now() });
    }, 1_000 / RATE),
  );
  try {
    await pause(3_000);
    const child: number[] = [];
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
    }
    return {
      figures: [
        figureOf({ what: 'processor time of the looking process', unit: '% of a core' }, { values: child }, { atMost: 40 }),
        figureOf({ what: 'processor time of handing pictures over', unit: '% of a core' }, { values: own }),
        figureOf({ what: 'pictures looked at a second, of 20', unit: '/s' }, { values: seen }, { atLeast: 19 }),
        figureOf({ what: 'picture to boxes through the process, p95', unit: 'ms' }, { values: [percentile(waits, 0.95)] }),
        figureOf({ what: 'memory of the looking process', unit: 'MB' }, { values: [figuresOfProcess(pid ?? 0).rssBytes / 1e6] }),
      ],
      remarks: [`${supervisor.status().dropped} pictures were dropped for newer ones, ${supervisor.status().restarts} restarts`],
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
