import { EXIT } from './exit.ts';

/** Where an agent started this process and is gone, however it went, nobody wants the answer any more: ends it. Elsewhere does nothing. */
export function endWithParent(): void {
  if (process.channel === undefined || process.channel === null) return;
  process.once('disconnect', () => process.exit(EXIT.unavailable));
  // The channel alone must not keep it alive.
  process.channel.unref();
}
