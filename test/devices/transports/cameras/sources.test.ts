import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type FrameSource, MAX_FRAME_BYTES } from '../../../../devices/transports/cameras/frame-source.ts';
import { JpegStream } from '../../../../devices/transports/cameras/jpeg-stream.ts';
import { isSource, openSource } from '../../../../devices/transports/cameras/open-source.ts';

const WAIT = { timeout: 20_000, interval: 20 };
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0).reverse()) close();
});

describe('JpegStream', () => {
  it('finds every picture, however the stream is cut and whatever stands between', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 300 }),
        (sizes, step) => {
          const pictures = sizes.map((size, i) => jpegLike(size, i));
          const all = Buffer.concat(
            pictures.flatMap((picture) => [Buffer.from('\r\n--edge\r\nContent-Type: image/jpeg\r\n\r\n'), picture]),
          );
          const stream = new JpegStream();
          const found: Buffer[] = [];
          for (let at = 0; at < all.length; at += step) found.push(...stream.push(all.subarray(at, at + step)));
          expect(found.map((picture) => picture.toString('hex'))).toEqual(pictures.map((picture) => picture.toString('hex')));
        },
      ),
    );
  });

  it('throws a picture away that never ends', () => {
    const stream = new JpegStream();
    stream.push(Buffer.of(0xff, 0xd8, 0xff, 0xe0));
    const piece = Buffer.alloc(1024 * 1024, 1);
    for (let i = 0; i < MAX_FRAME_BYTES / piece.length + 2; i++) expect(stream.push(piece)).toEqual([]);
    expect(stream.push(jpegLike(10, 1))).toHaveLength(1);
  });
});

describe('a camera source', () => {
  it('asks a snapshot address at its rate, with the name and password of the address', async () => {
    const asked: (string | undefined)[] = [];
    const port = await serve((request, response) => {
      asked.push(request.headers.authorization);
      response.setHeader('content-type', 'image/jpeg').end(jpegLike(100, asked.length));
    });
    const { frames } = watch(openSource(`http://eye:p%40ss@127.0.0.1:${port}/snap.jpg`, { rate: 10 }));
    await vi.waitFor(() => expect(frames.length).toBeGreaterThan(2), WAIT);
    expect(asked[0]).toBe(`Basic ${Buffer.from('eye:p@ss').toString('base64')}`);
  });

  it('reads an MJPEG stream and leaves out what is faster than its rate', async () => {
    const port = await serve((_, response) => {
      response.setHeader('content-type', 'multipart/x-mixed-replace; boundary=edge');
      let i = 0;
      const timer = setInterval(() => response.write(Buffer.concat([Buffer.from('--edge\r\n\r\n'), jpegLike(50, i++)])), 10);
      response.on('close', () => clearInterval(timer));
    });
    const { frames } = watch(openSource(`http://127.0.0.1:${port}/video`, { rate: 2 }));
    await vi.waitFor(() => expect(frames.length).toBeGreaterThanOrEqual(3), WAIT);
    // Three pictures at two a second take a second; the stream sent a hundred by then.
    expect(frames.length).toBeLessThan(10);
  });

  const refusals: readonly [string, RequestListener, RegExp][] = [
    ['says no', (_, response) => void response.writeHead(401).end(), /refuses the account \(status 401\)/],
    ['is broken', (_, response) => void response.writeHead(500).end(), /status 500/],
    [
      'shows a page',
      (_, response) => void response.setHeader('content-type', 'text/html').end('<html>'),
      /answers with text\/html, expected a picture/,
    ],
    ['answers with nothing', (_, response) => void response.setHeader('content-type', 'image/jpeg').end(), /its answer is empty/],
    ['sends far too much', (_, response) => void response.end(Buffer.alloc(MAX_FRAME_BYTES + 1)), /too large/],
    ['sends elsewhere', (_, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(), /./],
  ];

  it.each(refusals)('says what is wrong with a camera that %s', async (_, listener, sentence) => {
    const { frames, troubles } = watch(openSource(`http://127.0.0.1:${await serve(listener)}/`, { rate: 5 }));
    await vi.waitFor(() => expect(troubles.at(-1)).toMatch(sentence), WAIT);
    expect(frames).toEqual([]);
  });

  it('says that nobody is there, and finds the camera when it comes', async () => {
    const port = await serve(() => undefined);
    closing.pop()?.();
    const { frames, troubles } = watch(openSource(`http://127.0.0.1:${port}/`, { rate: 5 }));
    await vi.waitFor(() => expect(troubles.at(-1)).toBe('it refuses connections'), WAIT);
    await serve((_, response) => void response.end(jpegLike(20, 1)), port);
    await vi.waitFor(() => expect(frames.length).toBeGreaterThan(0), WAIT);
    expect(troubles.at(-1)).toBe('');
  });

  it('shows the pictures of a folder over and over', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'endcap-pictures-'));
    closing.push(() => rmSync(folder, { recursive: true, force: true }));
    const { frames, troubles } = watch(openSource(`folder:${folder}`, { rate: 15 }));
    await vi.waitFor(() => expect(troubles.at(-1)).toContain('there is no JPEG picture'), WAIT);
    for (const i of [1, 2]) writeFileSync(join(folder, `${i}.jpg`), jpegLike(10, i));
    await vi.waitFor(() => expect(frames.length).toBeGreaterThan(4), WAIT);
    expect(new Set(frames.map((frame) => Buffer.from(frame).toString('hex'))).size).toBe(2);
  });

  it('says what ffmpeg, or its absence, says of a file that is no video', async () => {
    const { troubles } = watch(openSource('file:/nowhere/at/all.mp4', { rate: 5 }));
    await vi.waitFor(() => expect(troubles.at(-1)).toMatch(/No such file|ffmpeg is not installed/), WAIT);
  });

  it.each([
    ['mqtt', true],
    ['folder:pictures', true],
    ['file:/a/b.mp4', true],
    ['rtsp://camera.local/1', true],
    ['https://camera.local/snap.jpg', true],
    ['ftp://camera.local/', false],
    ['camera.local', false],
    ['folder:', false],
    ['-i /etc/passwd', false],
    ['http://', false],
  ])('takes "%s" for a source: %s', (text, expected) => {
    expect(isSource(text)).toBe(expected);
  });
});

function watch(source: FrameSource | undefined) {
  const frames: Uint8Array[] = [];
  const troubles: string[] = [];
  source?.start({ frame: (bytes) => frames.push(bytes), trouble: (sentence) => troubles.push(sentence) });
  closing.push(() => source?.stop());
  return { frames, troubles };
}

async function serve(listener: RequestListener, port = 0): Promise<number> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Bytes with the beginning and the end of a JPEG, and neither in between. */
function jpegLike(size: number, seed: number): Buffer {
  return Buffer.concat([Buffer.of(0xff, 0xd8, 0xff), Buffer.alloc(size, (seed * 31) % 200), Buffer.of(0xff, 0xd9)]);
}
