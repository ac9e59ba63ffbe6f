import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { lockedDownFlags } from '../../../models/locked-child.ts';
import { startVisionChild } from '../../../models/vision/child-process.ts';
import { DEFAULT_SUPERVISOR, type FrameOutcome, type SupervisorSettings, VisionSupervisor } from '../../../models/vision/supervisor.ts';
import { type BundledChild, bundleChild } from '../bundled-child.ts';
import { ARTIFACTS } from './model-source.ts';

const SHIPPED = join(ARTIFACTS, 'ssdlite-person-int8.manifest.json');
const WAIT = { timeout: 60_000, interval: 20 };
const QUICK: SupervisorSettings = { ...DEFAULT_SUPERVISOR, share: 1, backoffMs: [20, 200] };

let child: BundledChild;
let picture: Uint8Array;
const open: VisionSupervisor[] = [];

beforeAll(async () => {
  child = await bundleChild('vision');
  picture = await sharp({ create: { width: 640, height: 360, channels: 3, background: '#885' } })
    .jpeg()
    .toBuffer();
});
afterEach(() => {
  for (const supervisor of open.splice(0)) supervisor.stop();
});
afterAll(() => child.remove());

describe('VisionSupervisor with its real process', { timeout: 120_000 }, () => {
  it('looks at pictures and says what is wrong with bad ones', async () => {
    const { supervisor, outcomes } = begin();
    offer(supervisor, picture);
    await vi.waitFor(() => expect(outcomes[0]).toMatchObject({ kind: 'seen', people: [] }), WAIT);
    offer(supervisor, picture.subarray(0, 200));
    await vi.waitFor(() => expect(outcomes[1]).toMatchObject({ kind: 'unreadable', problem: 'broken' }), WAIT);
    expect(supervisor.status()).toMatchObject({ state: 'ready', model: 'ssdlite-person-int8', restarts: 0 });
  });

  it.each(['SIGKILL', 'SIGSTOP', 'SIGSEGV'] as const)('is back after %s of the process', async (signal) => {
    const { supervisor, outcomes, pids } = begin({ deadlineMs: 2_000 });
    offer(supervisor, picture);
    await vi.waitFor(() => expect(outcomes).toHaveLength(1), WAIT);
    process.kill(pids.at(-1) ?? 0, signal);
    offer(supervisor, picture);
    await vi.waitFor(() => expect(supervisor.status().restarts).toBeGreaterThan(0), WAIT);
    await vi.waitFor(() => {
      if (supervisor.status().state === 'ready') offer(supervisor, picture);
      expect(outcomes.at(-1)?.kind).toBe('seen');
      expect(outcomes.length).toBeGreaterThan(1);
    }, WAIT);
    expect(pids.length).toBeGreaterThan(1);
  });

  it('drops what it cannot keep up with and leaves no camera out', async () => {
    const { supervisor, outcomes, cameras } = begin();
    offer(supervisor, picture);
    await vi.waitFor(() => expect(outcomes).toHaveLength(1), WAIT);
    for (let i = 0; i < 200; i++) {
      offer(supervisor, picture, 'fast');
      if (i % 50 === 0) offer(supervisor, picture, 'slow');
      if (i % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await vi.waitFor(() => expect(cameras.get('slow') ?? 0).toBeGreaterThan(0), WAIT);
    expect(supervisor.status().dropped).toBeGreaterThan(100);
    expect(supervisor.status().restarts).toBe(0);
  });

  it('uses the shipped detector where the configured one is poison', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'endcap-vision-'));
    try {
      const manifest = JSON.parse(readFileSync(SHIPPED, 'utf8')) as { sha256: string; bytes: number };
      const poison = Buffer.from('not a model at all');
      const sha256 = createHash('sha256').update(poison).digest('hex');
      writeFileSync(
        join(folder, 'poison.manifest.json'),
        JSON.stringify({ ...manifest, file: 'poison.onnx', sha256, bytes: poison.length }),
      );
      writeFileSync(join(folder, 'poison.onnx'), poison);
      const { supervisor, outcomes } = begin({}, [join(folder, 'poison.manifest.json'), SHIPPED]);
      await vi.waitFor(() => expect(supervisor.status().state).toBe('ready'), WAIT);
      offer(supervisor, picture);
      await vi.waitFor(() => expect(outcomes[0]?.kind).toBe('seen'), WAIT);
      expect(supervisor.status().sentence).toMatch(/ssdlite-person-int8 in place of the configured one: Cannot open the detector/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('ends a process that takes more memory than it may', async () => {
    const { supervisor, outcomes } = begin({ maxRssBytes: 1_000_000 });
    offer(supervisor, picture);
    await vi.waitFor(() => expect(outcomes).toHaveLength(1), WAIT);
    await vi.waitFor(() => expect(supervisor.status().sentence).toMatch(/MB of memory/), WAIT);
  });

  it('runs a process that can write no file and start no program', () => {
    const target = join(tmpdir(), `endcap-vision-forbidden-${process.pid}`);
    const attempt = (code: string) =>
      spawnSync(process.execPath, [...lockedDownFlags(), '--no-warnings', '-e', code], { encoding: 'utf8' });
    expect(attempt(`require('node:fs').writeFileSync(${JSON.stringify(target)}, 'x')`).stderr).toContain('ERR_ACCESS_DENIED');
    expect(attempt(`require('node:child_process').execSync('true')`).stderr).toContain('ERR_ACCESS_DENIED');
    expect(existsSync(target)).toBe(false);
  });
});

function begin(settings: Partial<SupervisorSettings> = {}, manifestPaths: readonly [string, ...string[]] = [SHIPPED]) {
  const outcomes: FrameOutcome[] = [];
  const cameras = new Map<string, number>();
  const pids: number[] = [];
  const supervisor = new VisionSupervisor(
    {
      start: (manifestPath, events) => {
        const started = startVisionChild({ program: child.program, manifestPath }, events);
        if (started.pid !== undefined) pids.push(started.pid);
        return started;
      },
      manifestPaths,
      monotonicMs: () => performance.now(),
      after: (delayMs, callback) => {
        const timer = setTimeout(callback, delayMs);
        return () => clearTimeout(timer);
      },
      answered: (camera, _, outcome) => {
        outcomes.push(outcome);
        cameras.set(camera, (cameras.get(camera) ?? 0) + 1);
      },
    },
    { ...QUICK, ...settings },
  );
  open.push(supervisor);
  supervisor.start();
  return { supervisor, outcomes, cameras, pids };
}

function offer(supervisor: VisionSupervisor, bytes: Uint8Array, camera = 'door'): void {
  supervisor.offer(camera, { bytes, rotateDegrees: 0, atMs: 0 });
}
