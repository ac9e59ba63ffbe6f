import { useSignal } from '@preact/signals';
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
  const isJoining = visit.stage.value === 'joining';
  const problem = visit.joinProblem.value;
  return (
    <section class="view ask">
      <ViewHeading>{t('ask.heading')}</ViewHeading>
      <p class="lead">{t('ask.sentence')}</p>
      <div class="choices">
        <button type="button" class="button choice" disabled={isJoining} onClick={() => void visit.join(measurement.value)}>
          {isJoining ? t('join.wait') : t('ask.yes')}
        </button>
        <button type="button" class="button choice" disabled={isJoining} onClick={visit.decline}>
          {t('ask.no')}
        </button>
      </div>
      <p role="status" class="problem-line">
        {problem === undefined ? '' : t(problem === 'busy' ? 'busy.text' : 'ask.failed')}
      </p>
      <div class="tick">
        <input
          id="measurement"
          type="checkbox"
          checked={measurement.value}
          aria-describedby="measurement-note"
          onChange={(event) => {
            measurement.value = event.currentTarget.checked;
          }}
        />
        <div>
          <label for="measurement">{t('ask.measure')}</label>
          <p id="measurement-note" class="note">
            {t('ask.measureNote')}
          </p>
        </div>
      </div>
      <Details />
    </section>
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
