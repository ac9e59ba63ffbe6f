import type { DetectedPerson } from '../../../agent/core/reading.ts';
import { type Box, iou } from '../../../models/vision/boxes.ts';

/** The baseline: boxes above one threshold, matched greedily by overlap with the last box, kept for three misses; no motion, no second chance. */
export class IouTracker {
  readonly #minScore: number;
  #tracks: { id: number; box: Box; hits: number; misses: number }[] = [];
  #count = 0;

  constructor(minScore = 0.35) {
    this.#minScore = minScore;
  }

  update(people: readonly DetectedPerson[]): readonly { readonly id: string; readonly box: Box }[] {
    const free = new Set(people.filter(({ confidence }) => confidence >= this.#minScore));
    for (const track of this.#tracks) {
      let best: DetectedPerson | undefined;
      for (const box of free) if (iou(box, track.box) > Math.max(0.3, best === undefined ? 0 : iou(best, track.box))) best = box;
      if (best === undefined) track.misses += 1;
      else {
        free.delete(best);
        Object.assign(track, { box: best, hits: track.hits + 1, misses: 0 });
      }
    }
    this.#tracks = this.#tracks.filter(({ misses }) => misses <= 3);
    for (const box of free) this.#tracks.push({ id: ++this.#count, box, hits: 1, misses: 0 });
    return this.#tracks.filter(({ hits }) => hits >= 2).map(({ id, box }) => ({ id: `b${id}`, box }));
  }
}
