import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { DetectedPerson } from '../../agent/core/reading.ts';
import { fail, ok, type Result } from '../../agent/core/result.ts';
import type { ModelProblem } from '../manifest.ts';
import { loadOnnxRuntime } from '../onnx-runtime.ts';
import { DEFAULT_DECODE, type DecodeSettings, decodeDetections } from './decode.ts';
import { decodeRows, rowsShape } from './decode-rows.ts';
import { contentSize, type DetectorInput, type InputSize, toInput } from './detector-input.ts';
import { DETECTOR_TENSORS } from './detector-tensors.ts';
import type { Fit } from './frame.ts';
import { openSession, readVisionModel, unreadable, type VisionModel } from './open-model.ts';
import type { Picture } from './picture.ts';
import type { VisionManifest } from './vision-manifest.ts';

/** Finds people in pictures, one at a time, on one thread. */
export interface PersonDetector {
  readonly manifest: VisionManifest;
  /** In which size a picture is best decoded for it; any other is scaled. */
  readonly fit: Fit;
  /** People in the picture, most confident first; weak ones too, for a tracker. */
  detect(picture: Picture): Promise<DetectedPerson[]>;
  close(): Promise<void>;
}

/** Reads a detector by its manifest, checks it and opens it. Runs foreign code: belongs in a process of its own. */
export async function loadDetector(manifestPath: string, settings?: DecodeSettings): Promise<Result<PersonDetector, ModelProblem>> {
  const model = await readVisionModel(manifestPath);
  return model.ok ? openDetector(model.value, settings) : model;
}

/** Opens a detector and has it look at a grey picture, so that one that answers otherwise than its manifest says is refused here. */
export async function openDetector(model: VisionModel, settings?: DecodeSettings): Promise<Result<PersonDetector, ModelProblem>> {
  const { manifest } = model;
  if (manifest.kind !== 'person-detector') return fail(unreadable(manifest, `it is a ${manifest.kind}, expected a person-detector`));
  const session = await openSession(model);
  if (!session.ok) return session;
  const { Tensor } = await loadOnnxRuntime();
  const size = sizeOf(session.value, manifest);
  if (!size.ok) return refuse(session.value, manifest, size.error);
  const wants = { manifest, size: size.value };
  const decode = settings ?? { ...DEFAULT_DECODE, nmsIou: manifest.family === 'ssd' ? 0.5 : 0.6 };
  const detect = async (picture: Picture) => {
    const input = toInput(picture, wants);
    const { data, width, height } = input;
    const tensor =
      data instanceof Uint8Array ? new Tensor('uint8', data, [1, height, width, 3]) : new Tensor('float32', data, [1, 3, height, width]);
    return read(await session.value.run({ [session.value.inputNames[0] ?? '']: tensor }), { manifest, input, decode });
  };
  try {
    // Neither square nor small, so that height and width taken for each other show.
    await detect({ width: 160, height: 96, rgb: new Uint8Array(3 * 160 * 96).fill(128) });
  } catch (error) {
    return refuse(session.value, manifest, error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
  }
  const shape = contentSize({ width: 1, height: 1 }, wants);
  const fit: Fit =
    manifest.family === 'ssd' ? { kind: 'stretch', ...shape } : { kind: 'inside', longest: Math.max(manifest.side, shape.width) };
  return ok({ manifest, fit, detect, close: () => session.value.release() });
}

async function refuse(session: InferenceSession, manifest: VisionManifest, fact: string): Promise<Result<never, ModelProblem>> {
  await session.release();
  return fail(unreadable(manifest, fact));
}

/** The size of picture that the file takes, or what is wrong with what it takes. */
function sizeOf(session: InferenceSession, manifest: VisionManifest): Result<InputSize, string> {
  const [input, ...others] = session.inputMetadata;
  if (input === undefined || !input.isTensor || others.length > 0) return fail('expected one input, the picture');
  const floats = manifest.input !== undefined;
  if (input.type !== (floats ? 'float32' : 'uint8'))
    return fail(`its picture is ${input.type}, the manifest says ${floats ? 'float32' : 'uint8'}`);
  const [batch, ...sides] = input.shape;
  const [channels, height, width] = floats ? sides : [sides[2], sides[0], sides[1]];
  if (input.shape.length !== 4 || (typeof batch === 'number' && batch !== 1 && batch !== -1) || channels !== 3)
    return fail(`its picture has the sides ${input.shape.join(' x ')}`);
  if (!(Number(height) > 0 && Number(width) > 0)) return ok('free');
  return ok({ width: Number(width), height: Number(height) });
}

function read(
  answer: Readonly<Record<string, Tensor>>,
  { manifest, input, decode }: { readonly manifest: VisionManifest; readonly input: DetectorInput; readonly decode: DecodeSettings },
): DetectedPerson[] {
  if (manifest.family === 'ssd') {
    const [scores, boxes] = [answer[DETECTOR_TENSORS.scores]?.data, answer[DETECTOR_TENSORS.boxes]?.data];
    if (!(scores instanceof Float32Array) || !(boxes instanceof Float32Array) || boxes.length !== 4 * scores.length)
      throw new Error('its answer is not one score and four coordinates an anchor');
    return decodeDetections({ scores, boxes }, decode);
  }
  const outputs = Object.values(answer);
  const rows = outputs[0]?.data;
  const expected = rowsShape(manifest, input);
  const dims = outputs[0]?.dims.join(' x ') ?? '';
  if (outputs.length !== 1 || !(rows instanceof Float32Array) || dims !== `1 x ${expected.rows} x ${expected.width}`)
    throw new Error(`its answer is ${dims || 'nothing'}, expected 1 x ${expected.rows} x ${expected.width} as float32`);
  return decodeRows(rows, { manifest, input, settings: decode });
}
