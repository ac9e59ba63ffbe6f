import type { DetectedPerson } from '../../agent/core/reading.ts';
import { associate } from './association.ts';
import { type Box, containment, iou } from './boxes.ts';
import { BoxMotion } from './motion.ts';

/** Somebody in the picture now. The id lives as long as they are seen and means nothing outside this camera. */
export interface Track {
  readonly id: string;
  readonly box: Box;
  readonly confidence: number;
  readonly sinceMs: number;
  readonly seenAtMs: number;
}

export interface TrackerSettings {
  /** Score from which a box may begin a track. */
  readonly startScore: number;
  /** Score from which a box may keep one alive. */
  readonly keepScore: number;
  /** Boxes needed, and time between the first and the last of them, before a track counts. */
  readonly confirmHits: number;
  readonly confirmMs: number;
  /** How long somebody who is not seen is believed in where nobody hides them, where somebody else does, and at the picture's edge. */
  readonly keepMs: number;
  readonly keepHiddenMs: number;
  readonly keepLeavingMs: number;
  /** How long weak boxes alone may keep somebody alive who stands apart: a dark coat before a dark shelf is a weak box for minutes. */
  readonly weakMs: number;
  /** The same beside others, where a weak box is more likely half of a neighbour. */
  readonly weakBesideMs: number;
  /** Most tracks at once; more people than this are counted by nobody. */
  readonly maxTracks: number;
}

/** Found on drawn walkers (other seeds than tests and benchmark use), at 2 to 15 pictures a second, and held against the clips at hand. */
export const DEFAULT_TRACKER: TrackerSettings = {
  startScore: 0.35,
  keepScore: 0.15,
  confirmHits: 2,
  confirmMs: 100,
  keepMs: 500,
  keepHiddenMs: 2_000,
  keepLeavingMs: 150,
  weakMs: 60_000,
  weakBesideMs: 2_500,
  maxTracks: 100,
};

interface Candidate {
  readonly id: string;
  readonly motion: BoxMotion;
  box: Box;
  confidence: number;
  readonly sinceMs: number;
  seenAtMs: number;
  strongAtMs: number;
  hits: number;
  confirmed: boolean;
}

/**
 * Follows people from picture to picture: strong boxes first, then weak ones for those already known, by overlap with where they should be
 * by now. Pictures may come at any distance; what was asked at one time is answered for that time.
 */
