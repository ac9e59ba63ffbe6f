import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type EventStream, openEventStream, type StreamState } from '../../agent/web/shared/event-stream.ts';

/** One request of the client and the means to answer it. */
interface Call {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly answer: (status: number) => ReadableStreamDefaultController<Uint8Array> | undefined;
  readonly fail: () => void;
}

/** A fetch whose answers the test gives; every answer with 200 is a stream that the test writes to. */
function fakeFetch(): { readonly fetch: typeof fetch; readonly calls: Call[] } {
  const calls: Call[] = [];
  const doFetch: typeof fetch = (_url, init) =>
    new Promise((resolve, reject) => {
      const signal = init?.signal ?? new AbortController().signal;
      signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
      calls.push({
        headers: init?.headers as Record<string, string>,
        signal,
        fail: () => reject(new TypeError('failed to fetch')),
        answer: (status) => {
          let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
          const body = new ReadableStream<Uint8Array>({
            start: (own) => {
              controller = own;
              signal.addEventListener('abort', () => own.error(new DOMException('aborted', 'AbortError')));
            },
          });
          resolve(new Response(status === 200 ? body : null, { status }));
          return controller;
        },
      });
    });
  return { fetch: doFetch, calls };
}

describe('openEventStream', () => {
  const states: StreamState[] = [];
  const heard: string[] = [];
  let stream: EventStream;
  let calls: Call[];

  function open(): void {
    const fake = fakeFetch();
    calls = fake.calls;
    stream = openEventStream({
      url: '/stream',
      headers: () => ({ authorization: 'Bearer t' }),
      onEvent: ({ data }) => void heard.push(data),
      onState: (state) => void states.push(state),
      fetch: fake.fetch,
      random: () => 1,
    });
  }

  async function write(controller: ReadableStreamDefaultController<Uint8Array> | undefined, text: string): Promise<void> {
    controller?.enqueue(new TextEncoder().encode(text));
    await vi.advanceTimersByTimeAsync(1);
  }

  beforeEach(() => {
    vi.useFakeTimers();
    states.length = 0;
    heard.length = 0;
    open();
  });

  afterEach(() => {
    stream.close();
    vi.useRealTimers();
  });

  it('carries the token and hands events on as they come', async () => {
    const controller = calls[0]?.answer(200);
    await write(controller, 'id: 1\ndata: a\n\nda');
    await write(controller, 'ta: b\n\n');
    expect(calls[0]?.headers).toMatchObject({ authorization: 'Bearer t', accept: 'text/event-stream' });
    expect(heard).toEqual(['a', 'b']);
    expect(states.map(({ kind }) => kind)).toEqual(['connecting', 'open']);
  });

  it('reads a character that the network cut in two', async () => {
    const controller = calls[0]?.answer(200);
    const bytes = new TextEncoder().encode('data: é\n\n');
    controller?.enqueue(bytes.slice(0, 7));
    await vi.advanceTimersByTimeAsync(1);
    controller?.enqueue(bytes.slice(7));
    await vi.advanceTimersByTimeAsync(1);
    expect(heard).toEqual(['é']);
  });

  it('comes back after a loss and names the last event it heard', async () => {
    const controller = calls[0]?.answer(200);
    await write(controller, 'id: 41\ndata: a\n\n');
    controller?.close();
    await vi.advanceTimersByTimeAsync(1_100);
    expect(calls).toHaveLength(2);
    expect(calls[1]?.headers).toMatchObject({ 'last-event-id': '41' });
  });

  it('waits twice as long after each failure, up to the limit', async () => {
    for (let round = 0; round < 8; round += 1) {
      calls.at(-1)?.fail();
      await vi.advanceTimersByTimeAsync(30_001);
    }
    const waits = states.flatMap((state, at) => (state.kind === 'waiting' ? [{ at, failures: state.failures }] : []));
    expect(waits.map(({ failures }) => failures)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const fresh = states.at(-1);
    expect(fresh?.kind).toBe('connecting');
  });

  it('counts a server that accepts and says nothing as a failure each time', async () => {
    for (let round = 0; round < 3; round += 1) {
      calls.at(-1)?.answer(200)?.close();
      await vi.advanceTimersByTimeAsync(30_001);
    }
    const failures = states.flatMap((state) => (state.kind === 'waiting' ? [state.failures] : []));
    expect(failures).toEqual([1, 2, 3]);
  });

  it('takes the delay that the server wishes for', async () => {
    const controller = calls[0]?.answer(200);
    await write(controller, 'retry: 5000\ndata: a\n\n');
    controller?.close();
    await vi.advanceTimersByTimeAsync(4_900);
    expect(calls).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(calls).toHaveLength(2);
  });

  it.each([204, 401, 403, 404, 410])('gives up when the server answers %i', async (status) => {
    calls[0]?.answer(status);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(calls).toHaveLength(1);
    expect(states.at(-1)).toEqual({ kind: 'ended', status });
  });

  it.each([429, 500, 503])('tries again when the server answers %i', async (status) => {
    calls[0]?.answer(status);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(calls).toHaveLength(2);
  });

  it('takes a stream that has been silent too long for lost', async () => {
    calls[0]?.answer(200);
    await vi.advanceTimersByTimeAsync(46_500);
    expect(calls[0]?.signal.aborted).toBe(true);
    expect(calls).toHaveLength(2);
  });

  it('stays while heartbeats come', async () => {
    const controller = calls[0]?.answer(200);
    for (let beat = 0; beat < 6; beat += 1) {
      await vi.advanceTimersByTimeAsync(15_000);
      await write(controller, ': still here\n\n');
    }
    expect(calls).toHaveLength(1);
  });

  it('tries at once when it is woken while it waits', async () => {
    calls[0]?.fail();
    await vi.advanceTimersByTimeAsync(1);
    stream.wake();
    expect(calls).toHaveLength(2);
  });

  it('leaves a lively stream alone when it is woken', async () => {
    await write(calls[0]?.answer(200), 'data: a\n\n');
    stream.wake();
    expect(calls).toHaveLength(1);
  });

  it('says and asks nothing more once closed', async () => {
    const before = states.length;
    stream.close();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(calls).toHaveLength(1);
    expect(states).toHaveLength(before);
  });
});
