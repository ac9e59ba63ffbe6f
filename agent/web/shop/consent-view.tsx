import { type Signal, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { HOUR_MS, MINUTE_MS } from '../../core/units.ts';
import { ViewHeading } from './heading.tsx';
import type { Translate } from './i18n.ts';
import { usePage } from './page.ts';
import { TICKET_MS } from './ticket.ts';

/** The question, with two answers of the same weight. Nothing is stored or sent before the yes. */
export function ConsentView(): JSX.Element {
  const { t, visit } = usePage();
  const measurement = useSignal(false);
  const remember = useSignal(false);
  const memberId = useSignal('');
  const isJoining = visit.stage.value === 'joining';
  const problem = visit.joinProblem.value;
  return (
    <section class="view ask">
      <ViewHeading>{t('ask.heading')}</ViewHeading>
      <p class="lead">{t('ask.sentence')}</p>
      <div class="choices">
        <button
          type="button"
          class="button choice"
          disabled={isJoining}
          onClick={() => void visit.join({ measurement: measurement.value, remember: remember.value, memberId: memberId.value.trim() })}
        >
          {isJoining ? t('join.wait') : t('ask.yes')}
        </button>
        <button type="button" class="button choice" disabled={isJoining} onClick={visit.decline}>
          {t('ask.no')}
        </button>
      </div>
      <p role="status" class="problem-line">
        {problem === undefined ? '' : t(problem === 'busy' ? 'busy.text' : 'ask.failed')}
      </p>
      <Tick id="measurement" isOn={measurement} label={t('ask.measure')} note={t('ask.measureNote')} />
      <Tick id="remember" isOn={remember} label={t('ask.remember')} note={t('ask.rememberNote')} />
      {visit.store.value?.members === true ? (
        <div class="field">
          <label for="member">{t('ask.member')}</label>
          <input
            id="member"
            type="text"
            autocomplete="off"
            maxLength={64}
            value={memberId.value}
            aria-describedby="member-note"
            onInput={(event) => {
              memberId.value = event.currentTarget.value;
            }}
          />
          <p id="member-note" class="note">
            {t('ask.memberNote')}
          </p>
        </div>
      ) : null}
      <Details />
    </section>
  );
}

function Tick(props: { readonly id: string; readonly isOn: Signal<boolean>; readonly label: string; readonly note: string }): JSX.Element {
  const { id, isOn } = props;
  return (
    <div class="tick">
      <input
        id={id}
        type="checkbox"
        checked={isOn.value}
        aria-describedby={`${id}-note`}
        onChange={(event) => {
          isOn.value = event.currentTarget.checked;
        }}
      />
      <div>
        <label for={id}>{props.label}</label>
        <p id={`${id}-note`} class="note">
          {props.note}
        </p>
      </div>
    </div>
  );
}

function Details(): JSX.Element {
  const { t, visit } = usePage();
  const ttlMs = visit.store.value?.consent.ttlMs ?? TICKET_MS;
  return (
    <details class="fold">
      <summary>{t('ask.details')}</summary>
      <dl>
        <dt>{t('details.what')}</dt>
        <dd>{t('details.whatText')}</dd>
        <dt>{t('details.how')}</dt>
        <dd>{t('details.howText')}</dd>
        <dt>{t('details.long')}</dt>
        <dd>{t('details.longText', { time: roughSpan(ttlMs, t) })}</dd>
        <dt>{t('details.who')}</dt>
        <dd>{t('details.whoText')}</dd>
      </dl>
    </details>
  );
}

function roughSpan(durationMs: number, t: Translate): string {
  if (durationMs < 2 * HOUR_MS) return t('details.minutes', { count: Math.max(1, Math.round(durationMs / MINUTE_MS)) });
  return t('details.hours', { count: Math.round(durationMs / HOUR_MS) });
}

/** After a no: nothing was stored, and the way back is open. */
export function DeclinedView(): JSX.Element {
  const { t, visit } = usePage();
  return (
    <section class="view calm">
      <ViewHeading>{t('no.heading')}</ViewHeading>
      <p class="lead">{t('no.text')}</p>
      <button type="button" class="button" onClick={visit.askAgain}>
        {t('no.back')}
      </button>
    </section>
  );
}
