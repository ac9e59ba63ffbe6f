import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** A press that changes much is asked for twice, in place. */
export function TwicePressed(props: { readonly label: string; readonly isBusy: boolean; readonly onSure: () => void }): JSX.Element {
  const isAsked = useSignal(false);
  const sure = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isAsked.value) sure.current?.focus();
  }, [isAsked.value]);
  if (!isAsked.value) {
    return (
      <button
        type="button"
        class="button small"
        disabled={props.isBusy}
        onClick={() => {
          isAsked.value = true;
        }}
      >
        {props.label}
      </button>
    );
  }
  const answer = (isSure: boolean) => {
    isAsked.value = false;
    if (isSure) props.onSure();
  };
  return (
    <span class="row">
      <button type="button" class="button small primary" ref={sure} onClick={() => answer(true)}>
        Yes: {props.label}
      </button>
      <button type="button" class="button small" onClick={() => answer(false)}>
        No
      </button>
    </span>
  );
}
