import { FoldingReader } from './folding-reader.ts';
import type { ConvLayer, SsdNetwork } from './network.ts';
import type { TfGraph } from './tfjs-graph.ts';

/** Side of the picture that the anchors of this network were made for; other sizes shift its padding and cost accuracy. */
const SIDE = 300;
const SCALES = 6;
/** Classes of the original, the background first; a person is the next. */
const CLASSES = 91;
const PERSON = 1;
/** Where the original's own resizing and batching loop ends: the picture goes in here. */
const PICTURE = 'Preprocessor/map/TensorArrayStack/TensorArrayGatherV3';

/**
 * The SSDLite-MobileNetV2 of coco-ssd as a network that finds persons only: the class heads keep one channel of 91, which changes no
 * person's score. Throws when the graph is another one than the pinned package holds.
 */
export function readPersonSsd(graph: TfGraph): SsdNetwork {
  const mul = nodeOf(graph, 'Preprocessor/mul');
  if (!mul.inputs.includes(PICTURE)) throw new Error('Cannot convert the detector: its preprocessing is not the known one');
  const reader = new FoldingReader(graph, { picture: 'Preprocessor/sub', side: SIDE });
  const heads = Array.from({ length: SCALES }, (_, scale) => ({
    boxes: reader.read(`BoxPredictor_${scale}/BoxEncodingPredictor/BiasAdd`),
    scores: reader.read(`BoxPredictor_${scale}/ClassPredictor/BiasAdd`),
  }));
  const scoreNames = new Set(heads.map((head) => head.scores));
  const anchors = graph.constants.get('Postprocessor/ExpandDims')?.data;
  if (!(anchors instanceof Float32Array)) throw new Error('Cannot convert the detector: it has no anchors');
  return {
    side: SIDE,
    anySize: false,
    scale: [scalar(graph, 'Preprocessor/mul/x')],
    offset: [scalar(graph, 'Preprocessor/sub/y')],
    layers: reader.layers().map((layer) => (layer.kind === 'conv' && scoreNames.has(layer.name) ? personOnly(layer) : layer)),
    heads,
    anchors,
    centreScale: scalar(graph, 'ConstantFolding/Postprocessor/Decode/div_recip'),
    sizeScale: scalar(graph, 'ConstantFolding/Postprocessor/Decode/div_2_recip'),
  };
}

function personOnly(layer: ConvLayer): ConvLayer {
  const [channels, ...rest] = layer.shape;
  const size = layer.weights.length / channels;
  const kept = Array.from({ length: channels / CLASSES }, (_, anchor) => anchor * CLASSES + PERSON);
  return {
    ...layer,
    shape: [kept.length, ...rest],
    weights: Float32Array.from(kept.flatMap((channel) => [...layer.weights.subarray(channel * size, (channel + 1) * size)])),
    bias: Float32Array.from(kept, (channel) => layer.bias[channel] ?? 0),
  };
}

function nodeOf(graph: TfGraph, name: string) {
  const node = graph.nodes.get(name);
  if (node === undefined) throw new Error(`Cannot convert the detector: it has no "${name}"`);
  return node;
}

function scalar(graph: TfGraph, name: string): number {
  const value = graph.constants.get(name)?.data[0];
  if (value === undefined) throw new Error(`Cannot convert the detector: it has no constant "${name}"`);
  return value;
}
