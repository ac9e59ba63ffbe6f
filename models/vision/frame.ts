import sharp, { type Metadata, type ResizeOptions } from 'sharp';
import { fail, ok, type Result } from '../../agent/core/result.ts';
import type { Picture } from './picture.ts';

/** Why a picture of a camera cannot be looked at. */
export interface FrameProblem {
  readonly kind:
    | 'empty'
    | 'too-many-bytes'
    | 'unknown-format'
    | 'too-many-pixels'
    | 'too-few-pixels'
    | 'colours'
    | 'depth'
    | 'animated'
    | 'broken';
  /** What is wrong with it, to follow "camera entrance: ". */
  readonly sentence: string;
}

/** How large a picture is wanted: stretched to a size whatever its shape, or in its own shape with no side above `longest`. */
export type Fit =
  | { readonly kind: 'stretch'; readonly width: number; readonly height: number }
  | { readonly kind: 'inside'; readonly longest: number };

/** A picture that could be looked at. */
export interface Decoded {
  readonly picture: Picture;
  /** When it says that it was taken, as EXIF writes it: `2026:01:31 09:05:00`. */
  readonly takenAt?: string;
}

export interface FrameSettings {
  readonly fit: Fit;
  /** How far the picture must be turned clockwise to stand upright, in degrees, after what its own EXIF says. */
  readonly rotateDegrees?: 0 | 90 | 180 | 270;
}

/** Limits of what a camera may send; 4K is 8.3 million pixels. */
export const FRAME_LIMITS = { maxBytes: 8 * 1024 * 1024, maxPixels: 4096 * 4096, minSide: 32 } as const;

const FORMATS: ReadonlySet<string> = new Set(['jpeg', 'png', 'webp']);
const COLOURS: ReadonlySet<string> = new Set(['srgb', 'b-w', 'rgb']);

/** One thread and no memory of earlier pictures: for the process that decodes frames, once, before the first. */
export function prepareDecoder(): void {
  sharp.concurrency(1);
  sharp.cache(false);
}

/**
 * Decodes a picture (JPEG, PNG or WebP, 8 bit, grey or RGB, one frame), turns it upright and scales it. Bad pictures are
 * answered with what is wrong with them; the header is judged before anything is decoded.
 */
export async function decodeFrame(bytes: Uint8Array, settings: FrameSettings): Promise<Result<Decoded, FrameProblem>> {
  if (bytes.length === 0) return bad('empty', 'the picture is empty');
  if (bytes.length > FRAME_LIMITS.maxBytes)
    return bad('too-many-bytes', `the picture has ${bytes.length} bytes, most are ${FRAME_LIMITS.maxBytes}`);
  try {
    const header = await sharp(bytes, { limitInputPixels: false }).metadata();
    const wrong = judge(header);
    if (wrong !== undefined) return fail(wrong);
    // Extraneous bytes are common and harmless, what is missing is neither.
    const { data, info } = await sharp(bytes, { failOn: 'error', limitInputPixels: FRAME_LIMITS.maxPixels, sequentialRead: true })
      .autoOrient()
      .rotate(settings.rotateDegrees ?? 0)
      .resize(resizeTo(settings.fit))
      .flatten()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) return bad('colours', 'the picture is not grey or RGB');
    const takenAt = takenAtOf(header.exif);
    return ok({ picture: { width: info.width, height: info.height, rgb: data }, ...(takenAt !== undefined && { takenAt }) });
  } catch (error) {
    const fact = error instanceof Error ? error.message : String(error);
    if (/unsupported image format/i.test(fact)) return bad('unknown-format', 'what it sends is not a JPEG, PNG or WebP picture');
    return bad('broken', `the picture is broken or cut off (${fact.split('\n')[0]?.slice(0, 120)})`);
  }
}

/** The first date with a time of day in the block; a camera writes when it took the picture, or nothing. */
function takenAtOf(exif: Buffer | undefined): string | undefined {
  return exif === undefined ? undefined : /\d{4}:[01]\d:[0-3]\d [0-2]\d:[0-5]\d:[0-5]\d/.exec(exif.toString('latin1'))?.[0];
}

function resizeTo(fit: Fit): ResizeOptions {
  return fit.kind === 'stretch'
    ? { width: fit.width, height: fit.height, fit: 'fill', kernel: 'linear' }
    : { width: fit.longest, height: fit.longest, fit: 'inside', kernel: 'linear', withoutEnlargement: true };
}

function judge(header: Metadata): FrameProblem | undefined {
  const { format, width = 0, height = 0, pages = 1, depth, space } = header;
  if (!FORMATS.has(format ?? ''))
    return problem('unknown-format', `a picture in ${format ?? 'an unknown format'}, expected JPEG, PNG or WebP`);
  if (width * height > FRAME_LIMITS.maxPixels)
    return problem(
      'too-many-pixels',
      `the picture says it is ${width} x ${height} pixels, most are ${FRAME_LIMITS.maxPixels / 1e6} million`,
    );
  if (Math.min(width, height) < FRAME_LIMITS.minSide) return problem('too-few-pixels', `the picture is ${width} x ${height} pixels`);
  if (pages > 1) return problem('animated', 'the picture is an animation, expected one frame');
  if (depth !== 'uchar') return problem('depth', 'the picture has more than 8 bits a colour');
  if (!COLOURS.has(space ?? '')) return problem('colours', `the picture's colours are ${space ?? 'unknown'}, expected RGB or grey`);
  return undefined;
}

function problem(kind: FrameProblem['kind'], sentence: string): FrameProblem {
  return { kind, sentence };
}

function bad(kind: FrameProblem['kind'], sentence: string): Result<never, FrameProblem> {
  return fail(problem(kind, sentence));
}
