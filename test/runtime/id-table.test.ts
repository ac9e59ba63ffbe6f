import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IdTable } from '../../agent/runtime/id-table.ts';

const id = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }));
const command = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('add' as const), id }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), id }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const), id }) },
);

describe('IdTable', () => {
  it('holds exactly what a Set would hold, whatever was added and deleted in between', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 300 }), (commands) => {
        const table = new IdTable();
        const set = new Set<number>();
        for (const { kind, id } of commands) {
          if (kind === 'add' && !set.has(id)) {
            set.add(id);
            table.add(id);
          } else if (kind === 'delete') {
            set.delete(id);
            table.delete(id);
          } else if (kind === 'clear') {
            set.clear();
            table.clear();
          }
          expect(table.has(id)).toBe(set.has(id));
          expect(table.size).toBe(set.size);
        }
        for (const { id } of commands) expect(table.has(id)).toBe(set.has(id));
      }),
    );
  });

  it('keeps ids apart that share their low bits', () => {
    const table = new IdTable();
    const ids = Array.from({ length: 200 }, (_, index) => 16 + index * 2 ** 32);
    for (const id of ids) table.add(id);
    expect(ids.every((id) => table.has(id))).toBe(true);
    expect(table.has(16 + 200 * 2 ** 32)).toBe(false);
  });

  it('finds what is there after many were deleted', () => {
    const table = new IdTable();
    for (let id = 1; id <= 10_000; id++) {
      table.add(id);
      if (id > 8) table.delete(id - 8);
    }
    expect(table.size).toBe(8);
    expect([9_992, 9_993, 10_000].map((id) => table.has(id))).toEqual([false, true, true]);
  });
});
