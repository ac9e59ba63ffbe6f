import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeFrame, type FrameProblem, prepareDecoder } from '../../../models/vision/frame.ts';

const SIDE = 64;
const SQUARE = { kind: 'stretch', width: SIDE, height: SIDE } as const;

describe('decodeFrame', () => {
  beforeAll(() => prepareDecoder());

  const bad: readonly [string, () => Promise<Uint8Array> | Uint8Array, FrameProblem['kind']][] = [
    ['nothing at all', () => new Uint8Array(), 'empty'],
    ['more bytes than a camera may send', () => new Uint8Array(9 * 1024 * 1024), 'too-many-bytes'],
    ['a web page', () => Buffer.from('<html><body>Sign in</body></html>'), 'unknown-format'],
    ['noise', () => Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256)), 'unknown-format'],
    ['an SVG, which is a program', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>'), 'unknown-format'],
    ['the first half of a JPEG', async () => half(await jpeg()), 'broken'],
    ['a JPEG of which only the header came', async () => (await jpeg()).subarray(0, 300), 'broken'],
    ['a PNG that says it is 50,000 pixels wide and high', async () => sized(await png(), 50_000), 'too-many-pixels'],
    ['a JPEG that says it is 50,000 pixels wide and high', async () => sizedJpeg(await jpeg(), 50_000), 'too-many-pixels'],
    ['a picture of 8 x 8 pixels', () => scene(8, 8).jpeg().toBuffer(), 'too-few-pixels'],
    ['a CMYK JPEG', () => scene().toColourspace('cmyk').jpeg().toBuffer(), 'colours'],
    ['a 16-bit PNG', () => scene().toColourspace('rgb16').png().toBuffer(), 'depth'],
    ['an animated WebP', animation, 'animated'],
    [
      'an animated GIF',
      async () =>
        sharp(await animation(), { animated: true })
          .gif()
          .toBuffer(),
      'unknown-format',
    ],
  ];

  it.each(bad)('refuses %s and says why', async (_, make, kind) => {
    const decoded = await decodeFrame(await make(), { fit: SQUARE });
    expect(decoded.ok ? undefined : decoded.error.kind).toBe(kind);
    expect(decoded.ok ? '' : decoded.error.sentence).toMatch(/\w/);
  });

  const good: readonly [string, () => Promise<Uint8Array>][] = [
    ['a JPEG', () => jpeg()],
    ['a progressive JPEG', () => scene().jpeg({ progressive: true }).toBuffer()],
    ['a grey JPEG', () => scene().greyscale().jpeg().toBuffer()],
    ['a PNG with transparency', () => scene().ensureAlpha(0.5).png().toBuffer()],
    ['a WebP', () => scene().webp().toBuffer()],
    ['a JPEG with a damaged spot, as far as it goes', async () => holed(await jpeg())],
    ['a JPEG with rubbish behind its end', async () => Buffer.concat([await jpeg(), Buffer.alloc(500, 7)])],
  ];

  it.each(good)('reads %s', async (_, make) => {
    const decoded = await decodeFrame(await make(), { fit: SQUARE });
    expect(decoded).toMatchObject({ ok: true });
    expect(decoded.ok ? decoded.value.picture.rgb.length : 0).toBe(3 * SIDE * SIDE);
  });

  it('turns a picture upright, as its EXIF says', async () => {
    const turned = await sharp(await png())
      .rotate(90)
      .withMetadata({ orientation: 8 })
      .jpeg()
      .toBuffer();
    expect(topLeft(await decodeFrame(turned, { fit: SQUARE }))).toBe('red');
  });

  it('says when the camera took it, where the picture tells', async () => {
    const exif = { IFD0: { DateTime: '2026:01:30 09:05:00' } };
    const told = await decodeFrame(await scene().withExif(exif).jpeg().toBuffer(), { fit: SQUARE });
    const untold = await decodeFrame(await jpeg(), { fit: SQUARE });
    expect([told, untold].map((decoded) => (decoded.ok ? decoded.value.takenAt : decoded.error.sentence))).toEqual([
      '2026:01:30 09:05:00',
      undefined,
    ]);
  });

  it('keeps the shape of a picture that is not to be stretched, and makes none larger', async () => {
    const sizes = await Promise.all(
      [1280, 100].map(async (width) => {
        const decoded = await decodeFrame(
          await scene(width, width / 2)
            .jpeg()
            .toBuffer(),
          { fit: { kind: 'inside', longest: 640 } },
        );
        return decoded.ok ? [decoded.value.picture.width, decoded.value.picture.height] : decoded.error.sentence;
      }),
    );
    expect(sizes).toEqual([
      [640, 320],
      [100, 50],
    ]);
  });

  it('turns a picture as the camera is mounted', async () => {
    const turned = await sharp(await png())
      .rotate(180)
      .jpeg()
      .toBuffer();
    expect(topLeft(await decodeFrame(turned, { fit: SQUARE }))).not.toBe('red');
    expect(topLeft(await decodeFrame(turned, { fit: SQUARE, rotateDegrees: 180 }))).toBe('red');
  });
});

/** Grey with a red corner at the top left. */
function scene(width = 320, height = 240) {
  const red = { create: { width: Math.ceil(width / 4), height: Math.ceil(height / 4), channels: 3 as const, background: '#f00' } };
  return sharp({
    create: { width, height, channels: 3, background: '#777', noise: { type: 'gaussian', mean: 120, sigma: 20 } },
  }).composite([{ input: red, left: 0, top: 0 }]);
}

function jpeg(): Promise<Buffer> {
  return scene().jpeg({ quality: 90 }).toBuffer();
}

function png(): Promise<Buffer> {
  return scene().png().toBuffer();
}

function animation(): Promise<Buffer> {
  const frames = Buffer.concat([Buffer.alloc(64 * 64 * 3, 10), Buffer.alloc(64 * 64 * 3, 200)]);
  return sharp(frames, { raw: { width: 64, height: 128, channels: 3, pageHeight: 64 } })
    .webp({ loop: 0 })
    .toBuffer();
}

function half(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.length >> 1);
}

function holed(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 400);
  return copy;
}

/** Width and height stand at fixed places in a PNG. Its checksum is wrong then, which readers of headers do not mind. */
function sized(bytes: Uint8Array, side: number): Uint8Array {
  const copy = Buffer.from(bytes);
  copy.writeUInt32BE(side, 16);
  copy.writeUInt32BE(side, 20);
  return copy;
}

/** Height and width follow the marker that starts a frame. */
function sizedJpeg(bytes: Uint8Array, side: number): Uint8Array {
  const copy = Buffer.from(bytes);
  const frame = copy.indexOf(Buffer.of(0xff, 0xc0));
  copy.writeUInt16BE(side, frame + 5);
  copy.writeUInt16BE(side, frame + 7);
  return copy;
}

function topLeft(decoded: Awaited<ReturnType<typeof decodeFrame>>): string {
  if (!decoded.ok) return decoded.error.sentence;
  const at = 3 * (4 * SIDE + 4);
  const [red = 0, green = 0] = decoded.value.picture.rgb.subarray(at, at + 2);
  return red > 200 && green < 60 ? 'red' : 'other';
}
