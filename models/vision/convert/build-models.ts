import { createHash } from 'node:crypto';
import { fail, ok, type Result } from '../../../agent/core/result.ts';
import type { VisionManifest } from '../vision-manifest.ts';
import { emitFloat } from './emit-float.ts';
import { emitInt8 } from './emit-int8.ts';
import type { NanodetNetwork, PoseNetwork, SsdNetwork } from './network.ts';
import { HUMAN_MODELS_SOURCE, type PackageFiles, type PackageSource, SSDLITE_SOURCE } from './package-source.ts';
import type { MeasuredRanges } from './ranges.ts';
import { readMovenet } from './read-movenet.ts';
import { readPersonNanodet } from './read-nanodet.ts';
import { readPersonSsd } from './read-ssd.ts';
import { readTfjsGraph, type TfGraph } from './tfjs-graph.ts';

/** A model as it is shipped: the file and what must be known of it. */
export interface BuiltModel {
  readonly manifest: VisionManifest;
  readonly bytes: Uint8Array;
}

/** The networks that are shipped: where each comes from and what becomes of it. */
export const NETWORKS = {
  ssdlite: {
    source: SSDLITE_SOURCE,
    file: 'models/coco-ssd/model.json',
    ranges: 'ssdlite-person.ranges.json',
    read: readPersonSsd,
  },
  nanodet: {
    source: HUMAN_MODELS_SOURCE,
    file: 'models/nanodet.json',
    ranges: 'nanodet-person.ranges.json',
    read: readPersonNanodet,
  },
  movenet: { source: HUMAN_MODELS_SOURCE, file: 'models/movenet-lightning.json', ranges: undefined, read: readMovenet },
} as const satisfies Record<string, NetworkSource>;

interface NetworkSource {
  readonly source: PackageSource;
  /** The model's file inside the package. */
  readonly file: string;
  /** File of the ranges of its 8-bit form, beside the shipped models. */
  readonly ranges: string | undefined;
  readonly read: (graph: TfGraph) => SsdNetwork | NanodetNetwork | PoseNetwork;
}

/** A network inside its pinned package. */
export function readNetwork<N extends keyof typeof NETWORKS>(
  name: N,
  files: PackageFiles,
): Result<ReturnType<(typeof NETWORKS)[N]['read']>, string> {
  const graph = readTfjsGraph(files, NETWORKS[name].file);
  if (!graph.ok) return graph;
  try {
    // The reader of a name gives the network of that name, which the table's type cannot say.
    return ok(NETWORKS[name].read(graph.value) as ReturnType<(typeof NETWORKS)[N]['read']>);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

/** Both shipped forms of the default person detector. Same network and ranges, same bytes, on every machine. */
export function buildSsdlite(network: SsdNetwork, measured: MeasuredRanges): readonly BuiltModel[] {
  return [
    built('ssdlite-person', emitFloat(network, { weights: 'float16' }), { ...SSDLITE, side: network.side, weights: 'float16' }),
    built('ssdlite-person-int8', emitInt8(network, measured.ranges), {
      ...SSDLITE,
      side: network.side,
      weights: 'int8',
      calibration: measured.pictures,
    }),
  ];
}

/** The person detector for small and distant people, in 8 bits. */
export function buildNanodet(network: NanodetNetwork, measured: MeasuredRanges): readonly BuiltModel[] {
  const name = 'nanodet-person-int8';
  return [built(name, emitInt8(network, measured.ranges, name), { ...NANODET, weights: 'int8', calibration: measured.pictures })];
}

/** The network that finds hands, stored in halves, which its weights are. */
export function buildMovenet(network: PoseNetwork): readonly BuiltModel[] {
  const name = 'movenet-lightning';
  return [built(name, emitFloat(network, { weights: 'float16', name }), { ...MOVENET, side: network.side, weights: 'float16' })];
}

type Description = Omit<VisionManifest, 'format' | 'name' | 'version' | 'file' | 'sha256' | 'bytes'>;

const PEOPLE = {
  kind: 'person-detector',
  purpose: 'Finds people in a picture as boxes, to count them; it tells nobody from anybody else',
  outputs: ['person'],
} satisfies Partial<Description>;

const SSDLITE = {
  ...PEOPLE,
  family: 'ssd',
  licence: {
    ...origin(SSDLITE_SOURCE),
    upstream: 'SSDLite-MobileNetV2 of the TensorFlow Object Detection API, as published for TensorFlow.js (coco-ssd)',
  },
} satisfies Partial<Description>;

const NANODET = {
  ...PEOPLE,
  family: 'nanodet',
  // The longer side that finds the most distant people for its time; the file takes any multiple of 32.
  side: 512,
  licence: { ...origin(HUMAN_MODELS_SOURCE), upstream: 'NanoDet-g of RangiLyu/nanodet (config/nanodet-g.yml)' },
} satisfies Partial<Description>;

const MOVENET = {
  kind: 'person-pose',
  purpose: 'Finds the hands of somebody who stands before a shelf, to see a reach; it tells nobody from anybody else',
  outputs: ['joints'],
  family: 'movenet',
  licence: {
    ...origin(HUMAN_MODELS_SOURCE),
    upstream: 'MoveNet SinglePose Lightning (version 4) of Google, as published on TensorFlow Hub',
  },
} satisfies Partial<Description>;

/** Licence and place of a package whose models may be shipped. */
function origin(source: PackageSource) {
  return { spdx: 'Apache-2.0', package: `${source.name}@${source.version}`, integrity: source.integrity };
}

function built(name: string, bytes: Uint8Array, description: Description): BuiltModel {
  return {
    manifest: {
      format: 1,
      name,
      version: '1',
      file: `${name}.onnx`,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      bytes: bytes.length,
      ...description,
    },
    bytes,
  };
}
