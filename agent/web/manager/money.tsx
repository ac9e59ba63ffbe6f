import type { JSX } from 'preact';
import type { Lift } from '../../core/overview.ts';
import { count } from '../shared/format.ts';
import { Interval, signed } from './interval.tsx';
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

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
