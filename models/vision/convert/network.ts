/** A convolution with everything that follows it folded in: batch normalisation, bias, and Relu6 when `relu6`. NCHW, one picture. */
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
  readonly relu6: boolean;
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

export type Layer = ConvLayer | AddLayer;

/** A single-shot detector: layers in an order that can be computed, heads by scale, and what turns box codes into boxes. */
export interface SsdNetwork {
  /** Side of the square picture, in pixels. */
  readonly side: number;
  /** Pixel values 0..255 become value * scale - offset. */
  readonly scale: number;
  readonly offset: number;
  readonly layers: readonly Layer[];
  /** Layers that give box codes (4 an anchor) and class scores (1 an anchor), by scale. */
  readonly heads: readonly { readonly boxes: string; readonly scores: string }[];
  /** ymin, xmin, ymax, xmax of every anchor, in [0, 1] of the picture. */
  readonly anchors: Float32Array;
  /** Multipliers of the codes of a centre and of a size. */
  readonly centreScale: number;
  readonly sizeScale: number;
}
