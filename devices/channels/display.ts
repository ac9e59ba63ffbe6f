import { z } from 'zod';
import type { DisplayMessage } from '../../agent/core/effect.ts';
import type { DeviceId, FixtureId, StoreId } from '../../agent/core/ids.ts';
import { nativeTopic } from '../topics.ts';
import type { OutboundMessage } from '../transports/transport.ts';

const show = z.object({
  kind: z.literal('display.show'),
  fixture: z.string(),
  title: z.string(),
  line: z.string(),
  sku: z.string(),
  until: z.string().meta({ format: 'date-time', description: 'The device goes back to its usual content by itself then' }),
});
const clear = z.object({ kind: z.literal('display.clear'), fixture: z.string() });

/** What a display or shelf label is told, by kind: a text until a moment, or to show its usual content. */
export const DISPLAY_COMMANDS = { 'display.show': show, 'display.clear': clear } as const;

/** One command to a display. */
export type DisplayCommand = z.output<typeof show> | z.output<typeof clear>;

/**
 * The message that makes a fixture's display show something, or nothing of ours with `show: undefined`. Retained, so that a display that was
 * restarted shows what it should; it carries its own end, so that an old one is never shown.
 */
export function displayMessage(
  store: StoreId,
  effect: { readonly device: DeviceId; readonly fixture: FixtureId; readonly show: DisplayMessage | undefined },
): OutboundMessage {
  const { device, fixture, show: text } = effect;
  const command: DisplayCommand =
    text === undefined
      ? { kind: 'display.clear', fixture }
      : {
          kind: 'display.show',
          fixture,
          title: text.title,
          line: text.line,
          sku: text.sku,
          until: new Date(text.untilMs).toISOString(),
        };
  return { topic: nativeTopic(store, device, 'set'), payload: JSON.stringify(command), retain: true, qos: 1 };
}
