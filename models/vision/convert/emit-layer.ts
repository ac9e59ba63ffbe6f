import { float16Bytes } from './float16.ts';
import { type Activation, type ConvLayer, type Layer, LEAKY_SLOPE } from './network.ts';
import type { OnnxGraph } from './onnx-graph.ts';

/** How weights are stored; both are computed in float32. Halves are half the file and are widened once, at load. */
export type WeightStorage = 'float32' | 'float16';

/** A convolution with float weights and its activation; says the name of its output. */
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
    output: layer.activation === 'none' ? layer.name : `${layer.name}/linear`,
    attributes: { group: layer.groups, kernel_shape: shape.slice(2), pads: layer.pads, strides: [layer.stride, layer.stride] },
  });
  return emitActivation(graph, layer.activation, { input: conv, output: layer.name });
}

/** An activation; `none` is its input. */
export function emitActivation(
  graph: OnnxGraph,
  activation: Activation,
  { input, output }: { readonly input: string; readonly output: string },
): string {
  switch (activation) {
    case 'none':
      return input;
    case 'relu':
      return graph.node('Relu', [input], { output });
    case 'relu6':
      return graph.node('Clip', [input, graph.float('relu6/low', [0], []), graph.float('relu6/high', [6], [])], { output });
    case 'leaky':
      return graph.node('LeakyRelu', [input], { output, attributes: { alpha: { float: LEAKY_SLOPE } } });
  }
}

/** A layer that is no convolution; `outputOf` names what a layer gave. */
export function emitPlain(graph: OnnxGraph, layer: Exclude<Layer, ConvLayer>, outputOf: (name: string) => string): string {
  switch (layer.kind) {
    case 'add':
      return graph.node('Add', layer.inputs.map(outputOf), { output: layer.name });
    case 'concat':
      return graph.node('Concat', layer.inputs.map(outputOf), { output: layer.name, attributes: { axis: 1 } });
    case 'pool':
      return graph.node('MaxPool', [outputOf(layer.input)], {
        output: layer.name,
        attributes: { kernel_shape: [layer.size, layer.size], pads: layer.pads, strides: [layer.stride, layer.stride] },
      });
    case 'resize': {
      const scales = graph.float(`resize/${layer.factor}`, [1, 1, layer.factor, layer.factor], [4]);
      return graph.node('Resize', [outputOf(layer.input), '', scales], {
        output: layer.name,
        attributes: { mode: 'linear', coordinate_transformation_mode: 'half_pixel' },
      });
    }
  }
}
