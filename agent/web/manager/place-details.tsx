import type { ComponentChildren, JSX } from 'preact';
import type { DeviceOverview, FixtureOverview, ZoneOverview } from '../../core/overview.ts';
import { count, plural, span } from '../shared/format.ts';
import { SlotStock, stockMark } from './device-stock.tsx';
import { DeviceBadge } from './devices.tsx';
import { LOCALE, useOverview } from './page.ts';
import { Ago, Badge } from './parts.tsx';

/** What is chosen on the plan. */
export interface Selection {
  readonly kind: 'zone' | 'fixture';
  readonly id: string;
}

/** Whether two choices are the same zone or shelf. */
export function isSamePlace(a: Selection, b: Selection | undefined): boolean {
  return a.kind === b?.kind && a.id === b.id;
}

/** Everything known about the chosen zone or shelf; without one, how to read the plan. */
export function PlaceDetails(props: { readonly selection: Selection | undefined; readonly onClose: () => void }): JSX.Element {
  const { zones, fixtures, devices } = useOverview();
  const { selection } = props;
  const zone = selection?.kind === 'zone' ? zones.find(({ id }) => id === selection.id) : undefined;
  const fixture = selection?.kind === 'fixture' ? fixtures.find(({ id }) => id === selection.id) : undefined;
  if (zone !== undefined) {
    const inZone = new Set(fixtures.filter((one) => one.zone === zone.id).map(({ id }) => id));
    const here = devices.filter((device) => device.zone === zone.id || (device.fixture !== undefined && inZone.has(device.fixture)));
    return <ZoneDetails zone={zone} devices={here} onClose={props.onClose} />;
  }
  if (fixture !== undefined) {
    const here = devices.filter((device) => device.fixture === fixture.id);
    const zoneName = zones.find(({ id }) => id === fixture.zone)?.name ?? fixture.zone;
    return <FixtureDetails fixture={fixture} zoneName={zoneName} devices={here} onClose={props.onClose} />;
  }
  return <Legend />;
}

