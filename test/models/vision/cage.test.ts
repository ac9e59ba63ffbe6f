import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LockedChild } from '../../../models/locked-child.ts';
import { startVisionChild } from '../../../models/vision/child-process.ts';
import { encodeMessage, MessageReader } from '../../../models/vision/wire.ts';
import { type BundledChild, bundleChild } from '../bundled-child.ts';
import { canUnshare, networkOf } from '../networks.ts';
import { ARTIFACTS } from './model-source.ts';

const WAIT = { timeout: 60_000, interval: 20 };
const manifest = (name: string) => join(ARTIFACTS, `${name}.manifest.json`);
const isLinux = process.platform === 'linux';

let bundle: BundledChild;
beforeAll(async () => {
  bundle = await bundleChild('vision');
});
afterAll(() => bundle.remove());

describe('the process that looks at pictures', { timeout: 120_000 }, () => {
  it.skipIf(!isLinux)('dumps no core, writes no file, and has a network with nobody in it', async () => {
    const { child, heard } = start();
    try {
      await vi.waitFor(() => expect(heard()).toMatchObject([{ kind: 'ready' }]), WAIT);
      const limits = readFileSync(`/proc/${child.pid}/limits`, 'utf8');
      expect(limits).toMatch(/Max core file size\s+0\s+0/);
      expect(limits).toMatch(/Max file size\s+0\s+0/);
      if (canUnshare()) expect(networkOf(child.pid ?? 0)).toEqual({ isOurs: false, routes: 0 });
    } finally {
      child.kill();
    }
  });

  it.skipIf(!isLinux)('holds no socket and no file open for writing while it looks for people and hands', async () => {
    const { child, heard } = start();
    try {
      await vi.waitFor(() => expect(heard()).toHaveLength(1), WAIT);
      const shelf = [
        { x: 0, y: 0 },
        { x: 0.5, y: 0 },
        { x: 0.5, y: 1 },
      ];
      const followed = [{ track: 't1', x: 0.4, y: 0.2, w: 0.2, h: 0.7 }];
      for (let id = 1; id <= 12; id++) {
        const bytes = await sharp({ create: { width: 640, height: 360, channels: 3, background: { r: 20 * id, g: 90, b: 90 } } })
          .jpeg()
          .toBuffer();
        child.send(encodeMessage({ id, camera: 'c', atMs: 1_000 + 200 * id, rotateDegrees: 0, shelves: [shelf], followed }, bytes));
        await vi.waitFor(() => expect(heard()).toHaveLength(1 + id), WAIT);
        expect(openFiles(child.pid ?? 0)).toEqual([]);
      }
      expect(heard().slice(1)).toEqual(
        expect.arrayContaining([expect.objectContaining({ kind: 'seen', reach: [expect.objectContaining({ track: 't1', shelf: 0 })] })]),
      );
    } finally {
      child.kill();
    }
  });

  it('is refused what the cage forbids, even by native code', () => {
    const target = join(tmpdir(), `endcap-cage-${process.pid}`);
    // The shell stands for code that asks no permission of Node.
    const { status } = spawnSync('/bin/sh', ['-c', `ulimit -f 0; exec /bin/sh -c 'echo x > ${target}' 2>/dev/null`]);
    expect(status).not.toBe(0);
    expect(existsSync(target) ? readFileSync(target, 'utf8') : '').toBe('');
    spawnSync('rm', ['-f', target]);
  });
});

function start() {
  const reader = new MessageReader(1_000_000);
  const messages: unknown[] = [];
  const child: LockedChild = startVisionChild(
    { program: bundle.program, manifestPath: manifest('ssdlite-person-int8'), posePath: manifest('movenet-lightning') },
    {
      data: (chunk) => messages.push(...reader.push(chunk).map(({ words }) => words)),
      gone: (detail) => messages.push({ kind: 'gone', detail }),
    },
  );
  return { child, heard: () => messages };
}

/** Open descriptors of a process that are files open for writing, or sockets but for the three pipes it was given. */
function openFiles(pid: number): readonly string[] {
  const { stdout } = spawnSync('ls', ['-l', `/proc/${pid}/fd`], { encoding: 'utf8' });
  const own = /^(?:0|1|2)$/;
  return stdout
    .split('\n')
    .flatMap((line) => / (\d+) -> (.*)$/.exec(line)?.slice(1, 3).join(' ') ?? [])
    .filter((entry) => {
      const [number = '', target = ''] = entry.split(' ');
      if (own.test(number)) return false;
      if (target.startsWith('socket:')) return true;
      if (!target.startsWith('/') || target.startsWith('/dev/')) return false;
      const flags = Number.parseInt(/flags:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/fdinfo/${number}`, 'utf8'))?.[1] ?? '0', 8);
      return (flags & 3) !== 0;
    });
}
