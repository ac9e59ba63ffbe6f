import type { Box } from './boxes.ts';
import { isInArea, type PicturePoint } from './camera-place.ts';
import type { Crop, Picture } from './picture.ts';
import { JOINT, type Joint, type PoseModel } from './pose.ts';

/** A hand in the picture, and how sure it is, 0 to 1. */
export interface Hand extends PicturePoint {
  readonly score: number;
}

/** A person's box, and the part of it that is their body without what moves. */
export interface Somebody {
  readonly person: Box;
  readonly trunk: Box;
}

/** Height of the shoulders below the top of somebody's box, in heights of it. */
const SHOULDER = 0.2;
const WANTED = [JOINT.leftElbow, JOINT.rightElbow, JOINT.leftWrist, JOINT.rightWrist] as const;
/** Score from which the first look is enough. */
const SURE = 0.3;
/** How far beyond the wrist the hand is, in forearms. */
const HAND = 0.25;
/** How much an arm that hangs down counts, or a hand before the body: a camera cannot tell it from one in the shelf behind. */
const HIDDEN = 0.3;

/** The hands of somebody: looks at the upper body, where an arm over the head is seen, and at the whole figure where that is not enough. */
export async function findHands(pose: PoseModel, picture: Picture, { person, trunk }: Somebody): Promise<readonly Hand[]> {
  const upper = await handsIn(pose, picture, { crop: upperBody(person, picture), person, trunk });
  if (upper.every(({ score }) => score >= SURE)) return upper;
  const whole = await handsIn(pose, picture, { crop: wholeBody(person, picture), person, trunk });
  return [...upper, ...whole];
}

/** How sure it is that one of some hands is in an area, 0 to 1; `slack` widens the area, in heights of the picture. */
export function handInside(
  hands: readonly Hand[],
  area: readonly PicturePoint[],
  { slack, aspect }: { readonly slack: number; readonly aspect: number },
): number {
  return hands.reduce((best, hand) => (hand.score > best && isNear(hand, area, { x: slack / aspect, y: slack }) ? hand.score : best), 0);
}

/** Whether somebody could touch an area without a step: their box, grown by an arm to the sides and above, meets it. `aspect` is the picture's width by its height. */
export function canTouch(person: Box, area: readonly PicturePoint[], aspect: number): boolean {
  const left = person.x - (0.35 * person.h) / aspect;
  const right = person.x + person.w + (0.35 * person.h) / aspect;
  const [top, bottom] = [person.y - 0.25 * person.h, person.y + person.h];
  const isIn = ({ x, y }: PicturePoint) => x >= left && x <= right && y >= top && y <= bottom;
  if (area.some(isIn)) return true;
  // A small figure before a large shelf holds none of its corners.
  const places = [0, 0.25, 0.5, 0.75, 1];
  return places.some((u) => places.some((v) => isInArea({ x: left + u * (right - left), y: top + v * (bottom - top) }, area)));
}

function isNear(hand: PicturePoint, area: readonly PicturePoint[], slack: PicturePoint): boolean {
  if (isInArea(hand, area)) return true;
  return [0, 1, 2, 3, 4, 5, 6, 7].some((eighth) => {
    const angle = (eighth * Math.PI) / 4;
    return isInArea({ x: hand.x + slack.x * Math.cos(angle), y: hand.y + slack.y * Math.sin(angle) }, area);
  });
}

async function handsIn(
  pose: PoseModel,
  picture: Picture,
  { crop, person, trunk }: Somebody & { readonly crop: Crop },
): Promise<readonly Hand[]> {
  const joints = await pose.joints(picture, crop, WANTED);
  const [leftElbow, rightElbow, leftWrist, rightWrist] = joints.map((joint) => inPicture(joint, crop, picture));
  return [
    [leftWrist, leftElbow],
    [rightWrist, rightElbow],
  ].flatMap(([wrist, elbow]) => (wrist === undefined || elbow === undefined ? [] : [handOf(wrist, elbow, { person, trunk, picture })]));
}

/** Beyond the wrist, in the direction of the forearm; an arm that hangs, or a hand before the body, is hardly a reach. */
function handOf(wrist: Joint, elbow: Joint, { person, trunk, picture }: Somebody & { readonly picture: Picture }): Hand {
  const reliable = elbow.score >= 0.1;
  const [dx, dy] = reliable ? [wrist.x - elbow.x, wrist.y - elbow.y] : [0, 0];
  const isDown = reliable && dy > 0 && Math.abs(dx) * picture.width < 0.4 * dy * picture.height;
  const low = (wrist.y - person.y) / person.h;
  const isBeside = Math.abs(wrist.x - person.x - person.w / 2) < 0.6 * person.w;
  const isHanging = isDown && low > 0.38 && low < 0.7 && isBeside;
  const [x, y] = [wrist.x + HAND * dx, wrist.y + HAND * dy];
  const isBefore = x > trunk.x && x < trunk.x + trunk.w && (y - person.y) / person.h > SHOULDER;
  const score = isHanging || isBefore ? HIDDEN * wrist.score : wrist.score;
  return { x, y, score: Math.min(1, Math.max(0, score)) };
}

function inPicture({ x, y, score }: Joint, crop: Crop, { width, height }: Picture): Joint {
  return { x: (crop.left + x * crop.width) / width, y: (crop.top + y * crop.height) / height, score };
}

/** The figure with an eighth of its height around it. */
function wholeBody(person: Box, picture: Picture): Crop {
  const [w, h] = [person.w * picture.width, person.h * picture.height];
  return squared({
    left: person.x * picture.width - 0.125 * h,
    top: person.y * picture.height - 0.125 * h,
    width: w + 0.25 * h,
    height: 1.25 * h,
  });
}

/** From an arm's length above the head to the hips, with room for arms to the sides. */
function upperBody(person: Box, picture: Picture): Crop {
  const [w, h] = [person.w * picture.width, person.h * picture.height];
  return squared({ left: person.x * picture.width - 0.3 * h, top: person.y * picture.height - 0.4 * h, width: w + 0.6 * h, height: h });
}

function squared({ left, top, width, height }: Crop): Crop {
  const side = Math.max(width, height, 1);
  return { left: left + (width - side) / 2, top: top + (height - side) / 2, width: side, height: side };
}
