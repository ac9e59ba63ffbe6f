import type { JSX } from 'preact';
import type { LearntView } from '../../core/policy/overview.ts';
import type { CampaignLearnt } from '../../core/policy/told.ts';
import { count } from '../shared/format.ts';
import { Icon } from '../shared/icons.tsx';
import { Interval, signed } from './interval.tsx';
import { LOCALE, useMoney, usePage } from './page.ts';
import { Badge, Card, Empty } from './parts.tsx';
import { TryChange } from './try-change.tsx';
import { useAnswer } from './use-answer.ts';

/** What offers were seen to do, campaign by campaign; and a change judged by the log before anybody meets it. */
export function Learnt(): JSX.Element {
  const { desk } = usePage();
  const { value, hasFailed } = useAnswer(() => desk.api.learnt());
  const learnt = value.value;
  return (
    <Card id="learnt" title="What offers do" wide={6} aside={learnt === undefined ? undefined : <Aside learnt={learnt} />}>
      <p role="status" class={hasFailed.value ? 'form-error' : 'visually-hidden'}>
        {hasFailed.value ? 'What was learnt could not be loaded. It is tried again in a minute.' : ''}
      </p>
      {learnt === undefined ? null : <Body learnt={learnt} />}
    </Card>
  );
}

function Aside(props: { readonly learnt: LearntView }): JSX.Element {
  return <span class="note">from {count(Math.round(props.learnt.trials), LOCALE)} outcomes</span>;
}

function Body(props: { readonly learnt: LearntView }): JSX.Element {
  const { campaigns, explorationShare, holdoutShare } = props.learnt;
  const { desk } = usePage();
  if (campaigns.length === 0) {
    return <Empty title="No campaigns">What their offers do will be learnt from what becomes of them.</Empty>;
  }
  return (
    <>
      <ul class="campaigns">
        {campaigns.map((campaign) => (
          <Campaign key={campaign.campaign} campaign={campaign} />
        ))}
      </ul>
      <p class="note">
        {percent(holdoutShare)} of visits never get an offer, for comparison. Up to {percent(explorationShare)} of the others get another
        answer than the one believed best, so that the store goes on learning.
      </p>
      {desk.mayManage.value ? <TryChange campaigns={campaigns} /> : null}
    </>
  );
}

function Campaign(props: { readonly campaign: CampaignLearnt }): JSX.Element {
  const { name, sentence, more, profitCents, treatedVisits, holdoutVisits, differences, stopped } = props.campaign;
  const amount = useMoney();
  return (
    <li class="campaign">
      <div class="campaign-head">
        <h3>{name}</h3>
        <Standing campaign={props.campaign} />
      </div>
      {stopped === undefined ? null : (
        <p class="strip tone-warn">
          <Icon name="pause" /> Stopped by itself: {stopped}.
        </p>
      )}
      <p>{sentence}.</p>
      {more === undefined ? null : (
        <p class="note">
          {differences.length === 0
            ? 'Nothing that visits do tells for whom it does more: the same for everybody is as good.'
            : `${differences.join('. ')}.`}
        </p>
      )}
      {profitCents === undefined ? null : (
        <>
          <Interval low={profitCents.low} high={profitCents.high} middle={profitCents.value} />
          <p class="note">
            {signed(profitCents.value, amount)} profit a visit (95% sure at any time: {signed(profitCents.low, amount)} to{' '}
            {signed(profitCents.high, amount)}), from {count(treatedVisits, LOCALE)} visits that may get it and{' '}
            {count(holdoutVisits, LOCALE)} left in peace
          </p>
        </>
      )}
    </li>
  );
}

function Standing(props: { readonly campaign: CampaignLearnt }): JSX.Element {
  const { profitCents, more } = props.campaign;
  if (profitCents !== undefined && profitCents.low > 0) return <Badge tone="good">Earns money</Badge>;
  if (profitCents !== undefined && profitCents.high < 0) return <Badge tone="warn">Costs money</Badge>;
  if (more === undefined) return <Badge tone="calm">Still learning</Badge>;
  return <Badge tone="calm">Not proved yet</Badge>;
}

function percent(share: number): string {
  return `${Math.round(100 * share)}%`;
}
