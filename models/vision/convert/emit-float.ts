import { emitHead, emitPicture } from './emit-ends.ts';
import { emitConv, emitPlain, type WeightStorage } from './emit-layer.ts';
import { channelsOf, type NanodetNetwork, type PoseNetwork, type SsdNetwork } from './network.ts';
import { OnnxGraph } from './onnx-graph.ts';

export interface FloatOptions {
  readonly weights: WeightStorage;
  readonly name?: string;
  /** Every layer's output becomes an output of the model, for calibration; pictures are then of the network's own side. */
  readonly exposeLayers?: boolean;
}

/** The network as an ONNX file: a uint8 picture [1, height, width, 3] in, the tensors of its family out. */
export function emitFloat(network: SsdNetwork | NanodetNetwork | PoseNetwork, options: FloatOptions): Uint8Array {
  const graph = new OnnxGraph();
  const outputs = new Map<string, string>([['image', emitPicture(graph, network)]]);
  const outputOf = (name: string) => outputs.get(name) ?? name;
  for (const layer of network.layers) {
    const output =
      layer.kind === 'conv'
        ? emitConv(graph, layer, { input: outputOf(layer.input), weights: options.weights })
        : emitPlain(graph, layer, outputOf);
    outputs.set(layer.name, output);
  }
  emitHead(graph, network, outputs);
  if (options.exposeLayers === true) {
    const channels = channelsOf(network.layers);
    graph.output('image', 'float32', [1, 3, network.side, network.side]);
    for (const layer of network.layers)
      graph.output(outputs.get(layer.name) ?? '', 'float32', [1, channels.get(layer.name) ?? 0, layer.side, layer.side]);
  }
  return graph.build(options.name ?? 'ssdlite-person');
}
