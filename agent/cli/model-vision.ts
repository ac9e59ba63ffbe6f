import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { PackageFiles } from '../../models/vision/convert/package-source.ts';
import { packageRoot } from '../package-root.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';
import { DETECTORS, POSE, shippedModel } from './vision-models.ts';

/** Where the shipped models are, inside the package. */
const ARTIFACTS = 'models/vision/artifacts';

/** `endcap model vision`: how the models of the cameras are made and checked. */
export function registerModelVision(model: Command, context: CommandContext): void {
  const vision = model.command('vision').description('make and check the models of the cameras');
  vision
    .command('build')
    .description('convert the pinned registry packages to ONNX (the same bytes every time)')
    .option('--out <folder>', 'where the models and their manifests go', join(packageRoot(), ARTIFACTS))
    .option('--calibrate <folder>', 'measure the ranges of the 8-bit detectors on these pictures instead of using the shipped ones')
    .option('--pictures <text>', 'what those pictures are, for the manifest')
    .option('--cache <folder>', 'where the packages are kept', join(homedir(), '.cache', 'endcap'))
    .action((words: BuildWords) => build(words, context));
  vision
    .command('describe')
    .description("write the manifest of a detector of your own (YOLOX or NanoDet, ONNX) beside it, with the file's hash")
    .argument('<file>', 'the ONNX file')
    .requiredOption('--family <name>', 'how its answer is read: yolox or nanodet')
    .option('--side <pixels>', 'side of its picture', '416')
    .option('--classes <count>', 'classes it tells apart', '80')
    .option('--person <index>', 'which of them is a person, counted from 0', '0')
    .option('--bins <count>', 'bins of a distance (nanodet): reg_max + 1', '8')
    .option('--strides <list>', 'pixels between the places of each scale', '8,16,32')
    .option('--decoded', 'its boxes are in pixels already (yolox exported with decode_in_inference)')
    .option('--licence <spdx>', 'licence of its weights', 'LicenseRef-unknown')
    .option('--from <text>', 'where it comes from', 'supplied by the customer')
    .action(async (file: string, words: DescribeWords) => {
      const { describeModel } = await import('./vision-describe.ts');
      await describeModel(resolve(context.workingDirectory, file), words, context);
    });
  vision
    .command('check')
    .description('compare models with their manifests and look at an empty picture')
    .argument('[manifests...]', "manifests of your own detectors; the shipped models' unless given")
    .option('--dir <folder>', 'folder of the shipped models', join(packageRoot(), ARTIFACTS))
    .action((manifests: readonly string[], words: DirWords) => check(manifests, words, context));
  vision
    .command('bench')
    .description('time detectors and the pose network on a picture, on one thread')
    .argument('[manifests...]', "manifests of your own detectors; the shipped models' unless given")
    .option('--dir <folder>', 'folder of the shipped models', join(packageRoot(), ARTIFACTS))
    .option('--picture <file>', 'picture to look at instead of a drawn one')
    .action((manifests: readonly string[], words: DirWords & { readonly picture?: string }) => bench(manifests, words, context));
}

interface BuildWords {
  readonly out: string;
  readonly calibrate?: string;
  readonly pictures?: string;
  readonly cache: string;
}

interface DirWords {
  readonly dir: string;
}

/** The words of `describe`, as they were typed. */
export interface DescribeWords {
  readonly family: string;
  readonly side: string;
  readonly classes: string;
  readonly person: string;
  readonly bins: string;
  readonly strides: string;
  readonly decoded?: boolean;
  readonly licence: string;
  readonly from: string;
}

