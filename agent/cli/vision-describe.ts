import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { loadDetector } from '../../models/vision/detector.ts';
import { parseVisionManifest } from '../../models/vision/vision-manifest.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';
import type { DescribeWords } from './model-vision.ts';

/** What the two families were trained on, as their own exports want it: B, G, R. */
const INPUTS: Readonly<Record<string, object>> = {
  yolox: { input: { channels: 'bgr', mean: [0, 0, 0], deviation: [1, 1, 1] }, fill: 114 },
  nanodet: { input: { channels: 'bgr', mean: [103.53, 116.28, 123.675], deviation: [57.375, 57.12, 58.395] }, fill: 0 },
};

/** Writes the manifest of a customer's own detector beside its file and opens it once, so that what is wrong is said here. */
export async function describeModel(file: string, words: DescribeWords, context: CommandContext): Promise<void> {
  const input = INPUTS[words.family];
  if (input === undefined)
    throw new CliFailure(`Cannot describe a detector of the family "${words.family}": expected yolox or nanodet`, { exitCode: EXIT.usage });
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined) throw new CliFailure(`Cannot describe the detector: there is no ${file}`, { exitCode: EXIT.unavailable });
  const name = basename(file, '.onnx')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  const manifest = {
    format: 1,
    kind: 'person-detector',
    name,
    version: '1',
    file: basename(file),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    purpose: 'Finds people in a picture as boxes, to count them',
    family: words.family,
    side: Number(words.side),
    outputs: ['person'],
    weights: 'float32',
    ...input,
    classes: { count: Number(words.classes), person: Number(words.person) },
    strides: words.strides.split(',').map(Number),
    ...(words.family === 'nanodet' ? { bins: Number(words.bins) } : { decoded: words.decoded === true }),
    licence: { spdx: words.licence, upstream: words.from, package: '', integrity: '' },
  };
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  const parsed = parseVisionManifest(text);
  if (!parsed.ok) throw new CliFailure(parsed.error.sentence, { hint: parsed.error.hint, exitCode: EXIT.usage });
  const path = join(dirname(file), `${name}.manifest.json`);
  await writeFile(path, text);
  const detector = await loadDetector(path);
  if (!detector.ok) throw new CliFailure(detector.error.sentence, { hint: detector.error.hint, exitCode: EXIT.unavailable });
  await detector.value.close();
  context.print(`${path}: opens and answers as described; write it to a camera as model: { manifestFile: "${path}" }`);
}
