import type { JSX } from 'preact';
import type { Lift } from '../../core/overview.ts';
import { count } from '../shared/format.ts';
import { stillNeeded } from './lift-words.ts';
import { LOCALE, useMoney, useOverview } from './page.ts';
import { Bar, Card } from './parts.tsx';

/** What the tills said, and what offers earn against visits without any. */
export function Money(): JSX.Element {
  const { money } = useOverview();
  const amount = useMoney();
  return (
    <Card id="money" title="Money" wide={6} aside={<span class="note">today</span>}>
      <dl class="ledger">
        <div>
          <dt>All sales</dt>
          <dd>{amount(money.salesCents)}</dd>
        </div>
        <div>
          <dt>Sales after an offer</dt>
          <dd>{amount(money.attributedSalesCents)}</dd>
        </div>
        <div>
          <dt>Discounts given</dt>
          <dd>{amount(money.discountCents)}</dd>
        </div>
        <div>
          <dt>Codes redeemed</dt>
          <dd>{count(money.redemptions, LOCALE)}</dd>
        </div>
      </dl>
      <h3>What offers earn</h3>
      {money.lift.kind === 'measured' ? <Measured lift={money.lift} amount={amount} /> : <NotYet lift={money.lift} />}
    </Card>
  );
}

function NotYet(props: { readonly lift: Extract<Lift, { kind: 'not-enough-data' }> }): JSX.Element {
  const { treatedVisits, holdoutVisits, neededPerArm } = props.lift;
  const missingTreated = Math.max(0, neededPerArm - treatedVisits);
  const missingHoldout = Math.max(0, neededPerArm - holdoutVisits);
  return (
    <div class="lift">
      <p>
        <strong>Not enough data yet.</strong> {stillNeeded(missingTreated, missingHoldout)}
      </p>
      <ul class="bars">
        <li>
          <span class="bars-name">Visits that may get offers</span>
          <span class="bars-count">{progressWords(treatedVisits, neededPerArm)}</span>
          <Bar whole={neededPerArm} parts={[{ value: treatedVisits, look: 'bar-main' }]} />
        </li>
        <li>
          <span class="bars-name">Visits that never do, to compare with</span>
          <span class="bars-count">{progressWords(holdoutVisits, neededPerArm)}</span>
          <Bar whole={neededPerArm} parts={[{ value: holdoutVisits, look: 'bar-soft' }]} />
        </li>
      </ul>
    </div>
  );
}

function progressWords(visits: number, needed: number): string {
  return visits >= needed ? `${count(visits, LOCALE)}, enough` : `${count(visits, LOCALE)} of ${count(needed, LOCALE)}`;
}

function Measured(props: { readonly lift: Extract<Lift, { kind: 'measured' }>; readonly amount: (cents: number) => string }): JSX.Element {
  const { lift, amount } = props;
  return (
    <div class="lift">
      <p>{lift.sentence}.</p>
      <p class="lift-value">
        <strong>{signed(lift.profitPerVisitCents, amount)}</strong> profit per visit
      </p>
      <Interval low={lift.lowCents} high={lift.highCents} middle={lift.profitPerVisitCents} />
      <p class="note">
        With 95% certainty between {signed(lift.lowCents, amount)} and {signed(lift.highCents, amount)}, from{' '}
        {count(lift.treatedVisits, LOCALE)} visits that may get offers and {count(lift.holdoutVisits, LOCALE)} that never do. Bought:{' '}
        {percent(lift.treatedConversion)} against {percent(lift.holdoutConversion)}.
      </p>
    </div>
  );
}

/** The interval on a line with zero marked: whether it crosses zero is the whole point. The words below say the same. */
function Interval(props: { readonly low: number; readonly high: number; readonly middle: number }): JSX.Element {
  const from = Math.min(0, props.low);
  const span = Math.max(1, Math.max(0, props.high) - from);
  const x = (value: number) => 4 + (92 * (value - from)) / span;
  return (
    <svg class="interval" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect class="bar-ground" y="4" width="100" height="2" />
      <rect class="interval-zero" x={x(0) - 0.25} width="0.5" height="10" />
      <rect class="bar-main" x={x(props.low)} y="3" width={Math.max(0.5, x(props.high) - x(props.low))} height="4" />
      <rect class="interval-middle" x={x(props.middle) - 0.5} y="1" width="1" height="8" />
    </svg>
  );
}

function signed(cents: number, amount: (cents: number) => string): string {
  return cents > 0 ? `+${amount(cents)}` : amount(cents);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
