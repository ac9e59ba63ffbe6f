import { type Picture, scaleTo } from './picture.ts';
import type { VisionManifest } from './vision-manifest.ts';

/** A picture in the form a detector wants, and which part of it is picture: the rest, below and to the right, is filling. */
export interface DetectorInput {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Float32Array;
  readonly contentWidth: number;
  readonly contentHeight: number;
}

/** Sizes of a picture of any size: a multiple of the coarsest stride, so that every scale has whole places. */
const STEP = 32;

/** Size of the picture that a detector's file takes: fixed, or free (any multiple of 32). */
export type InputSize = 'free' | { readonly width: number; readonly height: number };

/** Size in which a picture of some shape is best decoded for a detector. */
export function contentSize(
  shape: { readonly width: number; readonly height: number },
  { manifest, size }: { readonly manifest: VisionManifest; readonly size: InputSize },
): { readonly width: number; readonly height: number } {
  if (manifest.family === 'ssd') return size === 'free' ? { width: manifest.side, height: manifest.side } : size;
  const room = size === 'free' ? { width: manifest.side, height: manifest.side } : size;
  const factor = Math.min(room.width / shape.width, room.height / shape.height);
  return { width: Math.max(1, Math.round(shape.width * factor)), height: Math.max(1, Math.round(shape.height * factor)) };
}

/** Brings a picture into the form that a detector wants: stretched for one with anchors, else in its own shape at the top left. */
export function toInput(
  picture: Picture,
  { manifest, size }: { readonly manifest: VisionManifest; readonly size: InputSize },
): DetectorInput {
  const content = contentSize(picture, { manifest, size });
  const whole = size !== 'free' ? size : { width: Math.ceil(content.width / STEP) * STEP, height: Math.ceil(content.height / STEP) * STEP };
  const bytes = placed(scaleTo(picture, content), whole, manifest.fill ?? 0);
  const data = manifest.input === undefined ? bytes : normalised(bytes, whole, manifest.input);
  return { ...whole, data, contentWidth: content.width, contentHeight: content.height };
}

function placed(picture: Picture, whole: { readonly width: number; readonly height: number }, fill: number): Uint8Array {
  if (picture.width === whole.width && picture.height === whole.height) return picture.rgb;
  const bytes = new Uint8Array(3 * whole.width * whole.height).fill(fill);
  for (let y = 0; y < picture.height; y++)
    bytes.set(picture.rgb.subarray(3 * y * picture.width, 3 * (y + 1) * picture.width), 3 * y * whole.width);
  return bytes;
}

function normalised(
  bytes: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
  { channels, mean, deviation }: NonNullable<VisionManifest['input']>,
): Float32Array {
  const area = width * height;
  const planes = new Float32Array(3 * area);
  for (let channel = 0; channel < 3; channel++) {
    const from = channels === 'rgb' ? channel : 2 - channel;
    const [low, scale] = [mean[channel] ?? 0, 1 / (deviation[channel] ?? 1)];
    const plane = planes.subarray(channel * area, (channel + 1) * area);
    for (let i = 0; i < area; i++) plane[i] = ((bytes[3 * i + from] ?? 0) - low) * scale;
  }
  return planes;
}
