import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { DevicePlacement, PlaceChoices } from '../../core/device-setup.ts';
import type { UnknownDevice } from './device-api.ts';

/** Where the device stands and what it is called; what can be guessed is filled in. */
export function PlaceForm(props: {
  readonly device: UnknownDevice;
  readonly choices: PlaceChoices;
  readonly onPlace: (placement: DevicePlacement) => Promise<void>;
  readonly onCancel: () => void;
}): JSX.Element {
  const { device, choices } = props;
  const id = `place-${device.key.replace(/[^A-Za-z0-9]/g, '-')}`;
  const zone = useSignal('');
  const fixture = useSignal('');
  const missing = useSignal('');
  const isBusy = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLInputElement>('input')?.focus(), []);

  const fixtures = choices.fixtures.filter((one) => zone.value === '' || one.zone === zone.value);
  const slots = choices.slots.filter((one) =>
    fixture.value === '' ? fixtures.some(({ id: of }) => of === one.fixture) : one.fixture === fixture.value,
  );

  async function send(data: FormData): Promise<void> {
    const text = (name: string) => String(data.get(name) ?? '').trim();
    const first = ['name', 'id', 'adapter'].find((name) => text(name) === '');
    missing.value = first ?? '';
    if (first !== undefined) {
      form.current?.querySelector<HTMLInputElement>(`[name="${first}"]`)?.focus();
      return;
    }
    isBusy.value = true;
    await props.onPlace({
      id: text('id'),
      name: text('name'),
      adapter: text('adapter'),
      ...optional('knownAs', text('knownAs')),
      ...optional('zone', text('zone')),
      ...optional('fixture', text('fixture')),
      ...optional('slot', text('slot')),
    });
    isBusy.value = false;
  }

  return (
    <form
      class="place-form"
      ref={form}
      noValidate
      aria-label={`Place ${device.knownAs ?? device.topic}`}
      onSubmit={(event) => {
        event.preventDefault();
        void send(new FormData(event.currentTarget));
      }}
    >
      <PlaceField id={`${id}-name`} label="Name for people" isMissing={missing.value === 'name'}>
        <input
          id={`${id}-name`}
          name="name"
          defaultValue={device.knownAs ?? ''}
          maxLength={80}
          required
          aria-invalid={missing.value === 'name'}
        />
      </PlaceField>
      <PlaceField id={`${id}-id`} label="Id (its user name)" isMissing={missing.value === 'id'}>
        <input
          id={`${id}-id`}
          name="id"
          defaultValue={idFrom(device.knownAs ?? '')}
          maxLength={64}
          pattern="[A-Za-z0-9][A-Za-z0-9_.:\-]*"
          autocapitalize="none"
          spellcheck={false}
          required
          aria-invalid={missing.value === 'id'}
        />
      </PlaceField>
      <PlaceField id={`${id}-adapter`} label="Read as" isMissing={missing.value === 'adapter'}>
        <select id={`${id}-adapter`} name="adapter" aria-invalid={missing.value === 'adapter'}>
          {device.adapter === undefined ? <option value="">Choose…</option> : null}
          {choices.adapters.map(({ name, title }) => (
            <option key={name} value={name} selected={name === device.adapter}>
              {title}
            </option>
          ))}
        </select>
      </PlaceField>
      <PlaceField
        id={`${id}-known`}
        label={device.knownAs === undefined ? 'Address printed on it' : 'Name in its own messages'}
        isMissing={false}
      >
        <input
          id={`${id}-known`}
          name="knownAs"
          defaultValue={device.knownAs ?? ''}
          maxLength={200}
          autocapitalize="none"
          spellcheck={false}
        />
      </PlaceField>
      <PlaceField id={`${id}-zone`} label="Zone" isMissing={false}>
        <select
          id={`${id}-zone`}
          name="zone"
          value={zone.value}
          onChange={(event) => {
            zone.value = event.currentTarget.value;
            fixture.value = '';
          }}
        >
          <option value="">By its shelf</option>
          {choices.zones.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      </PlaceField>
      <PlaceField id={`${id}-fixture`} label="Shelf or fixture" isMissing={false}>
        <select
          id={`${id}-fixture`}
          name="fixture"
          value={fixture.value}
          onChange={(event) => {
            fixture.value = event.currentTarget.value;
          }}
        >
          <option value="">None</option>
          {fixtures.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      </PlaceField>
      <PlaceField id={`${id}-slot`} label="Slot, for a scale or distance sensor" isMissing={false}>
        <select id={`${id}-slot`} name="slot">
          <option value="">None</option>
          {slots.map((one) => (
            <option key={one.id} value={one.id}>
              {one.id}: {one.product}
            </option>
          ))}
        </select>
      </PlaceField>
      <div class="place-form-end">
        <button type="submit" class="button primary" disabled={isBusy.value}>
          {isBusy.value ? 'One moment…' : 'Place'}
        </button>
        <button type="button" class="button" onClick={props.onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}

function PlaceField(props: {
  readonly id: string;
  readonly label: string;
  readonly isMissing: boolean;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <div class="filter">
      <label for={props.id}>{props.label}</label>
      {props.children}
      {props.isMissing ? <p class="field-error">Fill this in.</p> : null}
    </div>
  );
}

function optional<K extends string>(name: K, text: string): { readonly [P in K]?: string } {
  // The one key is the one asked for.
  return (text === '' ? {} : { [name]: text }) as { readonly [P in K]?: string };
}

/** An id in the form that MQTT names have, out of what the device calls itself. */
export function idFrom(name: string): string {
  return name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9_.:-]+/g, '-')
    .replace(/^[^a-z0-9]+|-+$/g, '')
    .slice(0, 64);
}
