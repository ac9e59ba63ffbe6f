import type { StoreOverview } from '../../core/overview.ts';
import { plural } from '../shared/format.ts';
import type { IconName } from '../shared/icons.tsx';
import type { Tone } from './tone.ts';

/** The banner's answer to "is the store working?". */
export interface Verdict {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly title: string;
  readonly sentence: string;
  /** The one thing to do now. */
  readonly next: string | undefined;
}

/** What the overview says about the store, as a banner. */
export function verdictOf(overview: StoreOverview): Verdict {
  const worst = overview.problems[0];
  if (overview.health.state === 'ok' && worst === undefined) {
    const next = overview.devices.length === 0 ? 'Add the first device with “endcap device add”.' : undefined;
    return { tone: 'good', icon: 'ok', title: 'Store is working', sentence: calmSentence(overview), next };
  }
  const isDown = overview.health.state === 'down';
  return {
    tone: isDown ? 'bad' : 'warn',
    icon: isDown ? 'error' : 'warning',
    title: isDown ? 'Needs attention now' : 'Needs attention',
    sentence: worst?.sentence ?? overview.health.sentence,
    next: worst?.hint,
  };
}

function calmSentence(overview: StoreOverview): string {
  if (overview.devices.length === 0) return 'The agent runs, and waits for its first device.';
  const heard = overview.devices.filter((device) => device.state === 'ok').length;
  const offers = overview.offersPaused ? 'Offers are paused by a manager.' : 'Offers are running.';
  return `${plural(overview.visitsNow, 'visit')} now, ${heard} of ${plural(overview.devices.length, 'device')} reporting. ${offers}`;
}

/** What holds while the agent cannot be reached; `asOf` says when the page last heard of it. */
export function lostVerdict(asOf: string): Verdict {
  return {
    tone: 'warn',
    icon: 'off',
    title: 'Connection to the agent lost',
    sentence: `This page cannot reach the agent. What you see is how the store was at ${asOf}.`,
    next: 'Nothing, if this is short: the page keeps trying. If it lasts, check that the agent’s computer is on and in the same network.',
  };
}
