import { emitHead, emitPicture } from './emit-ends.ts';
import { float16Bytes } from './float16.ts';
import type { ConvLayer, SsdNetwork } from './network.ts';
import { OnnxGraph } from './onnx-graph.ts';

/** How weights are stored; both are computed in float32. Halves are half the file and are widened once, at load. */
export type WeightStorage = 'float32' | 'float16';

export interface FloatOptions {
  readonly weights: WeightStorage;
  /** Every layer's output becomes an output of the model, for calibration. */
  readonly exposeLayers?: boolean;
}

/** The network as an ONNX file: uint8 pictures [1, side, side, 3] in, `scores` [1, anchors] and `boxes` [1, anchors, 4] out. */
export function emitFloat(network: SsdNetwork, options: FloatOptions): Uint8Array {
  const graph = new OnnxGraph();
  const outputs = new Map<string, string>([['image', emitPicture(graph, network)]]);
  for (const layer of network.layers) {
    const output =
      layer.kind === 'add'
        ? graph.node(
            'Add',
            layer.inputs.map((name) => outputs.get(name) ?? name),
            { output: layer.name },
          )
        : emitConv(graph, layer, { input: outputs.get(layer.input) ?? layer.input, weights: options.weights });
    outputs.set(layer.name, output);
  }
  emitHead(graph, network, outputs);
  if (options.exposeLayers === true) {
    const channels = channelsOf(network);
    graph.output('image', 'float32', [1, 3, network.side, network.side]);
    for (const layer of network.layers)
      graph.output(outputs.get(layer.name) ?? '', 'float32', [1, channels.get(layer.name) ?? 0, layer.side, layer.side]);
  }
  return graph.build('ssdlite-person');
}

/** A convolution with float weights and its Relu6; says the name of its output. */
export function emitConv(graph: OnnxGraph, layer: ConvLayer, from: { readonly input: string; readonly weights: WeightStorage }): string {
  const { shape } = layer;
  const weights =
    from.weights === 'float32'
      ? graph.float(`${layer.name}/weights`, layer.weights, shape)
      : graph.node('Cast', [graph.tensor(`${layer.name}/weights16`, 'float16', { shape, bytes: float16Bytes(layer.weights) })], {
          output: `${layer.name}/weights`,
          attributes: { to: 1 },
        });
  const bias = graph.float(`${layer.name}/bias`, layer.bias, [layer.bias.length]);
  const conv = graph.node('Conv', [from.input, weights, bias], {
    output: layer.relu6 ? `${layer.name}/linear` : layer.name,
    attributes: { group: layer.groups, kernel_shape: shape.slice(2), pads: layer.pads, strides: [layer.stride, layer.stride] },
  });
  if (!layer.relu6) return conv;
  return graph.node('Clip', [conv, graph.float('relu6/low', [0], []), graph.float('relu6/high', [6], [])], { output: layer.name });
}

function channelsOf(network: SsdNetwork): Map<string, number> {
  const channels = new Map<string, number>();
  for (const layer of network.layers)
    channels.set(layer.name, layer.kind === 'conv' ? layer.bias.length : (channels.get(layer.inputs[0]) ?? 0));
  return channels;
}
