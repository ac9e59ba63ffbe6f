import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_EVENT_CHARS, type SseItem, SseParser } from '../../agent/web/shared/sse-parser.ts';

function parse(text: string): readonly SseItem[] {
  return new SseParser().push(text);
}

function event(data: string, more: { readonly event?: string; readonly id?: string } = {}): SseItem {
  return { kind: 'event', event: { event: more.event ?? 'message', data, id: more.id ?? '' } };
}

describe('SseParser', () => {
  it.each([
    ['one event', 'data: a\n\n', [event('a')]],
    ['a name and an id', 'event: offer\nid: 7\ndata: a\n\n', [event('a', { event: 'offer', id: '7' })]],
    ['carriage returns', 'data: a\r\rdata: b\r\r', [event('a'), event('b')]],
    ['carriage returns with line feeds', 'data: a\r\n\r\ndata: b\r\n\r\n', [event('a'), event('b')]],
    ['several data lines become one text', 'data: a\ndata:\ndata: c\n\n', [event('a\n\nc')]],
    ['only one space after the colon is dropped', 'data:  a\n\n', [event(' a')]],
    ['a value without a space', 'data:a\n\n', [event('a')]],
    ['a field without a colon', 'data\n\n', [event('')]],
    ['comments are heard but say nothing', ': still here\n\ndata: a\n\n', [event('a')]],
    ['unknown fields are ignored', 'colour: red\ndata: a\n\n', [event('a')]],
    ['the id stays for the next events', 'id: 7\ndata: a\n\ndata: b\n\n', [event('a', { id: '7' }), event('b', { id: '7' })]],
    ['an id with a null character is ignored', 'id: 7\0\ndata: a\n\n', [event('a')]],
    ['the name does not stay', 'event: offer\ndata: a\n\ndata: b\n\n', [event('a', { event: 'offer' }), event('b')]],
    ['an event without data is none', 'event: offer\n\n', []],
    ['an unfinished event is dropped', 'data: a\n', []],
    ['a byte order mark in front is dropped', '\uFEFFdata: a\n\n', [event('a')]],
    ['a wish for the delay', 'retry: 2000\n\n', [{ kind: 'retry', delayMs: 2_000 }]],
    ['a delay that is no number is ignored', 'retry: soon\n\n', []],
  ] as const)('reads %s', (_name, text, items) => {
    expect(parse(text)).toEqual(items);
  });

  it('reads the same from any cuts of the same text', () => {
    const line = fc.constantFrom('data: a', 'data:', 'event: offer', 'id: 1', ': note', 'retry: 5', 'x', '', '', 'data: ü 🙂');
    const ending = fc.constantFrom('\n', '\r', '\r\n');
    const stream = fc.array(fc.tuple(line, ending), { maxLength: 30 }).map((lines) => lines.flat().join(''));
    fc.assert(
      fc.property(stream, fc.array(fc.nat(200), { maxLength: 12 }), (text, cuts) => {
        const parser = new SseParser();
        const edges = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
        const items = edges.slice(1).flatMap((edge, at) => parser.push(text.slice(edges[at], edge)));
        expect(items).toEqual(parse(text));
      }),
    );
  });

  it('drops an event longer than its limit, counts it, and reads the next one', () => {
    const parser = new SseParser();
    const piece = 'x'.repeat(1_000_000);
    const items = ['data: ', ...Array.from({ length: MAX_EVENT_CHARS / piece.length + 1 }, () => piece), '\n\n', 'data: b\n\n'];
    expect(items.flatMap((text) => parser.push(text))).toEqual([event('b')]);
    expect(parser.droppedEvents).toBe(1);
  });

  it('goes on from the id that it was given until the stream names another', () => {
    const parser = new SseParser('41');
    expect(parser.push('data: a\n\n')).toEqual([event('a', { id: '41' })]);
    parser.push('id: 42\ndata: b\n\n');
    expect(parser.lastEventId).toBe('42');
  });
});
