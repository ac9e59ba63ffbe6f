/** One event of a stream, as the EventSource standard reads it. */
export interface ServerSentEvent {
  /** `message` where the server named none. */
  readonly event: string;
  readonly data: string;
  /** Last id seen on the stream, `''` before any. */
  readonly id: string;
}

/** What a parser reports: events, and the server's wish for the reconnection delay. */
export type SseItem = { readonly kind: 'event'; readonly event: ServerSentEvent } | { readonly kind: 'retry'; readonly delayMs: number };

/** Longest event that is kept, in characters; a longer one is dropped whole and counted. */
export const MAX_EVENT_CHARS = 4_000_000;

/**
 * Reads `text/event-stream` piece by piece, however the network cuts it: CR, LF and CRLF line ends, comments, several data lines, a leading BOM.
 * Bytes are decoded by the caller. An unfinished event at the end of the stream is dropped, as the standard wants.
 */
export class SseParser {
  #line = '';
  /** Length of the current line, dropped characters included. */
  #lineChars = 0;
  #eventChars = 0;
  #skipLineFeed = false;
  #atStart = true;
  #data: string[] = [];
  #event = '';
  #id: string;
  #droppedEvents = 0;

  /** `lastEventId` is the id to report until the stream sends one; `''` by default. */
  constructor(lastEventId = '') {
    this.#id = lastEventId;
  }

  /** Events dropped because they were longer than `MAX_EVENT_CHARS`. */
  get droppedEvents(): number {
    return this.#droppedEvents;
  }

  /** Id to resume from, `''` when the stream never sent one. */
  get lastEventId(): string {
    return this.#id;
  }

  /** Takes the next piece of text and gives what it completed, in order. */
  push(text: string): readonly SseItem[] {
    const items: SseItem[] = [];
    let from = 0;
    if (this.#atStart && text.length > 0) {
      this.#atStart = false;
      if (text.charCodeAt(0) === 0xfeff) from = 1;
    }
    for (let at = from; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      const secondHalfOfCrLf = this.#skipLineFeed && code === 10;
      this.#skipLineFeed = false;
      if (secondHalfOfCrLf) {
        from = at + 1;
        continue;
      }
      if (code !== 10 && code !== 13) continue;
      this.#append(text.slice(from, at));
      from = at + 1;
      this.#skipLineFeed = code === 13;
      const item = this.#lineChars === 0 ? this.#dispatch() : this.#field(this.#line);
      if (item !== undefined) items.push(item);
      this.#line = '';
      this.#lineChars = 0;
    }
    this.#append(text.slice(from));
    return items;
  }

  #append(piece: string): void {
    this.#lineChars += piece.length;
    this.#eventChars += piece.length;
    if (this.#eventChars <= MAX_EVENT_CHARS) {
      this.#line += piece;
      return;
    }
    this.#line = '';
    this.#data = [];
  }

  #field(line: string): SseItem | undefined {
    const colon = line.indexOf(':');
    if (colon === 0) return undefined;
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1);
    if (name === 'data') this.#data.push(value);
    else if (name === 'event') this.#event = value;
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
    else if (name === 'retry' && /^\d{1,9}$/.test(value)) return { kind: 'retry', delayMs: Number(value) };
    return undefined;
  }

  #dispatch(): SseItem | undefined {
    const event = { event: this.#event === '' ? 'message' : this.#event, data: this.#data.join('\n'), id: this.#id };
    const isEmpty = this.#data.length === 0;
    const isOversized = this.#eventChars > MAX_EVENT_CHARS;
    this.#event = '';
    this.#data = [];
    this.#eventChars = 0;
    if (isOversized) this.#droppedEvents += 1;
    return isEmpty || isOversized ? undefined : { kind: 'event', event };
  }
}