function Legend(): JSX.Element {
  const { zones, fixtures, shrinkSuspectsToday } = useOverview();
  const marks = fixtures.map(stockMark);
  const empty = marks.filter((mark) => mark === 'out').length;
  const low = marks.filter((mark) => mark === 'low').length;
  const counted = zones.some(({ peopleNow }) => peopleNow !== undefined);
  return (
    <aside class="place-details" aria-label="How to read the plan">
      <p>Choose a zone or a shelf to see more.</p>
      <p class="note">
        <span class="legend-mark">12</span> is a shelf with its interactions today. The stronger a zone’s colour, the more visits it has
        now. <span class="legend-stock stock-out" aria-hidden="true" /> marks a shelf with an empty slot,{' '}
        <span class="legend-stock stock-low" aria-hidden="true" /> one that runs low,{' '}
        <span class="legend-stock stock-stale" aria-hidden="true" /> one whose sensor is silent.
      </p>
      {empty + low > 0 ? (
        <p>
          {plural(empty, 'shelf', 'shelves')} with an empty slot, {plural(low, 'shelf', 'shelves')} running low.
        </p>
      ) : null}
      {shrinkSuspectsToday === undefined || shrinkSuspectsToday === 0 ? null : (
        <p class="note">{plural(shrinkSuspectsToday, 'unit')} taken today and never sold, with nobody known to be near.</p>
      )}
      <table class="mini-table">
        <caption class="visually-hidden">Zones</caption>
        <thead>
          <tr>
            <th scope="col">Zone</th>
            {counted ? (
              <th scope="col" class="number">
                People
              </th>
            ) : null}
            <th scope="col" class="number">
              {counted ? 'Visits' : 'Now'}
            </th>
            <th scope="col" class="number">
              Today
            </th>
          </tr>
        </thead>
        <tbody>
          {zones.map((zone) => (
            <tr key={zone.id}>
              <th scope="row">
                {zone.name}
                {zone.meanStayMs === undefined ? null : <span class="block note">stay {span(zone.meanStayMs)}</span>}
                {zone.state === 'ok' ? null : (
                  <span class="block">
                    <ZoneBadge state={zone.state} />
                  </span>
                )}
              </th>
              {counted ? <td class="number">{zone.peopleNow === undefined ? '–' : count(zone.peopleNow, LOCALE)}</td> : null}
              <td class="number">{count(zone.visitsNow, LOCALE)}</td>
              <td class="number">{count(zone.visitsToday, LOCALE)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </aside>
  );
}

function ZoneDetails(props: {
  readonly zone: ZoneOverview;
  readonly devices: readonly DeviceOverview[];
  readonly onClose: () => void;
}): JSX.Element {
  const { zone } = props;
  return (
    <Details title={zone.name} onClose={props.onClose}>
      <p>
        <ZoneBadge state={zone.state} />
      </p>
      <dl class="ledger">
        <div>
          <dt>Visits now</dt>
          <dd>{count(zone.visitsNow, LOCALE)}</dd>
        </div>
        {zone.peopleNow === undefined ? null : (
          <div>
            <dt>People counted now</dt>
            <dd>{count(zone.peopleNow, LOCALE)}</dd>
          </div>
        )}
        {zone.peopleStaleSinceMs === undefined ? null : (
          <div>
            <dt>People counted now</dt>
            <dd>
              not known, last counted <Ago atMs={zone.peopleStaleSinceMs} />
            </dd>
          </div>
        )}
        {zone.meanStayMs === undefined ? null : (
          <div>
            <dt>Mean stay, counted</dt>
            <dd>{span(zone.meanStayMs)}</dd>
          </div>
        )}
        <div>
          <dt>Visits today</dt>
          <dd>{count(zone.visitsToday, LOCALE)}</dd>
        </div>
        <div>
          <dt>Mean stay</dt>
          <dd>{span(zone.meanDwellMs)}</dd>
        </div>
        <div>
          <dt>Offers today</dt>
          <dd>{count(zone.offersToday, LOCALE)}</dd>
        </div>
        <div>
          <dt>Last sign of life</dt>
          <dd>
            <Ago atMs={zone.lastSeenAtMs} />
          </dd>
        </div>
      </dl>
      <DeviceLines devices={props.devices} />
    </Details>
  );
}

function FixtureDetails(props: {
  readonly fixture: FixtureOverview;
  readonly zoneName: string;
  readonly devices: readonly DeviceOverview[];
  readonly onClose: () => void;
}): JSX.Element {
  const { fixture } = props;
  return (
    <Details title={fixture.name} onClose={props.onClose}>
      <p class="note">
        {props.zoneName}, {fixture.id}
      </p>
      <dl class="ledger">
        <div>
          <dt>Interactions today</dt>
          <dd>{count(fixture.interactionsToday, LOCALE)}</dd>
        </div>
        <div>
          <dt>Last event</dt>
          <dd>
            <Ago atMs={fixture.lastEventAtMs} />
          </dd>
        </div>
      </dl>
      {fixture.slots === undefined ? null : <SlotStock slots={fixture.slots} />}
      <DeviceLines devices={props.devices} />
    </Details>
  );
}

function Details(props: { readonly title: string; readonly onClose: () => void; readonly children: ComponentChildren }): JSX.Element {
  return (
    <aside class="place-details" aria-label={`Details: ${props.title}`}>
      <div class="card-head">
        <h3>{props.title}</h3>
        <button type="button" class="button small" onClick={props.onClose}>
          Close<span class="visually-hidden"> details</span>
        </button>
      </div>
      {props.children}
    </aside>
  );
}

function ZoneBadge(props: { readonly state: ZoneOverview['state'] }): JSX.Element {
  if (props.state === 'ok') return <Badge tone="good">Working</Badge>;
  if (props.state === 'quiet') return <Badge tone="warn">Quiet</Badge>;
  return <Badge tone="calm">No sensor here</Badge>;
}

/** Devices listed beside the plan; the table below has all. */
const MAX_LINES = 5;

function DeviceLines(props: { readonly devices: readonly DeviceOverview[] }): JSX.Element {
  if (props.devices.length === 0) return <p class="note">No device here.</p>;
  const more = props.devices.length - MAX_LINES;
  return (
    <ul class="device-lines">
      {props.devices.slice(0, MAX_LINES).map((device) => (
        <li key={device.id}>
          <span>{device.name}</span> <DeviceBadge state={device.state} />
        </li>
      ))}
      {more > 0 ? <li class="note">and {more} more in the table below</li> : null}
    </ul>
  );
}
