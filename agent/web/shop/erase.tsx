import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { ViewHeading } from './heading.tsx';
import { usePage } from './page.ts';

/** Erases the visit after one question: an erasure cannot be undone, so a slip of the finger must not do it (WCAG 3.3.4). */
export function EraseEverything(): JSX.Element {
  const { t, visit } = usePage();
  const state = useSignal<'idle' | 'asking' | 'erasing' | 'failed'>('idle');
  const yes = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (state.value === 'asking') yes.current?.focus();
  }, [state.value]);

  async function erase(): Promise<void> {
    state.value = 'erasing';
    if (!(await visit.erase())) state.value = 'failed';
  }

  const isAsking = state.value === 'asking' || state.value === 'erasing';
  return (
    <section class="panel erase" aria-labelledby="erase-title">
      <h2 id="erase-title">{isAsking ? t('data.eraseSure') : t('data.erase')}</h2>
      <p>{t('data.eraseText')}</p>
      <p role="status" class="problem-line">
        {state.value === 'failed' ? t('data.eraseFailed') : ''}
      </p>
      {isAsking ? (
        <div class="choices">
          <button type="button" class="button danger" ref={yes} disabled={state.value === 'erasing'} onClick={() => void erase()}>
            {t(state.value === 'erasing' ? 'data.erasing' : 'data.eraseYes')}
          </button>
          <button
            type="button"
            class="button"
            disabled={state.value === 'erasing'}
            onClick={() => {
              state.value = 'idle';
            }}
          >
            {t('data.eraseNo')}
          </button>
        </div>
      ) : (
        <button
          type="button"
          class="button danger"
          onClick={() => {
            state.value = 'asking';
          }}
        >
          {t('data.erase')}
        </button>
      )}
    </section>
  );
}

/** The visit is over: erased by the shopper, or ended by the store. */
export function OverView(props: { readonly how: 'erased' | 'ended' }): JSX.Element {
  const { t, visit } = usePage();
  const isErased = props.how === 'erased';
  return (
    <section class="view calm">
      <ViewHeading>{t(isErased ? 'gone.heading' : 'end.heading')}</ViewHeading>
      <p class="lead">{t(isErased ? 'gone.text' : 'end.text')}</p>
      <button type="button" class="button" onClick={visit.askAgain}>
        {t('gone.again')}
      </button>
    </section>
  );
}
