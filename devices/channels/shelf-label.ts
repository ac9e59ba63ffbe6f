import type { DisplayMessage } from '../../agent/core/effect.ts';
import type { DeviceId, FixtureId, StoreId } from '../../agent/core/ids.ts';
import type { OutboundMessage } from '../transports/transport.ts';
import { displayMessage } from './display.ts';

/** What a display shall show: a text, or its usual content again with `show: undefined`. */
export interface DisplayOrder {
  readonly device: DeviceId;
  readonly fixture: FixtureId;
  readonly show: DisplayMessage | undefined;
}

/** How a display is reached. */
export interface DisplayTarget {
  /** `native`, `esphome`, `openepaperlink`; anything else is spoken to in the native form. */
  readonly adapter: string;
  /** The node's topic prefix (ESPHome), or `<access point>/<tag>` (OpenEPaperLink). */
  readonly knownAs: string;
}

/** One way to bring a text to a display. */
export type DisplayOutput =
  | { readonly kind: 'mqtt'; readonly message: OutboundMessage }
  | { readonly kind: 'http'; readonly url: string; readonly form: Readonly<Record<string, string>> }
  /** The configuration does not say where it is. */
  | { readonly kind: 'unreachable'; readonly detail: string };

/** Displays that are written to and never heard, by the name that devices give as their adapter. */
export const OUTPUT_ADAPTERS: readonly string[] = ['openepaperlink'];

/** Turns an order into what the display's own form wants. */
export function displayOutput(store: StoreId, order: DisplayOrder, target: DisplayTarget): DisplayOutput {
  switch (target.adapter) {
    case 'esphome':
      return { kind: 'mqtt', message: esphomeText(order, target.knownAs) };
    case 'openepaperlink':
      return openEPaperLink(order, target.knownAs);
    default:
      return { kind: 'mqtt', message: displayMessage(store, order) };
  }
}

/** ESPHome's `text` component takes at most 255 characters. */
const ESPHOME_MOST = 255;

/** A `text` component called `offer` on the node (`text: - platform: template, id: offer`). Not retained: the node keeps its text itself. */
function esphomeText({ show }: DisplayOrder, node: string): OutboundMessage {
  const text = show === undefined ? '' : `${show.title}\n${show.line}`;
  return { topic: `${node}/text/offer/command`, payload: [...text].slice(0, ESPHOME_MOST).join(''), retain: false, qos: 1 };
}

/** The access point draws a JSON template: lines of text at places in pixels; an empty one clears the tag. */
function openEPaperLink({ show }: DisplayOrder, knownAs: string): DisplayOutput {
  const found = /^([A-Za-z0-9.-]{1,200}(?::\d{1,5})?)\/([0-9A-Fa-f]{12,16})$/.exec(knownAs);
  if (found === null) return { kind: 'unreachable', detail: `knownAs: expected <access point>/<tag address>, found "${knownAs}"` };
  const [, host, tag] = found;
  const lines =
    show === undefined
      ? []
      : [{ text: [4, 4, short(show.title), 'fonts/bahnschrift20', 1] }, { text: [4, 34, short(show.line), 'fonts/bahnschrift20', 2] }];
  return {
    kind: 'http',
    url: `http://${host}/jsonupload`,
    form: { mac: tag!.toUpperCase().padStart(16, '0'), json: JSON.stringify(lines) },
  };
}

function short(text: string): string {
  return [...text].slice(0, 60).join('');
}
