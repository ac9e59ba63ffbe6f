import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { useOverview } from './page.ts';
import type { NewExperiment } from './policy-api.ts';

type Change = 'discount' | 'headline' | 'off' | 'display';

const CHANGES: readonly { readonly value: Change; readonly words: string }[] = [
  { value: 'discount', words: 'Another discount (%)' },
  { value: 'headline', words: 'Other words' },
  { value: 'off', words: 'No offer at all' },
  { value: 'display', words: 'The shelf display instead of the phone' },
];

/** Smallest difference of profit a visit that is looked for where nothing else is said: 10 cents. */
const USUAL_EFFECT_CENTS = 10;

/** Begins an experiment: half of a campaign's visits get one change of it. */
export function NewExperimentForm(props: {
  readonly taken: readonly string[];
  readonly onBegin: (plan: NewExperiment) => Promise<string | undefined>;
}): JSX.Element {
  const { campaigns } = useOverview();
  const change = useSignal<Change>('discount');
  const problem = useSignal('');
  const isBusy = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  const fold = useRef<HTMLDetailsElement>(null);

  async function send(data: FormData): Promise<void> {
    const campaign = String(data.get('campaign') ?? '');
    const name = campaigns.find(({ id }) => id === campaign)?.name ?? campaign;
    const text = String(data.get('value') ?? '').trim();
    const variant = variantOf(change.value, text);
    if (typeof variant === 'string') {
      problem.value = variant;
      form.current?.querySelector<HTMLInputElement>('[name="value"]')?.focus();
      return;
    }
    isBusy.value = true;
    const id = freeId(`${campaign}-${change.value}`, props.taken);
    const plan = { id, name: `${name}: ${variant.name}`, campaign, metric: 'profit', effect: USUAL_EFFECT_CENTS, variant } as const;
    problem.value = (await props.onBegin(plan)) ?? '';
    isBusy.value = false;
    if (problem.value !== '') return;
    form.current?.reset();
    change.value = 'discount';
    if (fold.current !== null) fold.current.open = false;
  }

  const needsValue = change.value === 'discount' || change.value === 'headline';
  return (
    <details class="fold" ref={fold}>
      <summary>Begin an experiment</summary>
      <form
        class="place-form"
        ref={form}
        noValidate
        aria-label="A new experiment"
        onSubmit={(event) => {
          event.preventDefault();
          void send(new FormData(event.currentTarget));
        }}
      >
        <p class="filter">
          <label for="experiment-campaign">Campaign</label>
          <select id="experiment-campaign" name="campaign">
            {campaigns.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </p>
        <p class="filter">
          <label for="experiment-change">Half of its visits get</label>
          <select
            id="experiment-change"
            value={change.value}
            onChange={(event) => {
              // The options are these values and no others.
              change.value = event.currentTarget.value as Change;
            }}
          >
            {CHANGES.map(({ value, words }) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        </p>
        {needsValue ? (
          <p class="filter">
            <label for="experiment-value">{change.value === 'discount' ? 'Discount in percent' : 'Sentence that the shopper reads'}</label>
            <input
              id="experiment-value"
              name="value"
              maxLength={140}
              inputMode={change.value === 'discount' ? 'decimal' : 'text'}
              aria-invalid={problem.value !== ''}
              aria-describedby="experiment-problem"
            />
          </p>
        ) : null}
        <p id="experiment-problem" role="status" class={problem.value === '' ? 'visually-hidden' : 'form-error'}>
          {problem.value}
        </p>
        <p class="place-form-end">
          <button type="submit" class="button small primary" disabled={isBusy.value || campaigns.length === 0}>
            Begin
          </button>
        </p>
        <p class="note">
          It ends by itself: when one half is surely better, when neither can be by 10 cents of profit a visit, or when the change harms
          profit or annoys shoppers.
        </p>
      </form>
    </details>
  );
}

function variantOf(change: Change, text: string): NewExperiment['variant'] | string {
  switch (change) {
    case 'discount': {
      const percent = Number(text.replace(',', '.').replace('%', ''));
      if (!(percent > 0 && percent < 100)) return 'Enter a discount between 0 and 100 percent.';
      return { name: `${percent} % off`, discount: { kind: 'percent', percent } };
    }
    case 'headline':
      return text === '' ? 'Enter the sentence.' : { name: 'other words', headline: text };
    case 'off':
      return { name: 'no offer', isOff: true };
    case 'display':
      return { name: 'shelf display', channels: ['shelf-display'] };
  }
}

/** An id that no experiment has: the same change may be asked about again later. */
function freeId(wanted: string, taken: readonly string[]): string {
  const base = wanted.slice(0, 58);
  for (let n = 1; ; n++) {
    const id = n === 1 ? base : `${base}-${n}`;
    if (!taken.includes(id)) return id;
  }
}
