import { createHash } from 'node:crypto';
import { fail, ok, type Result } from '../../../agent/core/result.ts';
import type { VisionManifest } from '../vision-manifest.ts';
import { emitFloat } from './emit-float.ts';
import { emitInt8 } from './emit-int8.ts';
import type { SsdNetwork } from './network.ts';
import { type PackageFiles, SSDLITE_SOURCE } from './package-source.ts';
import type { MeasuredRanges } from './ranges.ts';
import { readPersonSsd } from './read-ssd.ts';
import { readTfjsGraph } from './tfjs-graph.ts';

/** Folder of the model inside the pinned package. */
export const SSDLITE_FOLDER = 'models/coco-ssd';

/** A detector as it is shipped: the file and what must be known of it. */
export interface BuiltDetector {
  readonly manifest: VisionManifest;
  readonly bytes: Uint8Array;
}

/** The network inside the pinned package. */
export function readSsdlite(files: PackageFiles): Result<SsdNetwork, string> {
  const graph = readTfjsGraph(files, SSDLITE_FOLDER);
  if (!graph.ok) return graph;
  try {
    return ok(readPersonSsd(graph.value));
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

/** Both shipped forms of the person detector. Same network and ranges, same bytes, on every machine. */
export function buildDetectors(network: SsdNetwork, measured: MeasuredRanges): readonly BuiltDetector[] {
  return [
    describe(network, { name: 'ssdlite-person', weights: 'float16', bytes: emitFloat(network, { weights: 'float16' }) }),
    describe(network, {
      name: 'ssdlite-person-int8',
      weights: 'int8',
      bytes: emitInt8(network, measured.ranges),
      calibration: measured.pictures,
    }),
  ];
}

function describe(
  network: SsdNetwork,
  {
    name,
    weights,
    bytes,
    calibration,
  }: { readonly name: string; readonly weights: VisionManifest['weights']; readonly bytes: Uint8Array; readonly calibration?: string },
): BuiltDetector {
  const manifest: VisionManifest = {
    format: 1,
    kind: 'person-detector',
    name,
    version: '1',
    file: `${name}.onnx`,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    purpose: 'Finds people in a picture as boxes, to count them; it tells nobody from anybody else',
    family: 'ssd',
    side: network.side,
    outputs: ['person'],
    weights,
    licence: {
      spdx: 'Apache-2.0',
      upstream: 'SSDLite-MobileNetV2 of the TensorFlow Object Detection API, as published for TensorFlow.js (coco-ssd)',
      package: `${SSDLITE_SOURCE.name}@${SSDLITE_SOURCE.version}`,
      integrity: SSDLITE_SOURCE.integrity,
    },
    ...(calibration === undefined ? {} : { calibration }),
  };
  return { manifest, bytes };
}
