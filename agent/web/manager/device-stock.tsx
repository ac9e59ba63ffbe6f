import type { JSX } from 'preact';
import type { FixtureOverview, SlotOverview } from '../../core/overview.ts';
import { count, plural } from '../shared/format.ts';
import { LOCALE } from './page.ts';
import { Ago, Badge, Bar } from './parts.tsx';

/** What lies in each slot of a fixture, as far as its sensors know. */
export function SlotStock(props: { readonly slots: readonly SlotOverview[] }): JSX.Element {
  return (
    <table class="mini-table slot-stock">
      <caption>On the shelf</caption>
      <thead>
        <tr>
          <th scope="col">Slot</th>
          <th scope="col" class="number">
            Units
          </th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {props.slots.map((slot) => (
          <tr key={slot.id}>
            <th scope="row">
              {slot.name}
              <span class="note block">{slot.id}</span>
            </th>
            <td class="number">
              {slot.stock === undefined ? '–' : count(slot.stock, LOCALE)}
              {slot.capacity === undefined ? null : <span class="note"> of {count(slot.capacity, LOCALE)}</span>}
              {slot.stock === undefined || slot.capacity === undefined ? null : (
                <Bar whole={slot.capacity} parts={[{ value: slot.stock, look: BAR_LOOK[slot.state] }]} />
              )}
            </td>
            <td>
              <SlotBadge slot={slot} />
              {slot.misplaced > 0 ? <span class="note block">{plural(slot.misplaced, 'thing')} that does not belong here</span> : null}
              {slot.staleSinceMs === undefined ? null : (
                <span class="note block">
                  As it was <Ago atMs={slot.staleSinceMs} />
                </span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const BAR_LOOK: { readonly [S in SlotOverview['state']]: string } = {
  unknown: 'bar-soft',
  ok: 'bar-main',
  low: 'bar-soft',
  out: 'bar-bad',
};

function SlotBadge(props: { readonly slot: SlotOverview }): JSX.Element {
  const { slot } = props;
  if (slot.staleSinceMs !== undefined) return <Badge tone="calm">Out of date</Badge>;
  switch (slot.state) {
    case 'unknown':
      return <Badge tone="calm">Not counted</Badge>;
    case 'ok':
      return <Badge tone="good">Enough</Badge>;
    case 'low':
      return <Badge tone="warn">Low</Badge>;
    case 'out':
      return <Badge tone="bad">Empty</Badge>;
  }
}

/** The worst thing about a fixture's stock, for its mark on the plan; undefined when there is nothing to do. */
export function stockMark(fixture: Pick<FixtureOverview, 'slots'>): 'out' | 'low' | 'stale' | undefined {
  const slots = fixture.slots ?? [];
  const fresh = slots.filter(({ staleSinceMs }) => staleSinceMs === undefined);
  if (fresh.some(({ state }) => state === 'out')) return 'out';
  if (fresh.some(({ state }) => state === 'low')) return 'low';
  return fresh.length < slots.length ? 'stale' : undefined;
}

/** The same in words. */
export const STOCK_WORDS = { out: 'a slot is empty', low: 'a slot is low', stale: 'stock out of date' } as const;
