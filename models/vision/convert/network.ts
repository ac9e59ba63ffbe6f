/** What follows a convolution: nothing, or a curve that cuts off what is below zero (relu), above six too (relu6), or lets a tenth through (leaky). */
export type Activation = 'none' | 'relu' | 'relu6' | 'leaky';

/** Slope of `leaky` below zero. */
export const LEAKY_SLOPE = 0.1;

/** A convolution with everything that follows it folded in: batch normalisation, bias, and its activation. NCHW, one picture. */
export interface ConvLayer {
  readonly kind: 'conv';
  readonly name: string;
  /** Name of the layer whose output goes in; `image` is the normalised picture. */
  readonly input: string;
  /** Output channels, input channels a group, height, width. */
  readonly shape: readonly [number, number, number, number];
  /** 1, or the number of channels (depthwise). */
  readonly groups: number;
  readonly stride: number;
  /** Top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  readonly activation: Activation;
  /** Side of the square that comes out. */
  readonly side: number;
}

/** A residual sum of two layers. */
export interface AddLayer {
  readonly kind: 'add';
  readonly name: string;
  readonly inputs: readonly [string, string];
  readonly side: number;
}

/** The channels of several layers behind each other. */
export interface ConcatLayer {
  readonly kind: 'concat';
  readonly name: string;
  readonly inputs: readonly string[];
  readonly side: number;
}

/** The largest value of each square of pixels; the edge is padded with nothing. */
export interface PoolLayer {
  readonly kind: 'pool';
  readonly name: string;
  readonly input: string;
  readonly size: number;
  readonly stride: number;
  readonly pads: readonly [number, number, number, number];
  readonly side: number;
}

/** Twice or half the size, bilinear, pixels counted by their middles. */
export interface ResizeLayer {
  readonly kind: 'resize';
  readonly name: string;
  readonly input: string;
  readonly factor: number;
  readonly side: number;
}

export type Layer = ConvLayer | AddLayer | ConcatLayer | PoolLayer | ResizeLayer;

/** A network of convolutions: layers in an order that can be computed, and what becomes of a picture before the first. */
export interface Network {
  /** Side of the square picture that the layers' sides are told for, in pixels. */
  readonly side: number;
  /** Whether pictures may have other sides, each a multiple of 32. */
  readonly anySize: boolean;
  /** Pixel values 0..255 become value * scale - offset: one number for all channels, or three for R, G and B. */
  readonly scale: readonly number[];
  readonly offset: readonly number[];
  readonly layers: readonly Layer[];
}

/** A single-shot detector: heads by scale, and what turns box codes into boxes. */
export interface SsdNetwork extends Network {
  /** Layers that give box codes (4 an anchor) and class scores (1 an anchor), by scale. */
  readonly heads: readonly { readonly boxes: string; readonly scores: string }[];
  /** ymin, xmin, ymax, xmax of every anchor, in [0, 1] of the picture. */
  readonly anchors: Float32Array;
  /** Multipliers of the codes of a centre and of a size. */
  readonly centreScale: number;
  readonly sizeScale: number;
}

/** A detector without anchors: one layer a scale, its channels a score and the distances to four sides in bins. */
export interface NanodetNetwork extends Network {
  /** Layers by scale, finest first; channel 0 is the score before its sigmoid, then 4 x 11 bins. */
  readonly heads: readonly string[];
}

/** A network that finds the joints of one person. */
export interface PoseNetwork extends Network {
  /** Layers of the heads: heat by joint, middle of the person, way from there to each joint, fine correction by joint. */
  readonly heads: { readonly heat: string; readonly centre: string; readonly regress: string; readonly offset: string };
  /** What a middle at each place counts, row by row: less at the edges. */
  readonly centreWeights: Float32Array;
}

/** Layers whose outputs leave the network; they are not rounded. */
export function headsOf(network: SsdNetwork | NanodetNetwork | PoseNetwork): readonly string[] {
  if ('centreWeights' in network) return Object.values(network.heads);
  if ('anchors' in network) return network.heads.flatMap(({ boxes, scores }) => [boxes, scores]);
  return network.heads;
}

/** Channels of every layer's output, by its name. */
export function channelsOf(layers: readonly Layer[]): ReadonlyMap<string, number> {
  const channels = new Map<string, number>([['image', 3]]);
  const of = (name: string) => channels.get(name) ?? 0;
  for (const layer of layers) {
    switch (layer.kind) {
      case 'conv':
        channels.set(layer.name, layer.bias.length);
        break;
      case 'add':
        channels.set(layer.name, of(layer.inputs[0]));
        break;
      case 'concat':
        channels.set(
          layer.name,
          layer.inputs.reduce((sum, input) => sum + of(input), 0),
        );
        break;
      case 'pool':
      case 'resize':
        channels.set(layer.name, of(layer.input));
        break;
    }
  }
  return channels;
}
