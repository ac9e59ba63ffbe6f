import type { StepContext } from '../context.ts';
import type { Reading } from '../reading.ts';
import { observeQueue } from './queue.ts';
import { observeStop } from './seats.ts';
import { observeFlow, observeHeat } from './traffic.ts';

/** Lets what a camera counted have its effect. */
export function observeCamera(
  context: StepContext,
  reading: Extract<Reading, { readonly kind: 'stop' | 'queue' | 'heat' | 'flow' }>,
): void {
  switch (reading.kind) {
    case 'stop':
      return observeStop(context, reading);
    case 'queue':
      return observeQueue(context, reading);
    case 'heat':
      return observeHeat(context, reading);
    case 'flow':
      return observeFlow(context, reading);
  }
}
