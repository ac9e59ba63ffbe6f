import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { TrafficHour, TrafficOverview } from '../../core/cameras/traffic-overview.ts';
import { plural, span } from '../shared/format.ts';
import { cameraApi } from './camera-api.ts';
import { useClock, useOverview } from './page.ts';
import { Badge, Card, Empty } from './parts.tsx';
import { TrafficMap } from './traffic-map.tsx';

const LOOK_EVERY_MS = 10_000;
const FLOWS_SHOWN = 8;

/** Where people are and go, hour by hour, and the queues now: from cameras and other sensors that count. */
export function FloorTraffic(): JSX.Element | null {
  const hasCounters = useOverview().devices.some(({ role }) => role === 'camera');
  return hasCounters ? <TrafficCard /> : null;
}

function TrafficCard(): JSX.Element {
  const traffic = useSignal<TrafficOverview | undefined>(undefined);
  useEffect(() => {
    const look = async (): Promise<void> => {
      if (document.visibilityState !== 'visible') return;
      const answer = await cameraApi.traffic();
      if (answer.kind === 'ok') traffic.value = answer.value;
    };
    void look();
    const timer = setInterval(() => void look(), LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <Card id="people" title="People on the floor" wide={12} aside={<span class="note">counted, never recognised</span>}>
      {traffic.value === undefined ? <p role="status">One moment…</p> : <Seen traffic={traffic.value} />}
    </Card>
  );
}

function Seen(props: { readonly traffic: TrafficOverview }): JSX.Element {
  const { traffic } = props;
  return (
    <>
      {traffic.queues.length === 0 ? null : <Queues queues={traffic.queues} />}
      {traffic.hours.length === 0 ? (
        <Empty title="Nobody counted on the plan yet">
          The hours of the day are drawn here as people pass. A camera counts for this once its picture lies on the plan:{' '}
          <a href="#cameras">set it up under Devices</a>.
        </Empty>
      ) : (
        <Hours traffic={traffic} />
      )}
    </>
  );
}

function Queues(props: { readonly queues: TrafficOverview['queues'] }): JSX.Element {
  return (
    <ul class="queues" aria-label="Queues now">
      {props.queues.map(({ till, name, length, waitMs, alertAt }) => (
        <li key={till} class="queue">
          <span class="queue-name">{name}</span>
          <strong>{length === 0 ? 'Nobody waits' : `${length} ${length === 1 ? 'waits' : 'wait'}`}</strong>
          <span class="note">{length === 0 ? ' ' : `about ${span(Math.round(waitMs / 30_000) * 30_000 || 15_000)}`}</span>
          {length >= alertAt ? <Badge tone="warn">Long</Badge> : null}
        </li>
      ))}
    </ul>
  );
}

function Hours(props: { readonly traffic: TrafficOverview }): JSX.Element {
  const { hours, grid, minPeople } = props.traffic;
  const clock = useClock();
  const chosen = useSignal<number | undefined>(undefined);
  const last = hours.length - 1;
  const at = Math.min(chosen.value ?? last, last);
  const hour = hours[at];
  if (hour === undefined) return <Empty title="Nothing counted yet" />;
  const name = `${clock.time(hour.startMs)} to ${clock.time(hour.startMs + 3_600_000)}`;
  const doorsIn = hour.doors.reduce((sum, doors) => sum + doors.in, 0);
  const doorsOut = hour.doors.reduce((sum, doors) => sum + doors.out, 0);
  return (
    <div class="traffic">
      <div class="traffic-hour">
        <label for="traffic-hour">Hour</label>
        <input
          id="traffic-hour"
          type="range"
          min="0"
          max={last}
          value={at}
          aria-valuetext={name}
          disabled={last === 0}
          onInput={(event) => {
            const next = Number(event.currentTarget.value);
            chosen.value = next === last ? undefined : next;
          }}
        />
        <output for="traffic-hour">
          {name}
          {at === last ? ' (now)' : ''}
        </output>
      </div>
      <TrafficMap grid={grid} hours={hours} hour={hour} name={name} />
      <div class="traffic-lists">
        <HourWords hour={hour} doors={{ in: doorsIn, out: doorsOut }} />
        <p class="note">A square that fewer than {minPeople} people passed in the hour stays blank.</p>
      </div>
    </div>
  );
}

function HourWords(props: { readonly hour: TrafficHour; readonly doors: { readonly in: number; readonly out: number } }): JSX.Element {
  const { hour, doors } = props;
  const { zones, devices } = useOverview();
  const { queues } = hour;
  const tillName = (till: string) => devices.find(({ id }) => id === till)?.name ?? till;
  const nameOf = (id: string) => zones.find((zone) => zone.id === id)?.name ?? id;
  return (
    <>
      {doors.in + doors.out === 0 ? null : (
        <p>
          <strong>{doors.in}</strong> came in, <strong>{doors.out}</strong> went out.
        </p>
      )}
      {queues.length === 0 ? null : (
        <ul>
          {queues.map(({ till, left, meanWaitMs, longest }) => (
            <li key={till}>
              {tillName(till)}: {plural(left, 'person', 'people')} waited {left === 0 ? '' : `${span(meanWaitMs)} on average`}, longest
              queue {longest}
            </li>
          ))}
        </ul>
      )}
      <table class="mini-table">
        <caption class="note">{hour.flows.length === 0 ? 'Nobody went from one zone to another' : 'Ways from zone to zone'}</caption>
        <tbody>
          {hour.flows.slice(0, FLOWS_SHOWN).map(({ from, to, people }) => (
            <tr key={`${from} ${to}`}>
              <th scope="row">
                {nameOf(from)} → {nameOf(to)}
              </th>
              <td class="number">{people}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
