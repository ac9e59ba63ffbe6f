import { type Signal, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { DeviceOverview } from '../../core/overview.ts';
import { count, plural } from '../shared/format.ts';
import { DeviceActions, type OnChanged } from './device-actions.tsx';
import { type DeviceQuery, devicePage, type PlacedRow } from './device-list.ts';
import { Outcome, type ShownOutcome } from './device-outcome.tsx';
import { LOCALE, useClock, useOverview, usePage } from './page.ts';
import { Ago, Badge, Card, Empty } from './parts.tsx';

/** A row is a line on a desk and half a screen on a phone. */
const PAGE_SIZES = { desk: 20, phone: 6 };

/** Every device: is it alive, since when not, and what it says. Searchable and in pages, so that 500 stay quick. */
export function Devices(): JSX.Element {
  const overview = useOverview();
  const query = useSignal<DeviceQuery>(firstQuery());
  const { rows, found, page, pages } = devicePage(overview, query.value);
  const outcome = useSignal<ShownOutcome | undefined>(undefined);
  const onChanged: OnChanged = (shown) => {
    outcome.value = shown;
  };
  const working = overview.devices.filter((device) => device.state === 'ok').length;
  return (
    <Card
      id="devices"
      title="Devices"
      aside={
        <span class="note">
          {working} of {overview.devices.length} working
        </span>
      }
    >
      {overview.devices.length === 0 ? (
        <Empty title="No devices yet">Switch one on: it appears below as soon as it speaks, and is placed there.</Empty>
      ) : (
        <>
          <Outcome outcome={outcome} />
          <Filters query={query} overview={overview.devices} />
          <p role="status" class="note">
            {plural(found, 'device')}
            {pages > 1 ? `, page ${page + 1} of ${pages}` : ''}
          </p>
          {found === 0 ? (
            <Empty title="No device matches">Use fewer words, or show all states.</Empty>
          ) : (
            <DeviceTable rows={rows} onChanged={onChanged} />
          )}
          {pages > 1 ? <Pager query={query} page={page} pages={pages} /> : null}
        </>
      )}
    </Card>
  );
}

function firstQuery(): DeviceQuery {
  const pageSize = matchMedia('(max-width: 48rem)').matches ? PAGE_SIZES.phone : PAGE_SIZES.desk;
  return { search: '', state: 'all', sort: 'state', page: 0, pageSize };
}

function Filters(props: { readonly query: Signal<DeviceQuery>; readonly overview: readonly DeviceOverview[] }): JSX.Element {
  const { query } = props;
  const trouble = props.overview.filter((device) => device.state !== 'ok').length;
  const change = (part: Partial<DeviceQuery>) => {
    query.value = { ...query.value, page: 0, ...part };
  };
  return (
    <div class="filters">
      <div class="filter grow">
        <label for="device-search">Search devices</label>
        <input
          id="device-search"
          type="search"
          value={query.value.search}
          placeholder="Name, place, kind"
          onInput={(event) => change({ search: event.currentTarget.value })}
        />
      </div>
      <div class="filter">
        <label for="device-state">State</label>
        <select
          id="device-state"
          value={query.value.state}
          onChange={(event) => change({ state: event.currentTarget.value as DeviceQuery['state'] })}
        >
          <option value="all">All</option>
          <option value="trouble">Not working ({trouble})</option>
          <option value="ok">Working</option>
          <option value="degraded">To look at</option>
          <option value="quiet">Quiet</option>
          <option value="offline">Offline</option>
          <option value="never">Never heard</option>
        </select>
      </div>
      <div class="filter">
        <label for="device-sort">Order by</label>
        <select
          id="device-sort"
          value={query.value.sort}
          onChange={(event) => change({ sort: event.currentTarget.value as DeviceQuery['sort'] })}
        >
          <option value="state">State, worst first</option>
          <option value="name">Name</option>
          <option value="seen">Last seen</option>
          <option value="battery">Battery, lowest first</option>
          <option value="messages">Messages, most first</option>
        </select>
      </div>
    </div>
  );
}

function DeviceTable(props: { readonly rows: readonly PlacedRow[]; readonly onChanged: OnChanged }): JSX.Element {
  const mayManage = usePage().desk.mayManage.value;
  return (
    <table class="table">
      <caption class="visually-hidden">Devices with place, state, last sign of life, battery, signal and messages today</caption>
      <thead>
        <tr>
          <th scope="col">Device</th>
          <th scope="col">Place</th>
          <th scope="col">State</th>
          <th scope="col">Last seen</th>
          <th scope="col" class="number">
            Battery
          </th>
          <th scope="col" class="number">
            Signal
          </th>
          <th scope="col" class="number">
            Messages today
          </th>
          {mayManage ? <th scope="col">Change</th> : null}
        </tr>
      </thead>
      <tbody>
        {props.rows.map((row) => (
          <DeviceRow key={row.id} row={row} mayManage={mayManage} onChanged={props.onChanged} />
        ))}
      </tbody>
    </table>
  );
}

function DeviceRow(props: { readonly row: PlacedRow; readonly mayManage: boolean; readonly onChanged: OnChanged }): JSX.Element {
  const { row, mayManage, onChanged } = props;
  const clock = useClock();
  return (
    <tr>
      <th scope="row">
        {row.name}
        <span class="note block">
          {row.role}, {row.id}
        </span>
      </th>
      <td data-label="Place" class={row.place === '' ? 'none' : ''}>
        {row.place === '' ? '–' : row.place}
      </td>
      <td data-label="State">
        <div>
          <DeviceBadge state={row.state} />
          {row.state === 'ok' && row.sentence === 'Working' ? null : <span class="note block">{row.sentence}</span>}
        </div>
      </td>
      <td data-label="Last seen">
        <div>
          <Ago atMs={row.lastSeenAtMs} />
          {row.lastSeenAtMs === undefined ? null : <span class="note block">{clock.dateTime(row.lastSeenAtMs)}</span>}
        </div>
      </td>
      <td data-label="Battery" class={row.batteryPercent === undefined ? 'number none' : 'number'}>
        {row.batteryPercent === undefined ? '–' : `${Math.round(row.batteryPercent)}%`}
      </td>
      <td data-label="Signal" class={row.rssiDbm === undefined ? 'number none' : 'number'}>
        {row.rssiDbm === undefined ? '–' : `${Math.round(row.rssiDbm)} dBm`}
      </td>
      <td data-label="Messages today" class="number">
        <div>
          {count(row.messagesToday, LOCALE)}
          {row.lastHour === undefined ? null : (
            <span class="note block">
              {count(row.lastHour.readings, LOCALE)} in the last hour, usually {count(row.lastHour.usual, LOCALE)}
            </span>
          )}
        </div>
      </td>
      {mayManage ? (
        <td data-label="Change">
          <DeviceActions device={row} onChanged={onChanged} />
        </td>
      ) : null}
    </tr>
  );
}

/** A device's state in a word, a shape and a colour. */
export function DeviceBadge(props: { readonly state: DeviceOverview['state'] }): JSX.Element {
  switch (props.state) {
    case 'ok':
      return <Badge tone="good">Working</Badge>;
    case 'quiet':
      return <Badge tone="warn">Quiet</Badge>;
    case 'degraded':
      return <Badge tone="warn">Look at it</Badge>;
    case 'offline':
      return <Badge tone="bad">Offline</Badge>;
    case 'never':
      return <Badge tone="calm">Never heard</Badge>;
  }
}

function Pager(props: { readonly query: Signal<DeviceQuery>; readonly page: number; readonly pages: number }): JSX.Element {
  const go = (page: number) => {
    props.query.value = { ...props.query.value, page };
  };
  return (
    <nav class="pager" aria-label="Pages of devices">
      <button type="button" class="button small" disabled={props.page === 0} onClick={() => go(props.page - 1)}>
        Previous
      </button>
      <span>
        {props.page + 1} / {props.pages}
      </span>
      <button type="button" class="button small" disabled={props.page === props.pages - 1} onClick={() => go(props.page + 1)}>
        Next
      </button>
    </nav>
  );
}
