import { FoldingReader } from './folding-reader.ts';
import type { PoseNetwork } from './network.ts';
import type { TfGraph } from './tfjs-graph.ts';

const SIDE = 192;
const ROOT = 'StatefulPartitionedCall';
const HEADS = {
  heat: `${ROOT}/kpt_heatmap_0/conv2d_5/BiasAdd`,
  centre: `${ROOT}/center_0/conv2d_4/BiasAdd`,
  regress: `${ROOT}/kpt_regress_0/conv2d_6/BiasAdd`,
  offset: `${ROOT}/kpt_offset_0/conv2d_7/BiasAdd`,
} as const;

/**
 * The MoveNet SinglePose Lightning of the pinned package up to its four heads; what the original computes from them is read outside.
 * Throws when the graph is another one.
 */
export function readMovenet(graph: TfGraph): PoseNetwork {
  const constant = (name: string) => {
    const tensor = graph.constants.get(name);
    if (!(tensor?.data instanceof Float32Array)) throw new Error(`Cannot convert the pose network: it has no constant "${name}"`);
    return tensor.data;
  };
  const expect = (name: string, value: number) => {
    if (Math.abs((constant(`${ROOT}/${name}`)[0] ?? Number.NaN) - value) > 1e-3)
      throw new Error(`Cannot convert the pose network: its "${name}" is not ${value}`);
  };
  // What is read outside the network must mean the same as inside the original.
  expect('add_5/y', 1.8);
  expect('Reshape_13', 1 / 48);
  const reader = new FoldingReader(graph, { picture: `${ROOT}/sub_1`, side: SIDE });
  const heads = {
    heat: reader.read(HEADS.heat),
    centre: reader.read(HEADS.centre),
    regress: reader.read(HEADS.regress),
    offset: reader.read(HEADS.offset),
  };
  const mean = constant(`${ROOT}/Reshape`);
  const scale = constant(`${ROOT}/truediv`);
  const shift = constant(`${ROOT}/sub_1/y`)[0] ?? 0;
  return {
    side: SIDE,
    anySize: false,
    scale: [...scale],
    offset: [...scale].map((factor, channel) => (mean[channel] ?? 0) * factor + shift),
    layers: reader.layers(),
    heads,
    centreWeights: constant(`ConstantFolding/${ROOT}/truediv_2_recip`),
  };
}
