import { type Signal, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { DeviceSignIn, DeviceWritten } from '../../core/device-setup.ts';
import { Icon } from '../shared/icons.tsx';

/** What a change to a device led to, as it is shown. */
export type ShownOutcome =
  | { readonly kind: 'refused'; readonly sentence: string; readonly hint: string }
  | { readonly kind: 'changed'; readonly what: string; readonly changed: DeviceWritten };

/** The answer to the last press, above what it was about; the focus goes there. */
export function Outcome(props: { readonly outcome: Signal<ShownOutcome | undefined> }): JSX.Element | null {
  const { outcome } = props;
  const box = useRef<HTMLDivElement>(null);
  const shown = outcome.value;
  useEffect(() => box.current?.focus(), [shown]);
  if (shown === undefined) return null;
  return (
    <div class="device-outcome" role="status" tabIndex={-1} ref={box}>
      {shown.kind === 'refused' ? (
        <div class="form-error">
          <Icon name="error" />
          <div>
            <p class="form-error-title">{shown.sentence}</p>
            <p>{shown.hint}</p>
          </div>
        </div>
      ) : (
        <Changed what={shown.what} changed={shown.changed} />
      )}
      <button
        type="button"
        class="button small"
        onClick={() => {
          outcome.value = undefined;
        }}
      >
        {shown.kind === 'changed' && shown.changed.kind === 'done' && shown.changed.access !== undefined
          ? 'I have written it down'
          : 'Close'}
      </button>
    </div>
  );
}

function Changed(props: { readonly what: string; readonly changed: DeviceWritten }): JSX.Element {
  const { what, changed } = props;
  if (changed.kind === 'not-written') {
    return (
      <>
        <h3>The configuration file cannot be written</h3>
        <p>
          {changed.reason}. Put this line under “devices” in the file yourself; the agent takes it over within seconds. Then press “New
          password” beside the device.
        </p>
        <Copied label="line" text={changed.yaml} isLong />
      </>
    );
  }
  return (
    <>
      <h3>{what}</h3>
      {changed.access === undefined ? null : <Access access={changed.access} />}
    </>
  );
}

function Access(props: { readonly access: DeviceSignIn }): JSX.Element {
  const { access } = props;
  return (
    <>
      <p>
        Type this into the settings of the device, where it asks for MQTT. <strong>The password is shown this once.</strong>
      </p>
      <dl class="access">
        <Line name="Server (host)" text={access.host} />
        <Line name="Port" text={`${access.port}`} note={access.isTls ? 'with TLS' : undefined} />
        <Line name="User name" text={access.user} />
        <Line name="Password" text={access.password} />
        <Line name="Name, topic or room" text={access.knownAs} />
      </dl>
      {access.setup === undefined ? null : (
        <>
          <p>For this kind of device it is in short:</p>
          <Copied label="settings" text={access.setup} isLong />
        </>
      )}
    </>
  );
}

function Line(props: { readonly name: string; readonly text: string; readonly note?: string | undefined }): JSX.Element {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>
        <Copied label={props.name.toLowerCase()} text={props.text} />
        {props.note === undefined ? null : <span class="note">{props.note}</span>}
      </dd>
    </div>
  );
}

/** A text with a button that copies it; where the browser forbids that, the text is chosen instead. */
function Copied(props: { readonly label: string; readonly text: string; readonly isLong?: boolean }): JSX.Element {
  const state = useSignal<'no' | 'copied' | 'chosen'>('no');
  const code = useRef<HTMLElement>(null);
  async function copy(): Promise<void> {
    try {
      // Only there over HTTPS or on this computer.
      await navigator.clipboard.writeText(props.text);
      state.value = 'copied';
    } catch {
      if (code.current !== null) getSelection()?.selectAllChildren(code.current);
      state.value = 'chosen';
    }
  }
  return (
    <span class={props.isLong === true ? 'copied copied-long' : 'copied'}>
      <code ref={code}>{props.text}</code>
      <button type="button" class="button small" onClick={() => void copy()}>
        {state.value === 'copied' ? 'Copied' : state.value === 'chosen' ? 'Chosen: press Ctrl+C' : 'Copy'}
        <span class="visually-hidden"> {props.label}</span>
      </button>
    </span>
  );
}
