import { describe, expect, it } from 'vitest';
import { SHELF_SCENES, writeScene } from '../../../devices/simulator/shelf-scenes.ts';
import { detectAll } from '../../bench/shelf.ts';
import { emptyScore, f1Of, scoreScene } from '../../bench/shelf-score.ts';

/** Plays a scene once; `npm run bench:accuracy` scores them at all rates and noises. */
function play(name: string, hz: number, noise = 1) {
  const kind = SHELF_SCENES.find((one) => one.name === name);
  if (kind === undefined) throw new Error(`Cannot find scene "${name}"`);
  const scene = writeScene(kind, { seed: 'test', startMs: 0 });
  const readings = scene.play({ ...kind.report, seed: 'test', hz: Math.min(hz, kind.mostHz ?? hz), noise });
  const { reports } = detectAll(scene, readings);
  const score = emptyScore();
  scoreScene(score, { truths: scene.truths, reports, hz });
  return { scene, reports, score };
}

describe('at the shelf', () => {
  it.each(SHELF_SCENES.map(({ name }) => name))('"%s" is told right', (name) => {
    const { score } = play(name, 5);
    expect(f1Of(score)).toBeGreaterThanOrEqual(0.9);
  });

  it('a put-back of one of two products of the same weight, both just taken, is never certain', () => {
    for (const hz of [1, 5, 10]) {
      const { score } = play('same weight', hz);
      expect(score.undecidable).toBeGreaterThan(3);
      expect(score.undecidableTold).toBe(score.undecidable);
      expect(score.falseReports).toBe(0);
    }
  });

  it('nobody takes anything from a shelf that is only leaned on', () => {
    const { scene, reports } = play('leaning', 10);
    const leaned = scene.truths.filter(({ kind }) => kind === 'hand');
    const during = reports.filter(({ slot, atMs }) =>
      leaned.some((hand) => hand.slot === slot && atMs >= hand.fromMs && atMs <= hand.toMs),
    );
    expect(leaned.length).toBeGreaterThan(5);
    expect(during).toEqual([]);
  });
});
