import { loadDetector, type PersonDetector } from './detector.ts';
import { decodeFrame, FRAME_LIMITS, prepareDecoder } from './frame.ts';
import { type ChildMessage, encodeMessage, type FrameJob, MessageReader } from './wire.ts';

/**
 * The process that looks at pictures. It is given the path of a detector's manifest, reads pictures from its standard input and answers with
 * boxes on its standard output. A picture lives here until the next one; nothing is written, nothing is sent anywhere else.
 */
async function main(manifestPath: string): Promise<void> {
  prepareDecoder();
  const detector = await loadDetector(manifestPath);
  if (!detector.ok) {
    await say({ kind: 'refused', sentence: detector.error.sentence.slice(0, 400), hint: detector.error.hint.slice(0, 400) });
    process.exitCode = 1;
    return;
  }
  // A model that cannot answer is found out before the first picture.
  const { side, name } = detector.value.manifest;
  await detector.value.detect({ side, rgb: new Uint8Array(3 * side * side) });
  await say({ kind: 'ready', model: name });
  const reader = new MessageReader(FRAME_LIMITS.maxBytes + 4096);
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    // The words come from our own parent, which wrote them from a typed value.
    for (const { words, bytes } of reader.push(chunk)) await say(await look(detector.value, words as FrameJob, bytes));
  }
}

async function look(detector: PersonDetector, job: FrameJob, bytes: Uint8Array): Promise<ChildMessage> {
  const began = performance.now();
  const spent = () => ({ busyMs: performance.now() - began, rssBytes: process.memoryUsage.rss() });
  const pixels = await decodeFrame(bytes, { side: detector.manifest.side, rotateDegrees: job.rotateDegrees });
  if (!pixels.ok) return { kind: 'unreadable', id: job.id, problem: pixels.error.kind, sentence: pixels.error.sentence, ...spent() };
  const people = (await detector.detect(pixels.value)).map(({ x, y, w, h, confidence }) => ({ x, y, w, h, confidence }));
  return { kind: 'seen', id: job.id, people, fingerprint: fingerprintOf(pixels.value.rgb), ...spent() };
}

/** 32-bit FNV-1a over every seventh byte: the same number for the same picture, and no way back. */
function fingerprintOf(rgb: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < rgb.length; i += 7) hash = Math.imul(hash ^ (rgb[i] ?? 0), 0x01000193);
  return hash >>> 0;
}

function say(message: ChildMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(encodeMessage(message), (error) => (error === null || error === undefined ? resolve() : reject(error)));
  });
}

await main(process.argv[2] ?? '');
