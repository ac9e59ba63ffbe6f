import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { DeviceWritten } from '../../core/device-setup.ts';
import type { DeviceOverview } from '../../core/overview.ts';
import type { Answer } from '../shared/request.ts';
import type { ShownOutcome } from './device-outcome.tsx';
import { usePage } from './page.ts';

/** Told what became of a press. */
export type OnChanged = (shown: ShownOutcome) => void;

type Asked = 'nothing' | 'password' | 'remove';

/** A new password, or out of the store: each asks once more before it is done. */
export function DeviceActions(props: { readonly device: DeviceOverview; readonly onChanged: OnChanged }): JSX.Element {
  const { device, onChanged } = props;
  const { desk } = usePage();
  const asked = useSignal<Asked>('nothing');
  const isBusy = useSignal(false);

  async function confirm(): Promise<void> {
    isBusy.value = true;
    const isRemoval = asked.value === 'remove';
    const answer = isRemoval ? await desk.api.removeDevice(device.id) : await desk.api.reissueDevice(device.id);
    isBusy.value = false;
    asked.value = 'nothing';
    onChanged(outcomeOf(answer, isRemoval ? `${device.name} is no longer part of the store` : `${device.name} has a new password`));
  }

  if (asked.value === 'nothing') {
    return (
      <span class="device-actions">
        <button type="button" class="button small" onClick={() => (asked.value = 'password')}>
          New password<span class="visually-hidden"> for {device.name}</span>
        </button>
        <button type="button" class="button small" onClick={() => (asked.value = 'remove')}>
          Remove<span class="visually-hidden"> {device.name}</span>
        </button>
      </span>
    );
  }
  return (
    <fieldset class="device-confirm">
      <legend>
        {asked.value === 'remove'
          ? `Remove ${device.name}? It may not report any more.`
          : `New password for ${device.name}? The old one stops working.`}
      </legend>
      <button type="button" class="button small primary" disabled={isBusy.value} onClick={() => void confirm()}>
        {asked.value === 'remove' ? 'Yes, remove it' : 'Yes, make a new one'}
      </button>
      <button type="button" class="button small" onClick={() => (asked.value = 'nothing')}>
        Cancel
      </button>
    </fieldset>
  );
}

/** The answer of the agent in words. */
export function outcomeOf(answer: Answer<DeviceWritten>, what: string): ShownOutcome {
  switch (answer.kind) {
    case 'ok':
      return { kind: 'changed', what, changed: answer.value };
    case 'refused':
      return { kind: 'refused', sentence: answer.sentence || `The agent said no (${answer.status}).`, hint: answer.hint };
    case 'unreachable':
      return { kind: 'refused', sentence: 'The agent did not answer.', hint: 'Check that its computer is on, then try again.' };
  }
}
