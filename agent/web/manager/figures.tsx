import type { JSX } from 'preact';
import type { FunnelStep, Lift, StoreOverview } from '../../core/overview.ts';
import { count, plural, rate } from '../shared/format.ts';
import { signed } from './interval.tsx';
import { LOCALE, useMoney, useOverview } from './page.ts';
import { Bar, Card, Empty } from './parts.tsx';

/** The day in five numbers, the last of them what offers earn. */
export function Figures(): JSX.Element {
  const overview = useOverview();
  const amount = useMoney();
  const { money } = overview;
  return (
    <section class="figures" aria-label="Today at a glance">
      <dl>
        <Figure name="Visits now" value={count(overview.visitsNow, LOCALE)} note={`${count(stepOf(overview, 'visit'), LOCALE)} today`} />
        <Figure
          name="Offers made"
          value={count(stepOf(overview, 'offer'), LOCALE)}
          note={`${count(stepOf(overview, 'shown'), LOCALE)} seen`}
        />
        <Figure
          name="Redeemed"
          value={count(money.redemptions, LOCALE)}
          note={
            stepOf(overview, 'offer') === 0 ? 'no offers yet' : `${rate(stepOf(overview, 'redeemed'), stepOf(overview, 'offer'))} of offers`
          }
        />
        <Figure name="Sales" value={amount(money.salesCents)} note={`${amount(money.attributedSalesCents)} after an offer`} />
        <Earned lift={money.lift} amount={amount} />
      </dl>
    </section>
  );
}

/** What a visit earns more because it may get offers, as soon as that is known. */
function Earned(props: { readonly lift: Lift; readonly amount: (cents: number) => string }): JSX.Element {
  const { lift, amount } = props;
  if (lift.kind === 'measured') {
    const range = `${signed(lift.lowCents, amount)} to ${signed(lift.highCents, amount)}`;
    return <Figure name="Offers earn" value={signed(lift.profitPerVisitCents, amount)} note={`profit a visit, 95% sure: ${range}`} />;
  }
  return (
    <Figure
      name="Offers earn"
      value="Too early"
      note={shortOf(lift.neededPerArm - lift.treatedVisits, lift.neededPerArm - lift.holdoutVisits)}
    />
  );
}

/** What is missing; visits without offers are the few, so they are what is waited for. */
function shortOf(treated: number, holdout: number): string {
  if (holdout > 0) return `${plural(holdout, 'more visit')} without offers needed`;
  return treated > 0 ? `${plural(treated, 'more visit')} needed` : 'the next visits that end will tell';
}

function Figure(props: { readonly name: string; readonly value: string; readonly note: string }): JSX.Element {
  return (
    <div class="figure">
      <dt>{props.name}</dt>
      <dd class="figure-value">{props.value}</dd>
      <dd class="note">{props.note}</dd>
    </div>
  );
}

function stepOf(overview: StoreOverview, step: FunnelStep): number {
  return overview.funnelToday.find((one) => one.step === step)?.visits ?? 0;
}

const STEP_WORDS: { readonly [S in FunnelStep]: string } = {
  visit: 'Came in',
  interaction: 'Stopped at a shelf',
  intent: 'Showed interest',
  offer: 'Got an offer',
  shown: 'Saw it',
  redeemed: 'Redeemed it',
};

/** From visit to redemption: how many, and what share of the step before. */
export function Funnel(): JSX.Element {
  const { funnelToday, stagesNow } = useOverview();
  const top = Math.max(1, ...funnelToday.map(({ visits }) => visits));
  const isEmpty = funnelToday.every(({ visits }) => visits === 0);
  return (
    <Card id="funnel" title="From visit to purchase" wide={4} aside={<span class="note">share of the step before</span>}>
      {isEmpty ? (
        <Empty title="No visits yet today">Put up a shelf code, or wait for the first cart with a tag.</Empty>
      ) : (
        <ol class="bars">
          {funnelToday.map(({ step, visits }, at) => (
            <li key={step}>
              <span class="bars-name">{STEP_WORDS[step]}</span>
              <span class="bars-count">
                {at === 0 ? null : (
                  <span class="bars-rate note">
                    {rate(visits, funnelToday[at - 1]?.visits ?? 0)}
                    <span class="visually-hidden"> of the step before, </span>
                  </span>
                )}
                {count(visits, LOCALE)}
              </span>
              <Bar whole={top} parts={[{ value: visits, look: 'bar-main' }]} />
            </li>
          ))}
        </ol>
      )}
      {stagesNow === undefined || stagesNow.browsing + stagesNow.considering + stagesNow.deciding === 0 ? null : (
        <p class="note">
          In the store now: {count(stagesNow.browsing, LOCALE)} looking around, {count(stagesNow.considering, LOCALE)} considering
          something, {count(stagesNow.deciding, LOCALE)} close to a decision
        </p>
      )}
    </Card>
  );
}

/** Not contacting is a decision too: how often, and why. */
export function Withheld(): JSX.Element {
  const { withheldToday } = useOverview();
  const top = Math.max(1, ...withheldToday.map(({ decisions }) => decisions));
  const total = withheldToday.reduce((sum, { decisions }) => sum + decisions, 0);
  return (
    <Card id="withheld" title="Offers held back" wide={6} aside={<span class="note">{plural(total, 'time')} today</span>}>
      {withheldToday.length === 0 ? (
        <Empty title="Nothing held back today">When an offer would not help, the reason is counted here.</Empty>
      ) : (
        <ul class="bars">
          {withheldToday.map(({ reason, sentence, decisions }) => (
            <li key={reason}>
              <span class="bars-name">{sentence}</span>
              <span class="bars-count">{count(decisions, LOCALE)}</span>
              <Bar whole={top} parts={[{ value: decisions, look: 'bar-soft' }]} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