async function build(words: BuildWords, context: CommandContext): Promise<void> {
  const { fetchPackage } = await import('../../models/vision/convert/package-source.ts');
  const { buildMovenet, buildNanodet, buildSsdlite, NETWORKS, readNetwork } = await import('../../models/vision/convert/build-models.ts');
  const { measureRanges, parseRanges } = await import('../../models/vision/convert/ranges.ts');
  const { calibrationPictures } = await import('../../models/vision/convert/calibration-pictures.ts');
  const out = resolve(context.workingDirectory, words.out);
  await mkdir(out, { recursive: true });
  const packages = new Map<string, PackageFiles>();
  for (const { source } of Object.values(NETWORKS)) {
    const held = packages.get(source.name) ?? orFail(await fetchPackage(source, resolve(context.workingDirectory, words.cache)));
    packages.set(source.name, held);
  }
  const network = <N extends keyof typeof NETWORKS>(name: N) =>
    orFail(readNetwork(name, packages.get(NETWORKS[name].source.name) ?? new Map()));
  const ranges = async (name: 'ssdlite' | 'nanodet') => {
    const file = join(out, NETWORKS[name].ranges);
    if (words.calibrate !== undefined) {
      const folder = resolve(context.workingDirectory, words.calibrate);
      const known = network(name);
      const measured = await measureRanges(known, calibrationPictures(folder, known.side));
      await writeFile(file, `${JSON.stringify({ pictures: words.pictures ?? folder, ranges: measured }, null, 1)}\n`);
    }
    const shipped = join(packageRoot(), ARTIFACTS, NETWORKS[name].ranges);
    return orFail(parseRanges(await readFile(file, 'utf8').catch(() => readFile(shipped, 'utf8'))));
  };
  const models = [
    ...buildSsdlite(network('ssdlite'), await ranges('ssdlite')),
    ...buildNanodet(network('nanodet'), await ranges('nanodet')),
    ...buildMovenet(network('movenet')),
  ];
  for (const { manifest, bytes } of models) {
    await writeFile(join(out, manifest.file), bytes);
    await writeFile(join(out, `${manifest.name}.manifest.json`), `${JSON.stringify(manifest, null, 2)}\n`);
    context.print(`${manifest.file}: ${bytes.length} bytes, sha256 ${manifest.sha256}`);
  }
}

async function check(manifests: readonly string[], words: DirWords, context: CommandContext): Promise<void> {
  const { loadDetector } = await import('../../models/vision/detector.ts');
  const { loadPose } = await import('../../models/vision/pose.ts');
  const dir = resolve(context.workingDirectory, words.dir);
  const own = manifests.map((path) => resolve(context.workingDirectory, path));
  for (const path of own.length > 0 ? own : DETECTORS.map((name) => shippedModel(name, dir))) {
    const detector = await loadDetector(path);
    if (!detector.ok) throw new CliFailure(detector.error.sentence, { hint: detector.error.hint, exitCode: EXIT.unavailable });
    const { name, licence } = detector.value.manifest;
    const people = await detector.value.detect({ width: 640, height: 360, rgb: new Uint8Array(3 * 640 * 360).fill(128) });
    await detector.value.close();
    if (people.length > 0)
      throw new CliFailure(`Cannot trust "${name}": it finds people in an empty picture`, { exitCode: EXIT.unavailable });
    context.print(`${name}: as its manifest says, ${licence.spdx}, finds nobody in an empty picture`);
  }
  if (own.length > 0) return;
  const pose = await loadPose(shippedModel(POSE, dir));
  if (!pose.ok) throw new CliFailure(pose.error.sentence, { hint: pose.error.hint, exitCode: EXIT.unavailable });
  await pose.value.close();
  context.print(`${POSE}: as its manifest says, answers for all joints`);
}

async function bench(
  manifests: readonly string[],
  words: DirWords & { readonly picture?: string },
  context: CommandContext,
): Promise<void> {
  const { timeDetector, timePose } = await import('../../models/vision/bench-detector.ts');
  const dir = resolve(context.workingDirectory, words.dir);
  const own = manifests.map((path) => resolve(context.workingDirectory, path));
  const options = words.picture === undefined ? {} : { picture: await readFile(resolve(context.workingDirectory, words.picture)) };
  for (const path of own.length > 0 ? own : DETECTORS.map((name) => shippedModel(name, dir))) {
    const timing = orFail(await timeDetector(path, options));
    const name = basename(path, '.manifest.json');
    context.print(
      `${name}: decode ${timing.decodeMs.toFixed(1)} ms, detect ${timing.detectMs.toFixed(1)} ms (least ${timing.leastDetectMs.toFixed(1)}), ${timing.people} people`,
    );
  }
  if (own.length > 0) return;
  const pose = orFail(await timePose(shippedModel(POSE, dir)));
  context.print(`${POSE}: ${pose.medianMs.toFixed(1)} ms a crop (least ${pose.leastMs.toFixed(1)})`);
}

function orFail<T>(result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string }): T {
  if (!result.ok) throw new CliFailure(result.error, { exitCode: EXIT.unavailable });
  return result.value;
}
