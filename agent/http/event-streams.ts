import type { ServerResponse } from 'node:http';
import type { HttpPorts } from './ports.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import type { HttpLimits } from './settings.ts';

/** Whose stream it is: a visit's or a manager session's; `key` is unique among owners of its kind. */
export interface StreamOwner {
  readonly kind: 'visit' | 'store';
  readonly key: string;
}

export type StreamEnd = 'client' | 'slow' | 'evicted' | 'closed' | 'session' | 'stopping' | 'defect';

/** One open stream of server-sent events. */
export interface EventStream {
  /** Writes one event's text to the socket at once. False when the stream has ended, or ends because its reader is too slow. */
  send(text: string, event: string): boolean;
  /** Ends it; the reader may come back. */
  end(reason: StreamEnd): void;
}

/** The text of one event. `data` must hold no line break, which JSON never does. */
export function eventText(event: { readonly name: string; readonly data: string; readonly id?: string }): string {
  const id = event.id === undefined ? '' : `id: ${event.id}\n`;
  return `${id}event: ${event.name}\ndata: ${event.data}\n\n`;
}

interface OpenStream extends EventStream {
  readonly owner: StreamOwner;
  readonly isStillAllowed: () => boolean;
}

/** All open streams: their limits, heartbeats and end. */
export class EventStreams {
  readonly #limits: HttpLimits;
  readonly #counters: HttpPorts['counters'];
  readonly #defects: HttpPorts['defects'];
  /** By owner, oldest first; an owner without streams has no entry. */
  readonly #byOwner = new Map<string, OpenStream[]>();
  #count = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(limits: HttpLimits, ports: Pick<HttpPorts, 'counters' | 'defects'>) {
    this.#limits = limits;
    this.#counters = ports.counters;
    this.#defects = ports.defects;
  }

  /** Streams open now. */
  get size(): number {
    return this.#count;
  }

  /** Whether `owner` may open one more: at the owner's own limit its oldest gives way, at the limit of all it may not. */
  hasRoomFor(owner: StreamOwner): boolean {
    if (this.#count < this.#limits.maxStreams) return true;
    return (this.#byOwner.get(ownerKey(owner))?.length ?? 0) >= this.#perOwner(owner);
  }

  /** Turns a response into a stream. The caller owes: `hasRoomFor` said yes, and nothing was written to `response`. */
  open(
    response: ServerResponse,
    spec: { readonly owner: StreamOwner; readonly attach: (stream: EventStream) => () => void; readonly isStillAllowed: () => boolean },
  ): void {
    const { owner } = spec;
    const own = this.#byOwner.get(ownerKey(owner)) ?? [];
    while (own.length >= this.#perOwner(owner)) own[0]?.end('evicted');
    response.socket?.setNoDelay(true);
    // The heartbeat watches over a stream; the idle timeout of requests does not apply.
    response.socket?.setTimeout(0);
    response.writeHead(200, STREAM_HEADERS);
    let detach: (() => void) | undefined;
    let hasEnded = false;
    const finish = (reason: StreamEnd): void => {
      if (hasEnded) return;
      hasEnded = true;
      this.#remove(stream);
      this.#counters.count('endcap_http_streams_ended_total', { stream: owner.kind, reason });
      detach?.();
    };
    const stream: OpenStream = {
      owner,
      isStillAllowed: spec.isStillAllowed,
      send: (text, event) => {
        if (hasEnded) return false;
        const { socket } = response;
        response.write(text);
        // `write` corks the socket until the next tick; what is written is complete, so it may leave now.
        socket?.uncork();
        this.#counters.count('endcap_http_events_total', { stream: owner.kind, event });
        if (response.writableLength <= this.#limits.maxStreamBufferBytes) return true;
        finish('slow');
        response.destroy();
        return false;
      },
      end: (reason) => {
        finish(reason);
        response.end();
      },
    };
    this.#add(stream);
    response.on('error', () => finish('client'));
    response.on('close', () => finish('client'));
    this.#counters.count('endcap_http_streams_opened_total', { stream: owner.kind });
    this.contain(stream, () => {
      detach = spec.attach(stream);
    });
    // The reader may have been too slow for the very first events.
    if (hasEnded) detach?.();
  }

  /** Does something for a stream; a defect in it is reported and ends that stream, and harms neither the others nor whoever published. */
  contain(stream: EventStream, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#defects.report({ route: 'stream', error });
      stream.end('defect');
    }
  }

  /** Ends every stream of an owner. */
  endOwner(owner: StreamOwner, reason: StreamEnd): void {
    for (const stream of [...(this.#byOwner.get(ownerKey(owner)) ?? [])]) stream.end(reason);
  }

  /** Starts the heartbeat, which keeps proxies and phones from giving up and ends streams whose right has ended. */
  start(): void {
    this.#timer ??= setInterval(() => this.beat(), this.#limits.heartbeatMs);
    this.#timer.unref();
  }

  /** One heartbeat of every stream. */
  beat(): void {
    for (const stream of [...this.#byOwner.values()].flat()) {
      this.contain(stream, () => {
        if (stream.isStillAllowed()) stream.send(': still here\n\n', 'heartbeat');
        else stream.end('session');
      });
    }
  }

  /** Ends everything. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const stream of [...this.#byOwner.values()].flat()) stream.end('stopping');
  }

  #perOwner(owner: StreamOwner): number {
    return owner.kind === 'visit' ? this.#limits.maxStreamsPerVisit : this.#limits.maxStreamsPerSession;
  }

  #add(stream: OpenStream): void {
    const key = ownerKey(stream.owner);
    const own = this.#byOwner.get(key);
    if (own === undefined) this.#byOwner.set(key, [stream]);
    else own.push(stream);
    this.#count += 1;
  }

  #remove(stream: OpenStream): void {
    const key = ownerKey(stream.owner);
    const own = this.#byOwner.get(key);
    const at = own?.indexOf(stream) ?? -1;
    if (own === undefined || at === -1) return;
    own.splice(at, 1);
    if (own.length === 0) this.#byOwner.delete(key);
    this.#count -= 1;
  }
}

const STREAM_HEADERS = {
  ...SECURITY_HEADERS,
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  // A stream has its connection for itself; when it ends the connection does too, and a stop need not wait for it.
  connection: 'close',
};

function ownerKey(owner: StreamOwner): string {
  return `${owner.kind}:${owner.key}`;
}
