import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { StoreOverview } from '../../core/overview.ts';
import { plural } from '../shared/format.ts';
import { useOverview } from './page.ts';
import { Card, Empty } from './parts.tsx';
import { isSamePlace, PlaceDetails, type Selection } from './place-details.tsx';
import { Drawing } from './plan-drawing.tsx';
import { planScale } from './plan-geometry.ts';

/** The store from above. One stop of the Tab key; the arrow keys go from zone to shelf, and what is chosen is explained beside. */
export function FloorPlan(): JSX.Element {
  const { visitsNow, zones } = useOverview();
  return (
    <Card id="floor" title="Floor" wide={8} aside={<span class="note">{plural(visitsNow, 'visit')} now</span>}>
      {zones.length === 0 ? (
        <Empty title="No zones yet">Describe the store under “zones” and “fixtures” in the configuration; it is drawn here.</Empty>
      ) : (
        <Plan />
      )}
    </Card>
  );
}

function Plan(): JSX.Element {
  const overview = useOverview();
  const selection = useSignal<Selection | undefined>(undefined);
  const frame = useRef<HTMLDivElement>(null);
  const widthPx = useSignal(640);
  useEffect(() => {
    if (frame.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) widthPx.value = Math.round(entry.contentRect.width);
    });
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, []);

  const items = orderOf(overview);
  const select = (item: Selection | undefined) => {
    selection.value = item;
  };
  return (
    <div class="floor">
      <div class="floor-frame" ref={frame}>
        <Drawing
          overview={overview}
          pxPerM={planScale(overview, widthPx.value)}
          selection={selection.value}
          tabStop={items.find((item) => isSamePlace(item, selection.value)) ?? items[0]}
          onSelect={select}
          onMove={(step) => {
            const at = items.findIndex((item) => isSamePlace(item, selection.value));
            select(items[(at + step + items.length) % items.length]);
          }}
        />
      </div>
      <PlaceDetails selection={selection.value} onClose={() => select(undefined)} />
    </div>
  );
}

/** Zones in their order, each followed by its fixtures: the way of the arrow keys. */
function orderOf(overview: StoreOverview): readonly Selection[] {
  return overview.zones.flatMap((zone) => [
    { kind: 'zone', id: zone.id } as const,
    ...overview.fixtures.filter((fixture) => fixture.zone === zone.id).map(({ id }) => ({ kind: 'fixture', id }) as const),
  ]);
}
