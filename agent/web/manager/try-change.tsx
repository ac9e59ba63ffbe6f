import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { EvaluationView, PolicyChange } from '../../core/policy/overview.ts';
import type { CampaignLearnt, Figure } from '../../core/policy/told.ts';
import { count } from '../shared/format.ts';
import { Interval, signed } from './interval.tsx';
import { LOCALE, useMoney, usePage } from './page.ts';
import { Ranged } from './ranged.tsx';

/** A change of the rules, judged by what the store has seen, before any shopper meets it. */
export function TryChange(props: { readonly campaigns: readonly CampaignLearnt[] }): JSX.Element {
  const { desk } = usePage();
  const found = useSignal<EvaluationView | undefined>(undefined);
  const isBusy = useSignal(false);

  async function judge(data: FormData): Promise<void> {
    isBusy.value = true;
    const answer = await desk.api.evaluate(changeOf(data));
    if (answer.kind === 'ok') found.value = answer.value;
    else found.value = { kind: 'failed', sentence: answer.kind === 'refused' ? answer.sentence : 'The agent did not answer. Try again' };
    isBusy.value = false;
  }

  return (
    <details class="fold">
      <summary>Try a change on the log first</summary>
      <form
        class="place-form"
        onSubmit={(event) => {
          event.preventDefault();
          void judge(new FormData(event.currentTarget));
        }}
      >
        <p class="filter">
          <label for="try-least">Offer only from this chance of a purchase on (%)</label>
          <input id="try-least" name="least" type="number" min="0" max="100" inputMode="numeric" placeholder="0" />
        </p>
        <p class="filter">
          <label for="try-most">and only up to (%)</label>
          <input id="try-most" name="most" type="number" min="0" max="100" inputMode="numeric" placeholder="100" />
        </p>
        <p class="filter">
          <label for="try-without">As if this campaign were off</label>
          <select id="try-without" name="without">
            <option value="">None</option>
            {props.campaigns.map(({ campaign, name }) => (
              <option key={campaign} value={campaign}>
                {name}
              </option>
            ))}
          </select>
        </p>
        <p class="place-form-end">
          <button type="submit" class="button small" disabled={isBusy.value}>
            {isBusy.value ? 'Judging…' : 'Judge by the log'}
          </button>
        </p>
      </form>
      <div role="status">{found.value === undefined ? null : <Found found={found.value} />}</div>
    </details>
  );
}

function changeOf(data: FormData): PolicyChange {
  const share = (name: string) => {
    const text = String(data.get(name) ?? '').trim();
    return text === '' ? undefined : Math.min(1, Math.max(0, Number(text) / 100));
  };
  const [minIntent, maxIntent, without] = [share('least'), share('most'), String(data.get('without') ?? '')];
  return {
    ...(minIntent === undefined ? {} : { minIntent }),
    ...(maxIntent === undefined ? {} : { maxIntent }),
    ...(without === '' ? {} : { without: [without] }),
  };
}

const POLICY_WORDS: Readonly<Record<string, string>> = {
  'asked for': 'With the change',
  'rules as they are': 'Rules as they are',
  'no offers': 'No offers at all',
};

function Found(props: { readonly found: EvaluationView }): JSX.Element {
  const { found } = props;
  const amount = useMoney();
  if (found.kind !== 'judged') return <p class="strip tone-calm">{found.sentence}.</p>;
  const { change, visits, stopped, policies, personal } = found;
  const warnings = policies.flatMap((one) => one.warnings);
  return (
    <>
      <p class="lift-value">
        <strong>{signed(change.value, amount)}</strong> profit a visit, {verdict(change)}
      </p>
      <Interval low={change.low} high={change.high} middle={change.value} />
      <p class="note">
        With 95% certainty between {signed(change.low, amount)} and {signed(change.high, amount)}, from {count(visits, LOCALE)} measured
        visits; {count(stopped, LOCALE)} of them would no longer get an offer.
      </p>
      <table class="table">
        <caption class="visually-hidden">Profit a visit under each set of rules, estimated in three ways</caption>
        <thead>
          <tr>
            <th scope="col">Rules</th>
            <th scope="col" class="number">
              Profit a visit
            </th>
            <th scope="col" class="number">
              Other estimates
            </th>
            <th scope="col" class="number">
              Worth visits
            </th>
          </tr>
        </thead>
        <tbody>
          {policies.map(({ name, ips, snips, dr, effectiveRows }) => (
            <tr key={name}>
              <th scope="row">{POLICY_WORDS[name] ?? name}</th>
              <td data-label="Profit a visit" class="number">
                <Ranged figure={dr} words={amount} />
              </td>
              <td data-label="Other estimates" class="number">
                {amount(ips.value)} and {amount(snips.value)}
              </td>
              <td data-label="Worth visits" class="number">
                {count(Math.round(effectiveRows), LOCALE)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {warnings.map((warning) => (
        <p key={warning} class="note">
          Take care: {warning}.
        </p>
      ))}
      <p class="note">By person or the same for everybody: {personal}.</p>
    </>
  );
}

function verdict({ low, high }: Figure): string {
  if (low > 0) return 'shown to be better';
  return high < 0 ? 'shown to be worse' : 'not shown to be different';
}
