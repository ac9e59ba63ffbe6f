import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Decision } from '../../core/decision.ts';
import { Icon } from '../shared/icons.tsx';
import type { DecisionKind, FeatureMeaning } from './api.ts';
import { DecisionDetails } from './decision-details.tsx';
import { HOLD_WORDS } from './decision-sentences.ts';
import { useClock, usePage } from './page.ts';
import { Badge, Card, Empty } from './parts.tsx';

/** Decisions kept on the page; beyond, the filter helps more than scrolling. */
const MAX_LISTED = 300;

/** Every answer the store gave itself to "should this shopper get an offer now?", each with its reasons. */
export function Decisions(): JSX.Element {
  const { desk } = usePage();
  const kind = useSignal<DecisionKind | 'all'>('all');
  const list = useSignal<readonly Decision[]>([]);
  const features = useSignal<readonly FeatureMeaning[]>([]);
  const older = useSignal<number | undefined>(undefined);
  const state = useSignal<'loading' | 'ready' | 'failed'>('loading');

  async function load(beforeMs?: number): Promise<void> {
    const wanted = kind.value;
    state.value = 'loading';
    const answer = await desk.api.decisions({
      ...(wanted === 'all' ? {} : { kind: wanted }),
      ...(beforeMs === undefined ? {} : { beforeMs }),
    });
    // The filter was changed meanwhile: that answer is for a question nobody asks any more.
    if (wanted !== kind.value) return;
    if (answer.kind !== 'ok') {
      state.value = 'failed';
      return;
    }
    const { decisions, nextBeforeMs } = answer.value;
    const known = beforeMs === undefined ? [] : list.value;
    const ids = new Set(known.map(({ id }) => id));
    list.value = [...known, ...decisions.filter(({ id }) => !ids.has(id))].slice(0, MAX_LISTED);
    older.value = list.value.length >= MAX_LISTED ? undefined : (nextBeforeMs ?? undefined);
    features.value = answer.value.features ?? features.value;
    state.value = 'ready';
  }
  useEffect(() => void load(), []);

  return (
    <Card
      id="decisions"
      title="Decisions"
      wide={12}
      aside={
        <button type="button" class="button small" disabled={state.value === 'loading'} onClick={() => void load()}>
          Refresh<span class="visually-hidden"> decisions</span>
        </button>
      }
    >
      <KindFilter
        value={kind.value}
        onChange={(value) => {
          kind.value = value;
          list.value = [];
          void load();
        }}
      />
      <p role="status" class={state.value === 'failed' ? 'form-error' : 'visually-hidden'}>
        {state.value === 'failed' ? 'The decisions could not be loaded. Try “Refresh”.' : ''}
      </p>
      {list.value.length === 0 && state.value === 'ready' ? (
        <Empty title="No decisions yet">
          Each time a shopper shows interest, the store decides whether an offer would help. It is listed here.
        </Empty>
      ) : null}
      <ul class="decisions">
        {list.value.map((decision) => (
          <Row key={decision.id} decision={decision} features={features.value} />
        ))}
      </ul>
      {older.value === undefined ? null : (
        <button type="button" class="button small" disabled={state.value === 'loading'} onClick={() => void load(older.value)}>
          Show older
        </button>
      )}
    </Card>
  );
}

const KINDS = [
  { value: 'all', label: 'All' },
  { value: 'offer', label: 'Offers' },
  { value: 'hold', label: 'Held back' },
] as const;

function KindFilter(props: {
  readonly value: DecisionKind | 'all';
  readonly onChange: (value: DecisionKind | 'all') => void;
}): JSX.Element {
  return (
    <fieldset class="segments">
      <legend class="visually-hidden">Which decisions to show</legend>
      {KINDS.map(({ value, label }) => (
        <label key={value}>
          <input type="radio" name="decision-kind" checked={props.value === value} onChange={() => props.onChange(value)} />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Row(props: { readonly decision: Decision; readonly features: readonly FeatureMeaning[] }): JSX.Element {
  const { decision } = props;
  const { desk } = usePage();
  const clock = useClock();
  const isOpen = useSignal(false);
  const bodyId = `decision-${decision.id}`;
  const sku = decision.sku ?? decision.trigger.sku;
  return (
    <li class={isOpen.value ? 'decision decision-open' : 'decision'}>
      <button
        type="button"
        class="decision-line"
        aria-expanded={isOpen.value}
        aria-controls={bodyId}
        onClick={() => {
          isOpen.value = !isOpen.value;
        }}
      >
        <Icon name={isOpen.value ? 'down' : 'next'} />
        <span class="decision-time">{clock.timeWithSeconds(decision.atMs)}</span>
        {decision.kind === 'offer' ? (
          <Badge tone="good" icon="tag">
            Offer
          </Badge>
        ) : (
          <Badge tone="calm" icon="pause">
            Held back
          </Badge>
        )}
        <span class="decision-what">
          <strong>{desk.productName(sku) ?? sku}</strong>
          {decision.reason === 'offer' ? '' : <span class="note">, {HOLD_WORDS[decision.reason]}</span>}
        </span>
      </button>
      <div id={bodyId} hidden={!isOpen.value}>
        {isOpen.value ? <DecisionDetails decision={decision} features={props.features} /> : null}
      </div>
    </li>
  );
}