export class PersonTracker {
  readonly #settings: TrackerSettings;
  #tracks: Candidate[] = [];
  #count = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(settings: TrackerSettings = DEFAULT_TRACKER) {
    this.#settings = settings;
  }

  /** Takes the boxes of one picture and says who is there. A picture that is not newer than the last one changes nothing. */
  update(people: readonly DetectedPerson[], nowMs: number): readonly Track[] {
    if (nowMs <= this.#lastMs) return this.#visible();
    const gapMs = Math.min(2_000, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
    const { startScore, keepScore } = this.#settings;
    for (const track of this.#tracks) track.box = track.motion.predict(nowMs);
    const boxes = withoutDuplicates(people);
    const strong = boxes.filter(({ confidence }) => confidence >= startScore);
    const weak = boxes.filter(({ confidence }) => confidence < startScore && confidence >= keepScore);

    const first = associate({ rows: this.#tracks.length, columns: strong.length }, (row, column) =>
      affinity(this.#tracks[row]?.box, strong[column], gapMs),
    );
    this.#see(this.#tracks, { boxes: strong, pairs: first.pairs, nowMs, strong: true });
    // A track that is not certain yet is not kept alive by a weak box: that is how ghosts begin.
    const missed = first.freeRows.flatMap((row) => this.#tracks[row] ?? []).filter(({ confirmed }) => confirmed);
    const second = associate({ rows: missed.length, columns: weak.length }, (row, column) => {
      const shared = overlap(missed[row]?.box, weak[column]);
      return shared >= 0.3 ? shared : 0;
    });
    this.#see(missed, { boxes: weak, pairs: second.pairs, nowMs, strong: false });

    this.#forget(nowMs, gapMs);
    for (const column of first.freeColumns) this.#begin(strong[column], nowMs);
    return this.#visible();
  }

  /** Nobody is followed, not even somebody who is not certain yet. */
  get isEmpty(): boolean {
    return this.#tracks.length === 0;
  }

  /** Who was there in the last picture. */
  tracks(): readonly Track[] {
    return this.#visible();
  }

  #see(
    tracks: readonly Candidate[],
    match: {
      readonly boxes: readonly DetectedPerson[];
      readonly pairs: readonly (readonly [number, number])[];
      readonly nowMs: number;
      readonly strong: boolean;
    },
  ): void {
    const { confirmHits, confirmMs } = this.#settings;
    for (const [row, column] of match.pairs) {
      const [track, box] = [tracks[row], match.boxes[column]];
      if (track === undefined || box === undefined) continue;
      track.motion.correct(box);
      track.box = track.motion.box();
      track.confidence = box.confidence;
      track.seenAtMs = match.nowMs;
      if (match.strong) track.strongAtMs = match.nowMs;
      track.hits += 1;
      track.confirmed ||= track.hits >= confirmHits && match.nowMs - track.sinceMs >= confirmMs;
    }
  }

  #begin(box: DetectedPerson | undefined, nowMs: number): void {
    if (box === undefined || this.#tracks.length >= this.#settings.maxTracks) return;
    // A second box on somebody who is followed already is not a second person.
    if (this.#tracks.some((track) => track.seenAtMs === nowMs && track.confirmed && isSame(track.box, box))) return;
    this.#count += 1;
    this.#tracks.push({
      id: `t${this.#count}`,
      motion: new BoxMotion(box, nowMs),
      box,
      confidence: box.confidence,
      sinceMs: nowMs,
      seenAtMs: nowMs,
      strongAtMs: nowMs,
      hits: 1,
      confirmed: this.#settings.confirmHits <= 1,
    });
  }

  #forget(nowMs: number, gapMs: number): void {
    const { keepMs } = this.#settings;
    const kept = this.#tracks.filter((track) => {
      if (track.seenAtMs === nowMs) return nowMs - track.strongAtMs <= this.#weakLimit(track);
      if (isOutside(track.box)) return false;
      const patienceMs = this.#patience(track, { nowMs, gapMs });
      return nowMs - track.seenAtMs <= (track.confirmed ? patienceMs : Math.min(keepMs / 2, patienceMs));
    });
    // Of two tracks on one person the one that is seen stays, else the older.
    const worth = (track: Candidate) => (track.confirmed ? 2 : 0) + (track.seenAtMs === nowMs ? 1 : 0);
    const ranked = [...kept].sort((a, b) => worth(b) - worth(a) || a.sinceMs - b.sinceMs);
    const single: Candidate[] = [];
    for (const track of ranked) {
      const twin = single.find((other) => iou(other.box, track.box) > 0.7 || (track.seenAtMs !== nowMs && isSame(other.box, track.box)));
      if (twin === undefined) single.push(track);
    }
    this.#tracks = single;
  }

  /** Who is hidden comes out again; who was free to be seen and is not, or walks out of the picture, is gone. */
  #patience(track: Candidate, { nowMs, gapMs }: { readonly nowMs: number; readonly gapMs: number }): number {
    const { keepMs, keepHiddenMs, keepLeavingMs } = this.#settings;
    const isHidden = this.#tracks.some(
      (other) => other !== track && other.confirmed && other.seenAtMs === nowMs && containment(other.box, track.box) > 0.3,
    );
    const keep = isLeaving(track.box) ? keepLeavingMs : isHidden ? keepHiddenMs : keepMs;
    // At few pictures a second one miss must not be the end.
    return Math.max(keep, 2.2 * gapMs);
  }

  #weakLimit(track: Candidate): number {
    const beside = this.#tracks.some((other) => other !== track && other.confirmed && containment(other.box, track.box) > 0.3);
    return beside ? this.#settings.weakBesideMs : this.#settings.weakMs;
  }

  #visible(): readonly Track[] {
    return this.#tracks
      .filter(({ confirmed }) => confirmed)
      .map(({ id, box, confidence, sinceMs, seenAtMs }) => ({ id, box, confidence, sinceMs, seenAtMs }));
  }
}

/** Boxes without those that lie inside a more confident one: half a person found twice. */
function withoutDuplicates(people: readonly DetectedPerson[]): DetectedPerson[] {
  const kept: DetectedPerson[] = [];
  for (const person of [...people].sort((a, b) => b.confidence - a.confidence)) {
    if (kept.every((other) => !isSame(other, person))) kept.push(person);
  }
  return kept;
}

/** Whether two boxes are one person: much overlap, or one almost inside the other and not much smaller. */
function isSame(a: Box, b: Box): boolean {
  if (iou(a, b) > 0.5) return true;
  return containment(a, b) > 0.88 && Math.min(a.h, b.h) > 0.35 * Math.max(a.h, b.h);
}

function overlap(a: Box | undefined, b: Box | undefined): number {
  return a === undefined || b === undefined ? 0 : iou(a, b);
}

/** How well a box fits a track, 0 to 1: by overlap, and by nearness where few pictures a second leave none. */
function affinity(track: Box | undefined, box: Box | undefined, gapMs: number): number {
  if (track === undefined || box === undefined) return 0;
  const ratio = box.h / track.h;
  if (ratio < 0.5 || ratio > 2) return 0;
  const height = (box.h + track.h) / 2;
  const away = Math.hypot(box.x + box.w / 2 - track.x - track.w / 2, box.y + box.h / 2 - track.y - track.h / 2) / height;
  const reach = 0.2 + gapMs / 1_500;
  const near = Math.max(0, 1 - away / reach);
  const shared = iou(track, box);
  return shared < 0.15 && near === 0 ? 0 : 0.7 * shared + 0.3 * near;
}

/** At a side of the picture; below, people are cut off while they stay. */
function isLeaving(box: Box): boolean {
  return box.x < 0.01 || box.x + box.w > 0.99;
}

function isOutside(box: Box): boolean {
  const [x, y] = [box.x + box.w / 2, box.y + box.h / 2];
  return x < 0 || x > 1 || y < 0 || y > 1;
}
