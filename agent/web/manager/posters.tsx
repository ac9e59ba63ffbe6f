import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { StoreOverview } from '../../core/overview.ts';
import { Icon } from '../shared/icons.tsx';
import { QrCode } from '../shared/qr-code.tsx';
import { useOverview } from './page.ts';
import { Card } from './parts.tsx';

const ENTRANCE = '';
const ALL = '*';

/** The codes that bring shoppers to the store page: one for each shelf, to print and put up. */
export function Posters(): JSX.Element {
  const overview = useOverview();
  const chosen = useSignal<string>(ENTRANCE);
  const places = placesFor(overview, chosen.value);
  const isLocal = isOnlyHere(shopAddress(overview.shopUrl, undefined));
  return (
    <Card id="posters" title="Codes for shoppers">
      {isLocal ? (
        <p class="strip tone-warn no-print">
          <Icon name="warning" /> Phones cannot reach this address, because the agent listens on this computer only. Name an address of the
          store’s network in the configuration (http.host, http.publicUrl) before printing.
        </p>
      ) : null}
      <div class="filters no-print">
        <div class="filter grow">
          <label for="poster-place">For which place</label>
          <select id="poster-place" value={chosen.value} onChange={(event) => (chosen.value = event.currentTarget.value)}>
            <option value={ENTRANCE}>The whole store (door, till, poster)</option>
            <option value={ALL}>Every shelf, one sheet each</option>
            {overview.fixtures.map((fixture) => (
              <option key={fixture.id} value={fixture.id}>
                {fixture.name}
              </option>
            ))}
          </select>
        </div>
        <button type="button" class="button" onClick={() => print()}>
          <Icon name="print" /> Print
        </button>
      </div>
      <ul class="sheets">
        {places.map((place) => (
          <li key={place.id} class="sheet">
            <p class="sheet-store">{overview.store.name}</p>
            <p class="sheet-title">Offers while you shop</p>
            <QrCode text={place.url} label={`Code that opens ${place.url}`} />
            <p class="sheet-how">Scan with your phone’s camera. You are asked first; nothing is noted before you say yes.</p>
            <p class="sheet-place">{place.name}</p>
            <p class="sheet-url note">{place.url}</p>
          </li>
        ))}
      </ul>
    </Card>
  );
}

interface Place {
  readonly id: string;
  readonly name: string;
  readonly url: string;
}

function placesFor(overview: StoreOverview, chosen: string): readonly Place[] {
  if (chosen === ENTRANCE) return [{ id: ENTRANCE, name: '', url: shopAddress(overview.shopUrl, undefined) }];
  return overview.fixtures
    .filter((fixture) => chosen === ALL || fixture.id === chosen)
    .map(({ id, name }) => ({ id, name, url: shopAddress(overview.shopUrl, id) }));
}

/** Address of the shop page at a shelf; a relative `shopUrl` is meant on the host that this page came from. */
function shopAddress(shopUrl: string, fixture: string | undefined): string {
  const url = new URL(shopUrl, location.href);
  if (fixture !== undefined) url.searchParams.set('at', fixture);
  return url.href;
}

function isOnlyHere(address: string): boolean {
  const { hostname } = new URL(address);
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}
