import type { Effect } from '../../agent/core/effect.ts';
import type { LoggedInput } from '../../agent/core/input.ts';

/** What an entry of the log led to that somebody outside would notice, a line each: decisions, offers, money, alerts, what screens show. */
export function chronicleOf({ atMs }: LoggedInput, effects: readonly Effect[]): readonly string[] {
  return effects.flatMap((effect) => {
    const line = lineOf(effect);
    return line === undefined ? [] : [`${new Date(atMs).toISOString().slice(11, 19)} ${line}`];
  });
}

function lineOf(effect: Effect): string | undefined {
  switch (effect.kind) {
    case 'row.visit':
      return `visit ${effect.visit.id} ${effect.visit.closedAtMs === undefined ? 'opened' : 'closed'}, ${effect.visit.origin}, ${effect.visit.arm}`;
    case 'row.decision': {
      const { visit, sku, reason, campaign, zone, propensity, score, trigger } = effect.decision;
      const facts = [trigger.interaction, zone ?? 'nowhere', `p ${propensity.toFixed(4)}`, `intent ${score?.intent.toFixed(3) ?? '-'}`];
      return `decided ${visit} ${sku ?? '-'}: ${reason}${campaign === undefined ? '' : ` ${campaign}`} (${facts.join(', ')})`;
    }
    case 'row.offer':
      return `offered ${effect.offer.visit} ${effect.offer.sku} ${effect.offer.campaign} ${effect.offer.discountCents} cents`;
    case 'row.offer-state':
      return `offer ${effect.offer} ${effect.state}`;
    case 'row.redemption':
      return `redeemed ${effect.redemption.offer} ${effect.redemption.discountCents} cents, receipt ${effect.redemption.receipt}`;
    case 'row.sale':
      return `sold ${effect.sale.totalCents} cents, receipt ${effect.sale.receipt}, ${effect.sale.visit ?? 'nobody'} by ${effect.sale.link ?? 'nothing'}`;
    case 'row.outcome':
      return `outcome ${effect.outcome.arm} ${effect.outcome.campaign ?? '-'} ${effect.outcome.converted ? 'bought' : 'bought nothing'} ${effect.outcome.salesCents} cents`;
    case 'row.forget':
      return `forgotten ${effect.visit}`;
    case 'act.alert':
      return `alert ${effect.alert.severity}: ${effect.alert.text}`;
    case 'act.display':
      return `display ${effect.device}: ${effect.show === undefined ? 'nothing' : effect.show.title}`;
    default:
      return undefined;
  }
}
