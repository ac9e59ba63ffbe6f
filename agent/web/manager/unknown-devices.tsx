import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { DevicePlacement, PlaceChoices } from '../../core/device-setup.ts';
import { plural } from '../shared/format.ts';
import { outcomeOf } from './device-actions.tsx';
import type { UnknownDevice } from './device-api.ts';
import { Outcome, type ShownOutcome } from './device-outcome.tsx';
import { usePage } from './page.ts';
import { Ago, Card, Empty } from './parts.tsx';
import { PlaceForm } from './unknown-place-form.tsx';

const LOOK_EVERY_MS = 5_000;

/** Devices that speak and have no place yet: what they said, what would be read from it, and a form that places them. */
export function UnknownDevices(): JSX.Element | null {
  const { desk } = usePage();
  const devices = useSignal<readonly UnknownDevice[]>([]);
  const choices = useSignal<PlaceChoices | undefined>(undefined);
  const state = useSignal<'loading' | 'ready' | 'failed'>('loading');
  const listeningUntilMs = useSignal<number | undefined>(undefined);
  const opened = useSignal<string | undefined>(undefined);
  const outcome = useSignal<ShownOutcome | undefined>(undefined);
  const mayManage = desk.mayManage.value;

  async function load(): Promise<void> {
    const answer = await desk.api.unknownDevices();
    if (answer.kind === 'ok') {
      devices.value = answer.value.devices;
      listeningUntilMs.value = answer.value.listeningUntilMs;
    }
    state.value = answer.kind === 'ok' ? 'ready' : 'failed';
  }
  async function listen(): Promise<void> {
    const answer = await desk.api.listenForDevices();
    if (answer.kind !== 'ok') {
      outcome.value = { kind: 'refused', sentence: 'The agent did not start to listen.', hint: 'Try again in a moment.' };
    } else listeningUntilMs.value = answer.value.untilMs ?? undefined;
  }
  async function open(key: string): Promise<void> {
    const answer = await desk.api.deviceChoices();
    if (answer.kind !== 'ok') {
      outcome.value = { kind: 'refused', sentence: 'The zones and shelves could not be loaded.', hint: 'Try again in a moment.' };
      return;
    }
    choices.value = answer.value;
    opened.value = key;
  }
  async function place(placement: DevicePlacement): Promise<void> {
    const answer = await desk.api.placeDevice(placement);
    outcome.value = outcomeOf(answer, `${placement.name} is part of the store now`);
    if (answer.kind !== 'ok') return;
    opened.value = undefined;
    await load();
  }
  useEffect(() => {
    if (!mayManage) return undefined;
    void load();
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void load();
    }, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [mayManage]);

  if (!mayManage) return null;
  return (
    <Card
      id="unknown-devices"
      title="Heard, not placed yet"
      aside={<Listen untilMs={listeningUntilMs.value} onListen={() => void listen()} />}
    >
      <Outcome outcome={outcome} />
      <p role="status" class={state.value === 'failed' ? 'form-error' : 'visually-hidden'}>
        {state.value === 'failed' ? 'The list could not be loaded. It is tried again by itself.' : ''}
      </p>
      {devices.value.length === 0 && state.value !== 'failed' ? (
        <Empty title={listeningUntilMs.value === undefined ? 'None' : 'None yet'}>
          {listeningUntilMs.value === undefined ? 'Press “Listen for new devices”, then enter' : 'Now enter'} the agent’s address in the
          device: it appears here as soon as it speaks. Phones and other people’s beacons never do.
        </Empty>
      ) : (
        <ul class="unknown-list">
          {devices.value.map((device) => (
            <li key={device.key} class="unknown">
              <Heard device={device} />
              {opened.value === device.key && choices.value !== undefined ? (
                <PlaceForm
                  device={device}
                  choices={choices.value}
                  onPlace={place}
                  onCancel={() => {
                    opened.value = undefined;
                  }}
                />
              ) : (
                <button type="button" class="button small primary" onClick={() => void open(device.key)}>
                  Place it…<span class="visually-hidden"> {nameOf(device)}</span>
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Listen(props: { readonly untilMs: number | undefined; readonly onListen: () => void }): JSX.Element {
  const { nowMs } = usePage();
  if (props.untilMs === undefined || props.untilMs <= nowMs.value) {
    return (
      <button type="button" class="button small" onClick={props.onListen}>
        Listen for new devices
      </button>
    );
  }
  return (
    <span class="note" role="status">
      Listening for new devices, {Math.ceil((props.untilMs - nowMs.value) / 60_000)} min left
    </span>
  );
}

/** What a device without a place is called. */
export function nameOf(device: UnknownDevice): string {
  return device.knownAs ?? device.topic;
}

function Heard(props: { readonly device: UnknownDevice }): JSX.Element {
  const { device } = props;
  return (
    <div class="unknown-heard">
      <h3>{nameOf(device)}</h3>
      <p class="note">
        {device.adapter === undefined ? 'No adapter knows it' : `Looks like ${device.adapter}`}, {plural(device.messages, 'message')}, last{' '}
        <Ago atMs={device.lastAtMs} />
      </p>
      <dl class="ledger unknown-said">
        <div>
          <dt>Topic</dt>
          <dd>
            <code>{device.topic}</code>
          </dd>
        </div>
        <div>
          <dt>Last message</dt>
          <dd>
            <code>{device.excerpt === '' ? '(not shown: it names beacons, or is empty)' : device.excerpt}</code>
          </dd>
        </div>
      </dl>
      {device.fields.length === 0 ? (
        <p class="note">
          {device.reads.length > 0
            ? `It reports ${device.reads.join(', ')}.`
            : 'Nothing can be read from it yet; describe it in the configuration under “mappings”.'}
        </p>
      ) : (
        <table class="mini-table">
          <caption>What would be read from it</caption>
          <thead>
            <tr>
              <th scope="col">Reading</th>
              <th scope="col">Field</th>
              <th scope="col">Value</th>
            </tr>
          </thead>
          <tbody>
            {device.fields.map((field) => (
              <tr key={`${field.reading} ${field.name}`}>
                <th scope="row">{field.reading}</th>
                <td>{field.name}</td>
                <td>
                  <code>{field.value}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
