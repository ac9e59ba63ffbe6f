import { DETECTOR_TENSORS, JOINTS, NANODET_BINS, POSE_TENSORS } from '../detector-tensors.ts';
import type { NanodetNetwork, Network, PoseNetwork, SsdNetwork } from './network.ts';
import type { OnnxGraph } from './onnx-graph.ts';

/** Bytes as a decoder gives them (height, width, RGB) to the normalised channels that the first layer wants. */
export function emitPicture(graph: OnnxGraph, network: Network): string {
  const shape = network.anySize ? [1, 'height', 'width', 3] : [1, network.side, network.side, 3];
  const picture = graph.input(DETECTOR_TENSORS.picture, 'uint8', shape);
  const cast = graph.node('Cast', [picture], { output: 'picture/float', attributes: { to: 1 } });
  const channels = graph.node('Transpose', [cast], { output: 'picture/channels', attributes: { perm: [0, 3, 1, 2] } });
  const constant = (name: string, values: readonly number[]) =>
    graph.float(name, values, values.length === 1 ? [] : [1, values.length, 1, 1]);
  const scaled = graph.node('Mul', [channels, constant('picture/scale', network.scale)], { output: 'picture/scaled' });
  return graph.node('Sub', [scaled, constant('picture/offset', network.offset)], { output: 'image' });
}

/** What a network says of a picture, in the tensors of its family. */
export function emitHead(graph: OnnxGraph, network: SsdNetwork | NanodetNetwork | PoseNetwork, outputs: ReadonlyMap<string, string>): void {
  if ('centreWeights' in network) emitJoints(graph, network, outputs);
  else if ('anchors' in network) emitAnchors(graph, network, outputs);
  else emitBins(graph, network, outputs);
}

/** One row a place of every scale: a probability and the distances to the four sides in bins. */
function emitBins(graph: OnnxGraph, network: NanodetNetwork, outputs: ReadonlyMap<string, string>): void {
  const width = 1 + 4 * NANODET_BINS;
  const rows = collect(graph, { layers: network.heads.map((head) => outputs.get(head) ?? ''), width, output: 'rows/raw' });
  const part = (name: string, from: number, to: number) =>
    graph.node('Slice', [rows, graph.int64(`${name}/from`, [from]), graph.int64(`${name}/to`, [to]), graph.int64('rows/axis', [2])], {
      output: name,
    });
  const score = graph.node('Sigmoid', [part('rows/logit', 0, 1)], { output: 'rows/score' });
  graph.node('Concat', [score, part('rows/bins', 1, width)], { output: DETECTOR_TENSORS.rows, attributes: { axis: 2 } });
  graph.output(DETECTOR_TENSORS.rows, 'float32', [1, 'rows', width]);
}

/** The heads of a pose as they are, the middle weighted by its place; what they mean is read outside. */
function emitJoints(graph: OnnxGraph, network: PoseNetwork, outputs: ReadonlyMap<string, string>): void {
  const side = network.layers.find(({ name }) => name === network.heads.heat)?.side ?? 0;
  const from = (name: string) => outputs.get(name) ?? name;
  graph.node('Sigmoid', [from(network.heads.heat)], { output: POSE_TENSORS.heat });
  const centre = graph.node('Sigmoid', [from(network.heads.centre)], { output: 'centre/probability' });
  const weights = graph.float('centre/weights', network.centreWeights, [1, 1, side, side]);
  graph.node('Mul', [centre, weights], { output: POSE_TENSORS.centre });
  graph.node('Identity', [from(network.heads.regress)], { output: POSE_TENSORS.regress });
  graph.node('Identity', [from(network.heads.offset)], { output: POSE_TENSORS.offset });
  graph.output(POSE_TENSORS.heat, 'float32', [1, JOINTS, side, side]);
  graph.output(POSE_TENSORS.centre, 'float32', [1, 1, side, side]);
  graph.output(POSE_TENSORS.regress, 'float32', [1, 2 * JOINTS, side, side]);
  graph.output(POSE_TENSORS.offset, 'float32', [1, 2 * JOINTS, side, side]);
}

/** Collects the heads of all scales and turns codes into boxes: ymin, xmin, ymax, xmax in [0, 1] of the picture. */
function emitAnchors(graph: OnnxGraph, network: SsdNetwork, outputs: ReadonlyMap<string, string>): void {
  const anchors = network.anchors.length / 4;
  const codes = collect(graph, { layers: network.heads.map((head) => outputs.get(head.boxes) ?? ''), width: 4, output: 'codes' });
  const logits = collect(graph, { layers: network.heads.map((head) => outputs.get(head.scores) ?? ''), width: 1, output: 'logits' });
  const flat = graph.node('Reshape', [logits, graph.int64('scores/shape', [1, anchors])], { output: 'scores/logits' });
  graph.node('Sigmoid', [flat], { output: DETECTOR_TENSORS.scores });
  const { centres, sizes } = centreForm(network.anchors);
  const part = (name: string, from: number) =>
    graph.node(
      'Slice',
      [codes, graph.int64(`${name}/from`, [from]), graph.int64(`${name}/to`, [from + 2]), graph.int64('codes/axis', [2])],
      {
        output: name,
      },
    );
  const anchorSizes = graph.float('anchors/sizes', sizes, [1, anchors, 2]);
  const scaled = (name: string, input: string, by: number) =>
    graph.node('Mul', [input, graph.float(`${name}/by`, [by], [])], { output: name });
  const shift = graph.node('Mul', [scaled('centre/scaled', part('centre', 0), network.centreScale), anchorSizes], {
    output: 'centre/shift',
  });
  const centre = graph.node('Add', [shift, graph.float('anchors/centres', centres, [1, anchors, 2])], { output: 'centre/at' });
  const growth = graph.node('Exp', [scaled('size/scaled', part('size', 2), network.sizeScale)], { output: 'size/growth' });
  const half = scaled('size/half', graph.node('Mul', [growth, anchorSizes], { output: 'size/whole' }), 0.5);
  const low = graph.node('Sub', [centre, half], { output: 'boxes/low' });
  const high = graph.node('Add', [centre, half], { output: 'boxes/high' });
  graph.node('Concat', [low, high], { output: DETECTOR_TENSORS.boxes, attributes: { axis: 2 } });
  graph.output(DETECTOR_TENSORS.scores, 'float32', [1, anchors]);
  graph.output(DETECTOR_TENSORS.boxes, 'float32', [1, anchors, 4]);
}

/** Puts the outputs of all scales behind each other as rows of `width` numbers, in the order of the anchors. */
function collect(graph: OnnxGraph, heads: { readonly layers: readonly string[]; readonly width: number; readonly output: string }): string {
  const rows = heads.layers.map((layer, scale) => {
    const last = graph.node('Transpose', [layer], { output: `${heads.output}/${scale}/last`, attributes: { perm: [0, 2, 3, 1] } });
    return graph.node('Reshape', [last, graph.int64(`${heads.output}/shape`, [1, -1, heads.width])], {
      output: `${heads.output}/${scale}`,
    });
  });
  return graph.node('Concat', rows, { output: heads.output, attributes: { axis: 1 } });
}

function centreForm(anchors: Float32Array): { readonly centres: number[]; readonly sizes: number[] } {
  const centres: number[] = [];
  const sizes: number[] = [];
  for (let i = 0; i < anchors.length; i += 4) {
    for (const axis of [0, 1]) {
      const low = anchors[i + axis] ?? 0;
      const size = (anchors[i + axis + 2] ?? 0) - low;
      sizes.push(size);
      centres.push(low + size / 2);
    }
  }
  return { centres, sizes };
}
