import { loadDetector } from './detector.ts';
import { type Eyes, look } from './eyes.ts';
import { FRAME_LIMITS, prepareDecoder } from './frame.ts';
import { loadPose } from './pose.ts';
import { type ChildMessage, encodeMessage, type FrameJob, MessageReader } from './wire.ts';

/**
 * The process that looks at pictures. It is given the path of a detector's manifest and that of the pose network's, or nothing, reads
 * pictures from its standard input and answers with boxes on its standard output. A picture lives here until the next one; nothing is
 * written, nothing is sent anywhere else.
 */
async function main(manifestPath: string, posePath: string | undefined): Promise<void> {
  prepareDecoder();
  const detector = await loadDetector(manifestPath);
  if (!detector.ok) {
    await say({ kind: 'refused', sentence: detector.error.sentence.slice(0, 400), hint: detector.error.hint.slice(0, 400) });
    process.exitCode = 1;
    return;
  }
  const pose = posePath === undefined ? undefined : await loadPose(posePath);
  if (pose !== undefined && !pose.ok) process.stderr.write(`${pose.error.sentence}\n`);
  await say({ kind: 'ready', model: detector.value.manifest.name });
  const eyes: Eyes = { detector: detector.value, pose: pose?.ok === true ? pose.value : undefined, cameras: new Map() };
  const reader = new MessageReader(FRAME_LIMITS.maxBytes + 64 * 1024);
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    // The words come from our own parent, which wrote them from a typed value.
    for (const { words, bytes } of reader.push(chunk)) await say(await look(eyes, words as FrameJob, bytes));
  }
}

function say(message: ChildMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(encodeMessage(message), (error) => (error === null || error === undefined ? resolve() : reject(error)));
  });
}

await main(process.argv[2] ?? '', process.argv[3]);
