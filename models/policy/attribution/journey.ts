import type { Channel, Touch } from '../../../agent/core/touch.ts';
import type { Cents } from '../../../agent/core/units.ts';

/** What one visit saw and what came of it. */
export interface Journey {
  /** In the order of time. */
  readonly touches: readonly Touch[];
  readonly converted: boolean;
  /** What a conversion brought; 0 without. */
  readonly valueCents: Cents;
}

/** Cents by channel. */
export type Credit = Readonly<Record<Channel, number>>;

/** Nothing for anybody. */
export function noCredit(): Record<Channel, number> {
  return { phone: 0, 'shelf-display': 0, label: 0, signage: 0, staff: 0 };
}

/** Channels of a journey, each once, in order of first touch. */
export function channelsOf({ touches }: Journey): readonly Channel[] {
  return [...new Set(touches.map(({ channel }) => channel))];
}
