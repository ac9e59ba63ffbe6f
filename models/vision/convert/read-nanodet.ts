import { NANODET_BINS } from '../detector-tensors.ts';
import { FoldingReader } from './folding-reader.ts';
import type { ConvLayer, NanodetNetwork } from './network.ts';
import type { TfGraph } from './tfjs-graph.ts';

const SIDE = 416;
/** Classes of the original, a person the first; the distances of a box stand behind them. */
const CLASSES = 80;
/** The heads of strides 8, 16 and 32. */
const HEADS = ['PartitionedCall/Add_29', 'PartitionedCall/Add_33', 'PartitionedCall/Add_37'] as const;
/** What the original was trained on, by channel in the order R, G, B. */
const MEAN = [123.675, 116.28, 103.53];
const DEVIATION = [58.395, 57.12, 57.375];

/**
 * The NanoDet-g of the pinned package as a network that finds persons only and takes its channels as R, G, B: the first convolution's are
 * swapped, and so nothing is at run time. Throws when the graph is another one.
 */
export function readPersonNanodet(graph: TfGraph): NanodetNetwork {
  const reader = new FoldingReader(graph, { picture: 'input_1', side: SIDE });
  const heads = HEADS.map((name) => reader.read(name));
  const [first, ...rest] = reader.layers();
  if (first?.kind !== 'conv' || first.input !== 'image') throw new Error('Cannot convert the detector: it does not begin with its picture');
  const layers = [swapped(first), ...rest].map((layer) =>
    layer.kind === 'conv' && heads.includes(layer.name) ? personOnly(layer) : layer,
  );
  return {
    side: SIDE,
    anySize: true,
    scale: DEVIATION.map((deviation) => 1 / deviation),
    offset: MEAN.map((mean, channel) => mean / (DEVIATION[channel] ?? 1)),
    layers,
    heads,
  };
}

/** With its input channels the other way round. */
function swapped(layer: ConvLayer): ConvLayer {
  const [outputs, inputs, height, width] = layer.shape;
  const area = height * width;
  const weights = new Float32Array(layer.weights.length);
  for (let output = 0; output < outputs; output++)
    for (let input = 0; input < inputs; input++) {
      const from = (output * inputs + (inputs - 1 - input)) * area;
      weights.set(layer.weights.subarray(from, from + area), (output * inputs + input) * area);
    }
  return { ...layer, weights };
}

function personOnly(layer: ConvLayer): ConvLayer {
  const [channels, ...rest] = layer.shape;
  if (channels !== CLASSES + 4 * NANODET_BINS) throw new Error(`Cannot convert the detector: a head has ${channels} channels`);
  const size = layer.weights.length / channels;
  const kept = [0, ...Array.from({ length: 4 * NANODET_BINS }, (_, i) => CLASSES + i)];
  return {
    ...layer,
    shape: [kept.length, ...rest],
    weights: Float32Array.from(kept.flatMap((channel) => [...layer.weights.subarray(channel * size, (channel + 1) * size)])),
    bias: Float32Array.from(kept, (channel) => layer.bias[channel] ?? 0),
  };
}
