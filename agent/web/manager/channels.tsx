import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { ChannelLine, ChannelsView, CreditRule } from '../../core/policy/overview.ts';
import type { Channel } from '../../core/touch.ts';
import { count } from '../shared/format.ts';
import { Interval, signed } from './interval.tsx';
import { LOCALE, useMoney, usePage } from './page.ts';
import { Card, Empty } from './parts.tsx';
import { Ranged } from './ranged.tsx';
import { useAnswer } from './use-answer.ts';

const CHANNEL_WORDS: Readonly<Record<Channel, string>> = {
  phone: 'Phone',
  'shelf-display': 'Shelf display',
  label: 'Shelf label',
  signage: 'Screen of the zone',
  staff: 'Staff',
};

const RULES: readonly { readonly rule: CreditRule; readonly words: string; readonly meaning: string }[] = [
  { rule: 'shapley', words: 'Fair share', meaning: 'what each channel adds to the others, beyond what people buy anyway' },
  { rule: 'first', words: 'First', meaning: 'all to the first that reached the visit' },
  { rule: 'last', words: 'Last', meaning: 'all to the last that reached the visit' },
  { rule: 'linear', words: 'Evenly', meaning: 'the same to each time that the visit was reached' },
  { rule: 'position', words: 'Ends', meaning: 'most to the first and the last' },
];

/** What each channel reached, cost and is credited with; and above it what offers really caused. */
export function Channels(): JSX.Element {
  const { desk } = usePage();
  const { value, hasFailed } = useAnswer(() => desk.api.channels());
  const report = value.value;
  return (
    <Card id="channels" title="Channels" wide={6} aside={<span class="note">last 28 days</span>}>
      <p role="status" class={hasFailed.value ? 'form-error' : 'visually-hidden'}>
        {hasFailed.value ? 'The channels could not be loaded. It is tried again in a minute.' : ''}
      </p>
      {report === undefined ? null : <Report report={report} />}
    </Card>
  );
}

function Report(props: { readonly report: ChannelsView }): JSX.Element {
  const { report } = props;
  const amount = useMoney();
  const rule = useSignal<CreditRule>('shapley');
  const reached = report.lines.filter(({ exposed }) => exposed > 0);
  if (report.treatedVisits === 0) {
    return (
      <Empty title="Nobody measured yet">Once visits that agreed to it have ended, the channels that reached them are compared here.</Empty>
    );
  }
  return (
    <>
      <Caused report={report} amount={amount} />
      {reached.length === 0 ? (
        <p class="note">No channel has reached a measured visit yet.</p>
      ) : (
        <>
          <RuleChoice value={rule.value} onChange={(chosen) => (rule.value = chosen)} />
          <Matrix lines={reached} rule={rule.value} isCausedKnown={report.incrementalCents !== null} amount={amount} />
        </>
      )}
    </>
  );
}

function Caused(props: { readonly report: ChannelsView; readonly amount: (cents: number) => string }): JSX.Element {
  const { incrementalCents, treatedVisits, holdoutVisits } = props.report;
  if (incrementalCents === null) {
    return (
      <p>
        <strong>What offers caused cannot be said yet:</strong> {count(treatedVisits, LOCALE)} visits that may get offers and{' '}
        {count(holdoutVisits, LOCALE)} that never do were measured; 50 of each are needed.
      </p>
    );
  }
  const { value, low, high } = incrementalCents;
  return (
    <>
      <p class="lift-value">
        <strong>{signed(value, props.amount)}</strong> profit caused by offers
      </p>
      <Interval low={low} high={high} middle={value} />
      <p class="note">
        With 95% certainty between {signed(low, props.amount)} and {signed(high, props.amount)}, by comparing {count(treatedVisits, LOCALE)}{' '}
        visits with {count(holdoutVisits, LOCALE)} that chance left in peace. This is the truth; the credit below only says who was there
        when something sold.
      </p>
    </>
  );
}

function RuleChoice(props: { readonly value: CreditRule; readonly onChange: (rule: CreditRule) => void }): JSX.Element {
  const chosen = RULES.find(({ rule }) => rule === props.value);
  return (
    <>
      <fieldset class="segments">
        <legend class="visually-hidden">How to hand out credit</legend>
        {RULES.map(({ rule, words }) => (
          <label key={rule}>
            <input type="radio" name="credit-rule" checked={rule === props.value} onChange={() => props.onChange(rule)} />
            <span>{words}</span>
          </label>
        ))}
      </fieldset>
      <p class="note">{chosen === undefined ? '' : `${chosen.words}: ${chosen.meaning}.`}</p>
    </>
  );
}

function Matrix(props: {
  readonly lines: readonly ChannelLine[];
  readonly rule: CreditRule;
  readonly isCausedKnown: boolean;
  readonly amount: (cents: number) => string;
}): JSX.Element {
  const { lines, rule, isCausedKnown, amount } = props;
  return (
    <table class="table">
      <caption class="visually-hidden">What each channel reached, cost and is credited with</caption>
      <thead>
        <tr>
          <th scope="col">Channel</th>
          <th scope="col">Reached</th>
          <th scope="col">Bought</th>
          <th scope="col" class="number">
            Cost
          </th>
          <th scope="col" class="number">
            Credited sales
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ channel, exposed, exposures, conversion, costCents, credit }) => (
          <tr key={channel}>
            <th scope="row">{CHANNEL_WORDS[channel]}</th>
            <td data-label="Reached">
              {count(exposed, LOCALE)} visits, {count(exposures, LOCALE)} times
            </td>
            <td data-label="Bought">
              <Ranged figure={conversion} words={percent} />
            </td>
            <td data-label="Cost" class="number">
              <span class="whole">{amount(costCents)}</span>
            </td>
            <td data-label="Credited sales" class="number">
              {/* The fair share is measured against visits without offers: with a handful of them it is noise. */}
              {rule === 'shapley' && !isCausedKnown ? 'Too early' : <Ranged figure={credit[rule]} words={amount} />}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function percent(share: number): string {
  return `${Math.round(100 * share)}%`;
}
