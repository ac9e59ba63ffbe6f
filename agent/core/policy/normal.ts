/** The logistic function: a probability from log-odds. */
export function sigmoid(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

/** Log-odds of a probability, which is held between 0.001 and 0.999: nothing that was only estimated is surer. */
export function logit(probability: number): number {
  const held = Math.min(0.999, Math.max(0.001, probability));
  return Math.log(held / (1 - held));
}

/**
 * Standard normal numbers, made once: whoever draws takes them from a place of its own, which is a tenth of the cost of drawing anew. A
 * prime number of them, so that places do not repeat in step.
 */
export const NORMALS: Float64Array = makeNormals(16_381);

/** The number furthest from 0 among `NORMALS`. */
export const LARGEST_NORMAL: number = NORMALS.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Box and Muller's pairs over a Weyl sequence with a mixing step: the same numbers on every machine. */
function makeNormals(count: number): Float64Array {
  let weyl = 20_260_105;
  const next = () => {
    weyl = (weyl + 0x6d2b79f5) | 0;
    let mixed = Math.imul(weyl ^ (weyl >>> 15), 1 | weyl);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return Float64Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()));
}
