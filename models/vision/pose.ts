import { fail, ok, type Result } from '../../agent/core/result.ts';
import type { ModelProblem } from '../manifest.ts';
import { loadOnnxRuntime } from '../onnx-runtime.ts';
import { JOINTS, POSE_TENSORS } from './detector-tensors.ts';
import { openSession, readVisionModel, unreadable, type VisionModel } from './open-model.ts';
import { type Crop, type Picture, resample } from './picture.ts';

/** A joint in the square picture: x, y in [0, 1] from its top left corner, and how sure it is. */
export interface Joint {
  readonly x: number;
  readonly y: number;
  readonly score: number;
}

/** Places of joints in COCO's order. */
export const JOINT = { leftElbow: 7, rightElbow: 8, leftWrist: 9, rightWrist: 10 } as const;

/** Finds the joints of one person. */
export interface PoseModel {
  /** Joints of the person in the middle of a part of a picture, by the names asked for, in [0, 1] of that part. */
  joints(picture: Picture, crop: Crop, wanted: readonly number[]): Promise<readonly Joint[]>;
  close(): Promise<void>;
}

/** What the network says, before it is read. */
export interface PoseHeads {
  readonly side: number;
  /** By joint, line and column. */
  readonly heat: Float32Array;
  readonly centre: Float32Array;
  /** Vertical and horizontal by joint, line and column. */
  readonly regress: Float32Array;
  readonly offset: Float32Array;
}

/** Reads a pose model by its manifest and opens it. */
export async function loadPose(manifestPath: string): Promise<Result<PoseModel, ModelProblem>> {
  const model = await readVisionModel(manifestPath);
  return model.ok ? openPose(model.value) : model;
}

/** Opens a pose model and has it look at a grey picture. */
export async function openPose(model: VisionModel): Promise<Result<PoseModel, ModelProblem>> {
  const { manifest } = model;
  if (manifest.kind !== 'person-pose') return fail(unreadable(manifest, `it is a ${manifest.kind}, expected a person-pose`));
  const session = await openSession(model);
  if (!session.ok) return session;
  const { Tensor } = await loadOnnxRuntime();
  const { side } = manifest;
  const joints = async (picture: Picture, crop: Crop, wanted: readonly number[]) => {
    const { rgb } = resample(picture, crop, { width: side, height: side });
    const answer = await session.value.run({ [session.value.inputNames[0] ?? '']: new Tensor('uint8', rgb, [1, side, side, 3]) });
    const data = (name: string) => {
      const values = answer[name]?.data;
      if (!(values instanceof Float32Array)) throw new Error(`it does not say "${name}"`);
      return values;
    };
    const centre = data(POSE_TENSORS.centre);
    const heads = {
      side: Math.round(Math.sqrt(centre.length)),
      heat: data(POSE_TENSORS.heat),
      centre,
      regress: data(POSE_TENSORS.regress),
      offset: data(POSE_TENSORS.offset),
    };
    if (heads.side !== 48 || heads.heat.length !== JOINTS * centre.length || heads.offset.length !== 2 * heads.heat.length)
      throw new Error('its answer has not the sides of a pose');
    return readJoints(heads, wanted);
  };
  try {
    const grey = { width: 64, height: 64, rgb: new Uint8Array(3 * 64 * 64).fill(128) };
    await joints(grey, { left: 0, top: 0, width: 64, height: 64 }, [JOINT.leftWrist]);
  } catch (error) {
    await session.value.release();
    return fail(unreadable(manifest, error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)));
  }
  return ok({ joints, close: () => session.value.release() });
}

/** Distance, in places, at which heat counts half as much as right at the expected place. */
const SOFTNESS = 1.7998046875;
/** One of 48 places, rounded to half precision as in the original. */
const PLACE = 0.0208282470703125;

/**
 * Joints from the network's heads: the person whose middle is most certain, from there the rough way to each joint, near there the hottest
 * place, and from that the fine correction.
 */
export function readJoints({ side, heat, centre, regress, offset }: PoseHeads, wanted: readonly number[]): readonly Joint[] {
  const area = side * side;
  const middle = centre.reduce((best, value, i) => (value > (centre[best] ?? 0) ? i : best), 0);
  const [line, column] = [Math.floor(middle / side), middle % side];
  return wanted.map((joint) => {
    const towardsY = line + (regress[2 * joint * area + middle] ?? 0);
    const towardsX = column + (regress[(2 * joint + 1) * area + middle] ?? 0);
    let [best, at] = [Number.NEGATIVE_INFINITY, 0];
    for (let place = 0; place < area; place++) {
      const dy = Math.floor(place / side) - towardsY;
      const dx = (place % side) - towardsX;
      const worth = (heat[joint * area + place] ?? 0) / (Math.sqrt(dy * dy + dx * dx) + SOFTNESS);
      if (worth > best) [best, at] = [worth, place];
    }
    return {
      x: ((at % side) + (offset[(2 * joint + 1) * area + at] ?? 0)) * PLACE,
      y: (Math.floor(at / side) + (offset[2 * joint * area + at] ?? 0)) * PLACE,
      score: heat[joint * area + at] ?? 0,
    };
  });
}
