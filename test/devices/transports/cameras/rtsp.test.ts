import { readdirSync, readFileSync } from 'node:fs';
import sharp from 'sharp';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openSource, type SourceOptions } from '../../../../devices/transports/cameras/open-source.ts';
import { requirePeer } from '../../../support/peers.ts';
import { RtspServer, type RtspServerOptions } from './rtsp-server.ts';

const WAIT = { timeout: 25_000, interval: 50 };
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0).reverse()) close();
});

describe('an RTSP camera', () => {
  it('gives pictures at the rate and width asked for', async () => {
    const camera = await serve({ size: '640x360' });
    const { frames } = watch(`rtsp://127.0.0.1:${camera.port}/stream`, { rate: 5, width: 320 });
    await vi.waitFor(() => expect(frames.length).toBeGreaterThan(4), WAIT);
    const { width, height } = await sharp(frames[0]).metadata();
    expect([width, height]).toEqual([320, 180]);
    // Moving pictures: no two are the same.
    expect(new Set(frames.map((frame) => Buffer.from(frame).toString('base64'))).size).toBe(frames.length);
  });

  it('is told its password on no command line, where every user of the machine could read it', async () => {
    const camera = await serve({ account: "eye:p@ss 'word" });
    const { frames } = watch(`rtsp://127.0.0.1:${camera.port}/stream`, {
      rate: 5,
      account: { username: 'eye', password: "p@ss 'word" },
    });
    await vi.waitFor(() => expect(frames.length).toBeGreaterThan(0), WAIT);
    const lines = commandLines();
    if (lines !== undefined) {
      expect(lines.some((line) => line.includes('image2pipe'))).toBe(true);
      expect(lines.filter((line) => /p(@|%40)ss/.test(line))).toEqual([]);
    }
  });

  it('that refuses the account says so, without the password', async () => {
    const camera = await serve({ account: 'eye:right' });
    const { troubles, frames } = watch(`rtsp://eye:wrong-one@127.0.0.1:${camera.port}/stream`, { rate: 5 });
    await vi.waitFor(() => expect(troubles.at(-1)).toBe('it refuses the account'), WAIT);
    expect(troubles.join()).not.toContain('wrong-one');
    expect(frames).toEqual([]);
  });

  it('that is switched off and on again is found again', async () => {
    const camera = await serve({});
    const { port } = camera;
    const { frames, troubles } = watch(`rtsp://127.0.0.1:${port}/stream`, { rate: 5 });
    await vi.waitFor(() => expect(frames.length).toBeGreaterThan(1), WAIT);
    camera.drop();
    await vi.waitFor(() => expect(troubles.at(-1)).not.toBe(''), WAIT);
    const before = frames.length;
    await vi.waitFor(() => expect(frames.length).toBeGreaterThan(before), WAIT);
    expect(troubles.at(-1)).toBe('');
  });

  it('that nobody is behind says so', async () => {
    requirePeer('ffmpeg');
    const { troubles } = watch('rtsp://127.0.0.1:9/stream', { rate: 5 });
    await vi.waitFor(() => expect(troubles.at(-1)).toBe('it refuses connections'), WAIT);
  });
});

async function serve(options: RtspServerOptions): Promise<RtspServer> {
  requirePeer('ffmpeg');
  const server = await RtspServer.start(options);
  closing.push(() => server.stop());
  return server;
}

function watch(source: string, options: SourceOptions) {
  const frames: Uint8Array[] = [];
  const troubles: string[] = [];
  const opened = openSource(source, options);
  opened?.start({ frame: (bytes) => frames.push(bytes), trouble: (sentence) => troubles.push(sentence) });
  closing.push(() => opened?.stop());
  return { frames, troubles };
}

/** How every process of this machine was started; `undefined` where the system does not say. */
function commandLines(): readonly string[] | undefined {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
        } catch {
          return '';
        }
      });
  } catch {
    return undefined;
  }
}
