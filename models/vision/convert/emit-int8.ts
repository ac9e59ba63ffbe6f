import { emitHead, emitPicture } from './emit-ends.ts';
import { emitActivation, emitConv, emitPlain } from './emit-layer.ts';
import { type ConvLayer, headsOf, LEAKY_SLOPE, type NanodetNetwork, type PoseNetwork, type SsdNetwork } from './network.ts';
import { OnnxGraph } from './onnx-graph.ts';
import type { LayerRanges } from './ranges.ts';

/** Largest weight: 7 bits, so that two products fit the 16 bits that older processors add them in. */
const WEIGHT_LIMIT = 64;
const ACTIVATION_STEPS = 255;

interface Scale {
  readonly scale: number;
  readonly zero: number;
}

/** A layer's output as float again, and how it was rounded. */
interface Rounded extends Scale {
  readonly name: string;
}

/**
 * The network with 8-bit arithmetic: activations uint8 by tensor, weights int8 by output channel, sums int32. The picture's
 * normalisation, the last convolution of every head and the boxes stay float. Same network and ranges, same bytes.
 */
export function emitInt8(
  network: SsdNetwork | NanodetNetwork | PoseNetwork,
  ranges: LayerRanges,
  name = 'ssdlite-person-int8',
): Uint8Array {
  const graph = new OnnxGraph();
  const rounded = new Map<string, Rounded>([['image', round(graph, emitPicture(graph, network), scaleOf(ranges, 'image'))]]);
  const outputs = new Map<string, string>();
  const heads = new Set(headsOf(network));
  const from = (layer: string): Rounded => {
    const input = rounded.get(layer);
    if (input === undefined) throw new Error(`Cannot round the network: "${layer}" is used before it is computed`);
    return input;
  };
  for (const layer of network.layers) {
    if (layer.kind === 'conv' && heads.has(layer.name)) {
      outputs.set(layer.name, emitConv(graph, layer, { input: from(layer.input).name, weights: 'float16' }));
      continue;
    }
    const value =
      layer.kind === 'conv'
        ? emitRoundedConv(graph, layer, { input: from(layer.input), ranges })
        : emitPlain(graph, layer, (input) => from(input).name);
    rounded.set(layer.name, round(graph, value, scaleOf(ranges, layer.name)));
  }
  emitHead(graph, network, outputs);
  return graph.build(name);
}

function scaleOf(ranges: LayerRanges, name: string): Scale {
  const range = ranges[name];
  if (range === undefined) throw new Error(`Cannot round the network: no range was measured for "${name}"`);
  const low = Math.min(0, range[0]);
  const high = Math.max(0, range[1]);
  const scale = Math.fround(Math.max(high - low, 1e-6) / ACTIVATION_STEPS);
  return { scale, zero: Math.min(ACTIVATION_STEPS, Math.max(0, Math.round(-low / scale))) };
}

function round(graph: OnnxGraph, name: string, { scale, zero }: Scale): Rounded {
  const by = [graph.float(`${name}/scale`, [scale], []), graph.tensor(`${name}/zero`, 'uint8', { shape: [], bytes: Uint8Array.of(zero) })];
  const codes = graph.node('QuantizeLinear', [name, ...by], { output: `${name}/codes` });
  return { name: graph.node('DequantizeLinear', [codes, ...by], { output: `${name}/rounded` }), scale, zero };
}

function emitRoundedConv(
  graph: OnnxGraph,
  layer: ConvLayer,
  { input, ranges }: { readonly input: Rounded; readonly ranges: LayerRanges },
): string {
  const channels = layer.bias.length;
  const size = layer.weights.length / channels;
  const codes = new Int8Array(layer.weights.length);
  const scales = new Float32Array(channels);
  const biasScales = new Float32Array(channels);
  const bias = new Int32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const own = layer.weights.subarray(channel * size, (channel + 1) * size);
    const most = own.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0);
    const scale = Math.fround(Math.max(most, 1e-8) / WEIGHT_LIMIT);
    scales[channel] = scale;
    for (const [i, weight] of own.entries()) codes[channel * size + i] = Math.round(weight / scale);
    biasScales[channel] = input.scale * scale;
    bias[channel] = Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.round((layer.bias[channel] ?? 0) / (biasScales[channel] ?? 1))));
  }
  const weights = graph.node(
    'DequantizeLinear',
    [
      graph.tensor(`${layer.name}/weights8`, 'int8', { shape: layer.shape, bytes: new Uint8Array(codes.buffer) }),
      graph.float(`${layer.name}/weightScales`, scales, [channels]),
      graph.tensor(`${layer.name}/weightZeros`, 'int8', { shape: [channels], bytes: new Uint8Array(channels) }),
    ],
    { output: `${layer.name}/weights`, attributes: { axis: 0 } },
  );
  const addend = graph.node(
    'DequantizeLinear',
    [
      graph.tensor(`${layer.name}/bias32`, 'int32', { shape: [channels], bytes: new Uint8Array(bias.buffer) }),
      graph.float(`${layer.name}/biasScales`, biasScales, [channels]),
      graph.tensor(`${layer.name}/biasZeros`, 'int32', { shape: [channels], bytes: new Uint8Array(4 * channels) }),
    ],
    { output: `${layer.name}/bias`, attributes: { axis: 0 } },
  );
  const conv = graph.node('Conv', [input.name, weights, addend], {
    output: layer.activation === 'none' ? layer.name : `${layer.name}/linear`,
    attributes: { group: layer.groups, kernel_shape: layer.shape.slice(2), pads: layer.pads, strides: [layer.stride, layer.stride] },
  });
  // A processor cuts off at zero or six while it rounds; a slope is a step of its own, which wants its input rounded.
  const linear = layer.activation === 'leaky' ? round(graph, conv, linearScale(ranges, layer.name)).name : conv;
  return emitActivation(graph, layer.activation, { input: linear, output: layer.name });
}

/** The range before a slope, from the one behind it. */
function linearScale(ranges: LayerRanges, name: string): Scale {
  const range = ranges[name];
  return scaleOf(range === undefined ? {} : { [name]: [range[0] / LEAKY_SLOPE, range[1]] }, name);
}
