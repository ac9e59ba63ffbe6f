import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { CampaignOverview } from '../../core/overview.ts';
import { count } from '../shared/format.ts';
import { Icon } from '../shared/icons.tsx';
import type { Refusal } from './desk.ts';
import { LOCALE, useMoney, useOverview, usePage } from './page.ts';
import { Badge, Bar, Card, Empty } from './parts.tsx';

/** Every campaign with its budget, and the switches: one for each, one for all. */
export function Campaigns(): JSX.Element {
  const { campaigns, offersPaused } = useOverview();
  const refusal = useSignal<Refusal | undefined>(undefined);
  const onRefused = (value: Refusal | undefined) => {
    refusal.value = value;
  };
  return (
    <Card id="campaigns" title="Campaigns" wide={6} aside={<PauseButton isPaused={offersPaused} what="all offers" onRefused={onRefused} />}>
      <p role="status" class={refusal.value === undefined ? 'visually-hidden' : 'form-error'}>
        {refusal.value === undefined ? '' : `${refusal.value.sentence} ${refusal.value.hint}`}
      </p>
      {offersPaused ? (
        <p class="strip tone-warn">
          <Icon name="pause" /> All offers are paused. Nobody gets one until they are resumed.
        </p>
      ) : null}
      {campaigns.length === 0 ? (
        <Empty title="No campaigns">Add one under “campaigns” in the configuration, or receive them from head office.</Empty>
      ) : (
        <ul class="campaigns">
          {campaigns.map((campaign) => (
            <Campaign key={campaign.id} campaign={campaign} areAllPaused={offersPaused} onRefused={onRefused} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Campaign(props: {
  readonly campaign: CampaignOverview;
  readonly areAllPaused: boolean;
  readonly onRefused: (refusal: Refusal | undefined) => void;
}): JSX.Element {
  const { campaign } = props;
  const amount = useMoney();
  const left = Math.max(0, campaign.budgetCents - campaign.spentCents - campaign.reservedCents);
  return (
    <li class="campaign">
      <div class="campaign-head">
        <h3>{campaign.name}</h3>
        <CampaignState campaign={campaign} left={left} />
      </div>
      <Bar
        whole={campaign.budgetCents}
        parts={[
          { value: campaign.spentCents, look: 'bar-main' },
          { value: campaign.reservedCents, look: 'bar-soft' },
        ]}
      />
      <p class="note">
        {amount(campaign.spentCents)} spent, {amount(campaign.reservedCents)} promised, {amount(left)} left of{' '}
        {amount(campaign.budgetCents)}
      </p>
      <div class="campaign-foot">
        <p class="note">
          Today: {count(campaign.offersToday, LOCALE)} offered, {count(campaign.redeemedToday, LOCALE)} redeemed
        </p>
        {campaign.enabled && !props.areAllPaused ? (
          <PauseButton isPaused={campaign.paused} what={campaign.name} campaign={campaign.id} onRefused={props.onRefused} />
        ) : null}
      </div>
    </li>
  );
}

function CampaignState(props: { readonly campaign: CampaignOverview; readonly left: number }): JSX.Element {
  const { enabled, paused } = props.campaign;
  if (!enabled) {
    return (
      <Badge tone="calm" icon="off">
        Off in the configuration
      </Badge>
    );
  }
  if (paused) {
    return (
      <Badge tone="warn" icon="pause">
        Paused
      </Badge>
    );
  }
  if (props.left === 0) return <Badge tone="warn">Budget used up</Badge>;
  return <Badge tone="good">Running</Badge>;
}

function PauseButton(props: {
  readonly isPaused: boolean;
  readonly what: string;
  readonly campaign?: string;
  readonly onRefused: (refusal: Refusal | undefined) => void;
}): JSX.Element | null {
  const { desk } = usePage();
  const isBusy = useSignal(false);
  if (!desk.mayManage.value) return null;

  async function toggle(): Promise<void> {
    isBusy.value = true;
    props.onRefused(await desk.pause(!props.isPaused, props.campaign));
    isBusy.value = false;
  }

  const verb = props.isPaused ? 'Resume' : 'Pause';
  return (
    <button type="button" class="button small" disabled={isBusy.value} onClick={() => void toggle()}>
      <Icon name={props.isPaused ? 'play' : 'pause'} />
      <span>
        {verb}
        <span class={props.campaign === undefined ? '' : 'visually-hidden'}> {props.what}</span>
      </span>
    </button>
  );
}
