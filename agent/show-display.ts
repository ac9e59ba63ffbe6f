import { type DisplayOrder, type DisplayOutput, displayOutput } from '../devices/channels/shelf-label.ts';
import type { Transport } from '../devices/transports/transport.ts';
import type { LiveDevices } from './live-devices.ts';

/** An access point that does not answer is left alone after this long: the next text is on its way. */
const HTTP_TIMEOUT_MS = 5_000;

/** Brings a text to a display in the display's own form; rejects when it cannot be reached. */
export async function showOnDisplay(
  order: DisplayOrder,
  parts: { readonly devices: LiveDevices; readonly transport: Transport; readonly storeId: string },
): Promise<void> {
  const output: DisplayOutput = displayOutput(parts.storeId, order, parts.devices.displayTarget(order.device));
  switch (output.kind) {
    case 'mqtt':
      return parts.transport.publish(output.message);
    case 'http': {
      const form = new FormData();
      for (const [name, value] of Object.entries(output.form)) form.set(name, value);
      const answer = await fetch(output.url, {
        method: 'POST',
        body: form,
        redirect: 'error',
        signal: AbortSignal.timeout(HTTP_TIMEOUT_MS),
      });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`Cannot write to a display: ${output.url} answered ${answer.status}`);
      return;
    }
    case 'unreachable':
      throw new Error(`Cannot write to display "${order.device}": ${output.detail}`);
  }
}
