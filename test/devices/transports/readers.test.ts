import { describe, expect, it } from 'vitest';
import { Readers } from '../../../devices/transports/readers.ts';

describe('Readers', () => {
  it('knows no reader before somebody subscribes, and one afterwards', () => {
    const readers = new Readers();
    expect(readers.has('endcap/v1/s/shelf-01/set')).toBe(false);
    readers.add('endcap/v1/s/+/set');
    expect(readers.has('endcap/v1/s/shelf-01/set')).toBe(true);
    expect(readers.has('endcap/v1/s/shelf-01/event')).toBe(false);
  });

  it('forgets a filter with the last of those who subscribed to it', () => {
    const readers = new Readers();
    readers.add('a/#');
    readers.add('a/#');
    readers.remove('a/#');
    expect(readers.has('a/b')).toBe(true);
    readers.remove('a/#');
    expect(readers.has('a/b')).toBe(false);
  });

  it('answers right for more topics than it remembers', () => {
    const readers = new Readers();
    readers.add('a/7/#');
    const answers = Array.from({ length: 25_000 }, (_, index) => readers.has(`a/${index}/b`));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(readers.has('a/7/b')).toBe(true);
  });
});
