import { sampleRequests } from './sample-requests.ts';
import type { Scorer } from './scorer.ts';

/** What one request costs, features included, at one batch size. */
export interface InferenceFigure {
  readonly batch: number;
  readonly productsPerRequest: number;
  readonly microsPerRow: number;
  readonly rows: number;
}

export interface InferenceBenchOptions {
  readonly monotonicMs: () => number;
  /** Time to measure each batch size for, default 500 ms. */
  readonly measureMs?: number;
  /** Default 1 and 16. */
  readonly batches?: readonly number[];
  readonly productsPerRequest?: number;
}

/** Requests that the batches are taken from in turn: a few repeated ones would be learnt by the branch predictor and look twice as fast. */
const POOL = 2048;

/** Microseconds per row (a visit and a product) from request to checked score, after a warm-up of a fifth of the time. */
export async function benchInference(scorer: Scorer, options: InferenceBenchOptions): Promise<readonly InferenceFigure[]> {
  const measureMs = options.measureMs ?? 500;
  const products = options.productsPerRequest ?? 1;
  const figures: InferenceFigure[] = [];
  for (const batch of options.batches ?? [1, 16]) {
    const pool = sampleRequests(batch * Math.ceil(POOL / batch), { seed: 1, products });
    let next = 0;
    const measure = async (forMs: number): Promise<{ readonly rows: number; readonly elapsedMs: number }> => {
      const startMs = options.monotonicMs();
      let rows = 0;
      while (options.monotonicMs() - startMs < forMs) {
        await scorer.score(pool.slice(next, next + batch));
        next = (next + batch) % pool.length;
        rows += batch * products;
      }
      return { rows, elapsedMs: options.monotonicMs() - startMs };
    };
    await measure(measureMs / 5);
    const { rows, elapsedMs } = await measure(measureMs);
    figures.push({ batch, productsPerRequest: products, microsPerRow: (elapsedMs * 1000) / rows, rows });
  }
  return figures;
}
