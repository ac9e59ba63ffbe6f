import type { DetectedPerson } from '../../agent/core/reading.ts';
import { type DecodeSettings, peopleOf, type RawBox } from './decode.ts';
import type { DetectorInput } from './detector-input.ts';
import { NANODET_BINS } from './detector-tensors.ts';
import type { VisionManifest } from './vision-manifest.ts';

const STRIDES = [8, 16, 32] as const;

/** How many rows and columns the answer of a detector without anchors has for an input. */
export function rowsShape(
  manifest: VisionManifest,
  input: { readonly width: number; readonly height: number },
): { readonly rows: number; readonly width: number } {
  const rows = [...(manifest.strides ?? STRIDES)].reduce(
    (sum, stride) => sum + Math.ceil(input.width / stride) * Math.ceil(input.height / stride),
    0,
  );
  const classes = manifest.classes?.count ?? 1;
  return { rows, width: manifest.family === 'yolox' ? 5 + classes : classes + 4 * (manifest.bins ?? NANODET_BINS) };
}

/** The people in the answer of a detector without anchors: a row for every place of every scale, finest scale first, row by row. */
export function decodeRows(
  rows: Float32Array,
  { manifest, input, settings }: { readonly manifest: VisionManifest; readonly input: DetectorInput; readonly settings: DecodeSettings },
): DetectedPerson[] {
  const { width } = rowsShape(manifest, input);
  const found: RawBox[] = [];
  let at = 0;
  for (const stride of manifest.strides ?? STRIDES) {
    const columns = Math.ceil(input.width / stride);
    const places = columns * Math.ceil(input.height / stride);
    for (let place = 0; place < places; place++, at += width) {
      const row = rows.subarray(at, at + width);
      const score = scoreOf(row, manifest);
      if (!(score >= settings.minScore)) continue;
      const cell = { column: place % columns, line: Math.floor(place / columns), stride };
      const box = manifest.family === 'yolox' ? yoloxBox(row, cell, manifest) : nanodetBox(row, cell, manifest);
      found.push({
        left: box.left / input.contentWidth,
        top: box.top / input.contentHeight,
        right: box.right / input.contentWidth,
        bottom: box.bottom / input.contentHeight,
        score,
      });
    }
  }
  return peopleOf(found, settings);
}

interface Cell {
  readonly column: number;
  readonly line: number;
  readonly stride: number;
}

type Sides = Omit<RawBox, 'score'>;

function scoreOf(row: Float32Array, manifest: VisionManifest): number {
  const person = manifest.classes?.person ?? 0;
  return manifest.family === 'yolox' ? (row[4] ?? 0) * (row[5 + person] ?? 0) : (row[person] ?? 0);
}

/** Distances to the left, top, right and bottom, each the mean of its bins, in strides from the middle of the cell. */
function nanodetBox(row: Float32Array, { column, line, stride }: Cell, manifest: VisionManifest): Sides {
  const bins = manifest.bins ?? NANODET_BINS;
  const from = manifest.classes?.count ?? 1;
  const distance = (side: number) => stride * meanBin(row.subarray(from + side * bins, from + (side + 1) * bins));
  const [x, y] = [(column + 0.5) * stride, (line + 0.5) * stride];
  return { left: x - distance(0), top: y - distance(1), right: x + distance(2), bottom: y + distance(3) };
}

/** The middle as an offset from the cell's corner and the size as a power of e, both in strides; or both in pixels. */
function yoloxBox(row: Float32Array, { column, line, stride }: Cell, manifest: VisionManifest): Sides {
  const [cx = 0, cy = 0, logWidth = 0, logHeight = 0] = row;
  const [x, y] = manifest.decoded === true ? [cx, cy] : [(cx + column) * stride, (cy + line) * stride];
  const [w, h] = manifest.decoded === true ? [logWidth, logHeight] : [Math.exp(logWidth) * stride, Math.exp(logHeight) * stride];
  return { left: x - w / 2, top: y - h / 2, right: x + w / 2, bottom: y + h / 2 };
}

/** The mean of 0, 1, 2, ... weighted by the softmax of the values. */
function meanBin(values: Float32Array): number {
  const most = values.reduce((largest, value) => Math.max(largest, value), Number.NEGATIVE_INFINITY);
  let [sum, weighted] = [0, 0];
  for (const [bin, value] of values.entries()) {
    const weight = Math.exp(value - most);
    sum += weight;
    weighted += bin * weight;
  }
  return weighted / sum;
}
