import type { LoadOutcome } from '../../config/load.ts';
import { parseConfig } from '../../config/load.ts';
import { formatProblem } from '../../config/problem.ts';

/** A store with one of everything, 25 lines; tests change or append lines. */
export const SMALL_STORE = `store:
  id: corner
  name: Corner
  currency: EUR
  timeZone: Europe/Berlin
  plan: { widthM: 10, depthM: 8 }
zones:
  - { id: hall, name: Hall, outline: [[0, 0], [10, 0], [10, 8]] }
fixtures:
  - { id: shelf-1, name: Shelf, zone: hall, at: [2, 3], slots: [{ id: 1-1, sku: TEA }] }
products:
  - { sku: TEA, name: Tea, category: tea, price: 2.99, cost: 1.50 }
devices:
  - { id: shelf-1, name: Shelf sensor, role: sensor, fixture: shelf-1 }
tags:
  - { id: cart-1, name: Cart 1 }
campaigns:
  - id: tea-time
    name: Tea time
    skus: [TEA]
    discount: 10%
    budget: 20
    headline: Tea for less
`;

/** The outcome of loading a text as `store.yaml`, with an environment of its own. */
export function parse(text: string, environment: Readonly<Record<string, string>> = {}): LoadOutcome {
  return parseConfig(text, { file: 'store.yaml', environment, workingDirectory: '/srv/shop' });
}

/** The problems of a text, as a person reads them; empty when it loads. */
export function problemsOf(text: string, environment: Readonly<Record<string, string>> = {}): readonly string[] {
  const outcome = parse(text, environment);
  return outcome.kind === 'invalid' ? outcome.problems.map(formatProblem) : [];
}

/** The configuration of a text that must load. */
export function loaded(text: string, environment: Readonly<Record<string, string>> = {}) {
  const outcome = parse(text, environment);
  if (outcome.kind === 'invalid') throw new Error(outcome.problems.map(formatProblem).join('\n'));
  return outcome.loaded;
}
