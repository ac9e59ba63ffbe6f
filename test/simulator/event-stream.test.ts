import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readEvents, type StreamEvent } from '../../devices/simulator/live/event-stream.ts';
import { Backoff, Gate } from '../../devices/simulator/live/waiting.ts';
import { Random } from '../../devices/simulator/random.ts';

async function read(chunks: readonly Uint8Array[]): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  async function* body() {
    yield* chunks;
  }
  for await (const event of readEvents(body())) events.push(event);
  return events;
}

describe('readEvents', () => {
  it.each([
    ['a plain event', 'event: offer\ndata: {"a":1}\n\n', [{ name: 'offer', data: '{"a":1}', id: '' }]],
    ['no name', 'data: x\n\n', [{ name: 'message', data: 'x', id: '' }]],
    ['several lines of data', 'data: a\ndata: b\n\n', [{ name: 'message', data: 'a\nb', id: '' }]],
    [
      'an id that stays',
      'id: 7\ndata: a\n\ndata: b\n\n',
      [
        { name: 'message', data: 'a', id: '7' },
        { name: 'message', data: 'b', id: '7' },
      ],
    ],
    ['comments and events without data', ': hello\n\nevent: nothing\n\ndata: a\n\n', [{ name: 'message', data: 'a', id: '' }]],
    ['carriage returns', 'event: e\r\ndata: a\r\n\r\n', [{ name: 'e', data: 'a', id: '' }]],
    ['an event cut off', 'data: a\n\ndata: b\n', [{ name: 'message', data: 'a', id: '' }]],
  ] as const)('reads %s', async (_name, text, events) => {
    expect(await read([Buffer.from(text)])).toEqual(events);
  });

  it('reads the same however the bytes are cut', async () => {
    const bytes = Buffer.from(
      'id: 1\nevent: offer\ndata: {"why":"Kaffee für 3 €"}\n\n: beat\n\nid: 2\r\nevent: closed\r\ndata: {}\r\n\r\n',
    );
    const whole = await read([bytes]);
    expect(whole.length).toBe(2);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 12 }), async (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        expect(await read(edges.slice(1).map((end, at) => bytes.subarray(edges[at], end)))).toEqual(whole);
      }),
    );
  });
});

describe('Gate', () => {
  it('runs so many at once, lets so many wait, and turns the rest away', async () => {
    const gate = new Gate({ limit: 2, queue: 3 });
    let running = 0;
    let most = 0;
    let release = () => {};
    const opened = new Promise<void>((resolve) => {
      release = resolve;
    });
    const work = async () => {
      most = Math.max(most, ++running);
      await opened;
      running -= 1;
      return 'done';
    };
    const all = Array.from({ length: 7 }, () => gate.run(work));
    release();
    const answers = await Promise.all(all);
    expect(answers.filter((answer) => answer === 'done').length).toBe(5);
    expect(answers.filter((answer) => answer === 'turned-away').length).toBe(2);
    expect(most).toBe(2);
    expect(await gate.run(async () => 'again')).toBe('again');
  });
});

describe('Backoff', () => {
  it('grows to its limit with jitter, and starts over after success', () => {
    const backoff = new Backoff(new Random('backoff'), { firstMs: 100, mostMs: 1_000 });
    const waits = Array.from({ length: 8 }, () => backoff.next());
    expect(waits[0]).toBeGreaterThanOrEqual(50);
    expect(waits[0]).toBeLessThanOrEqual(100);
    for (const wait of waits.slice(4)) {
      expect(wait).toBeGreaterThanOrEqual(500);
      expect(wait).toBeLessThanOrEqual(1_000);
    }
    backoff.reset();
    expect(backoff.next()).toBeLessThanOrEqual(100);
  });
});
