import type { SurveyPoint } from '../store-map.ts';
import { type Factored, factor } from './cholesky.ts';
import { RADIO } from './radio.ts';

/** Most survey points that speak for one place; farther ones add nothing where shadows are alike within metres. */
const NEAREST = 24;

/** How far a scanner is off the path-loss law at a place, and the variance of that in dB squared. */
export interface Shadow {
  readonly offDb: number;
  readonly variance: number;
}

/** A survey point and how far each scanner (by its number) was off the law there; undefined where it heard nothing. */
export interface SurveyResidual {
  readonly point: Place;
  readonly offDb: readonly (number | undefined)[];
}

/**
 * What the survey says of every scanner (by its number) at a place: kriging of the residuals, which are alike nearby and forgotten far
 * away. Without survey points it is no correction with the full variance of shadows and scanners.
 */
export function shadowField(survey: readonly SurveyResidual[], scanners: number): (at: Place) => readonly Shadow[] {
  const between = survey.map((a) => Float64Array.from(survey, (b) => covariance(a.point, b.point)));
  return (at) => {
    const near = nearest(at, survey);
    const everybody = { members: near, weighed: weigh(at, near) };
    return Array.from({ length: scanners }, (_, scanner) => {
      const members = near.filter((index) => survey[index]!.offDb[scanner] !== undefined);
      if (members.length === 0) return UNKNOWN;
      const { weights, variance } = members.length === near.length ? everybody.weighed : weigh(at, members);
      const offDb = members.reduce((sum, index, position) => sum + weights[position]! * (survey[index]!.offDb[scanner] ?? 0), 0);
      return { offDb, variance };
    });
  };

  function weigh(at: Place, members: readonly number[]) {
    const size = members.length;
    const matrix = new Float64Array(size * size);
    for (let row = 0; row < size; row++) {
      for (let column = 0; column <= row; column++) matrix[row * size + column] = between[members[row]!]![members[column]!]!;
      matrix[row * size + row]! += NOISE;
    }
    const towards = members.map((index) => covariance(survey[index]!.point, at));
    // A covariance with noise on its diagonal is positive definite.
    const weights = (factor(matrix, size) as Factored).solve(towards);
    const explained = towards.reduce((sum, covariant, index) => sum + covariant * weights[index]!, 0);
    return { weights, variance: Math.max(0, PRIOR - explained) };
  }
}

type Place = Pick<SurveyPoint, 'xM' | 'yM'>;

/** Of the mean strength at a survey point. */
const NOISE = RADIO.fadingDb ** 2 / RADIO.mostLooks;
const PRIOR = RADIO.shadowDb ** 2 + RADIO.offsetDb ** 2;
const UNKNOWN: Shadow = { offDb: 0, variance: PRIOR };

function nearest(at: Place, survey: readonly SurveyResidual[]): readonly number[] {
  const away = survey.map(({ point }) => (point.xM - at.xM) ** 2 + (point.yM - at.yM) ** 2);
  const order = Array.from(survey.keys());
  return survey.length <= NEAREST ? order : order.sort((a, b) => away[a]! - away[b]!).slice(0, NEAREST);
}

/** Shadows are alike nearby; what a scanner is off everywhere is the same at every place. */
function covariance(a: Place, b: Place): number {
  const metres = Math.sqrt((a.xM - b.xM) ** 2 + (a.yM - b.yM) ** 2);
  return RADIO.shadowDb ** 2 * Math.exp(-metres / RADIO.alikeWithinM) + RADIO.offsetDb ** 2;
}
