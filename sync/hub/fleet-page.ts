import { createHash } from 'node:crypto';
import { TALLY_NAMES, type TallyName } from '../../agent/core/effect.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../agent/core/units.ts';
import { addCounts, type Counts } from '../aggregate-row.ts';
import { FLEET_CSS } from './fleet-style.ts';
import { type Html, html, raw } from './html.ts';
import type { DailyTotals, StoreSummary } from './hub-store.ts';

/** What the fleet page shows. */
export interface FleetView {
  readonly nowMs: number;
  readonly days: number;
  readonly totals: readonly DailyTotals[];
  readonly stores: readonly StoreSummary[];
  readonly storeCount: number;
  /** From 1. */
  readonly page: number;
  readonly pages: number;
}

/** Days that the page can be asked for. */
export const FLEET_RANGES: readonly number[] = [1, 7, 28, 90];

/** Nothing but this page's own style may load, run or frame it. */
export const FLEET_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(FLEET_CSS).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The totals of the fleet and the state of each store, as one page that needs no script. */
export function fleetPage(view: FleetView): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Fleet totals</title>
<style>${raw(FLEET_CSS)}</style>
</head>
<body>
<header>
<h1>Fleet totals</h1>
<p class="soft">${view.storeCount} ${view.storeCount === 1 ? 'store' : 'stores'}, as of ${isoMinute(view.nowMs)} UTC. Visits are counted in groups; what is known of fewer than the threshold never left its store.</p>
<nav aria-label="Period"><ul>${FLEET_RANGES.map((days) => rangeLink(days, view.days))}</ul></nav>
</header>
<main>
<h2>Totals</h2>
${tiles(view.totals)}
<h2>By day</h2>
${dayTable(view.totals)}
<h2>Stores</h2>
${storeTable(view)}
${view.pages > 1 ? pageLinks(view) : undefined}
</main>
</body>
</html>
`.text;
}

function rangeLink(days: number, current: number): Html {
  const text = days === 1 ? 'Today' : `${days} days`;
  return html`<li><a href="?days=${days}"${days === current ? raw(' aria-current="page"') : undefined}>${text}</a></li>`;
}

function tiles(totals: readonly DailyTotals[]): Html {
  const all = totals.reduce<Counts<TallyName>>((sum, { counts }) => addCounts(sum, counts, TALLY_NAMES), {});
  const money = [...byCurrency(totals)];
  return html`<dl class="tiles">
${tile('Visits', number(all.visitsOpened), undefined)}
${tile('Interactions', number(all.interactions), undefined)}
${tile('Offers made', number(all.offers), `${number(all.holds)} times nothing was offered`)}
${tile('Offers shown', number(all.shown), share(all.shown, all.offers, 'offers made'))}
${tile('Redeemed', number(all.redeemed), share(all.redeemed, all.shown, 'those shown'))}
${money.map(([currency, counts]) => tile(`Sales, ${currency}`, amount(counts.salesCents), `${amount(counts.attributedSalesCents)} after an offer, ${amount(counts.discountCents)} given as discount`))}
</dl>`;
}

function tile(name: string, value: string, note: string | undefined): Html {
  return html`<div><dt>${name}</dt><dd>${value}${note === undefined ? undefined : html`<small>${note}</small>`}</dd></div>`;
}

function dayTable(totals: readonly DailyTotals[]): Html {
  if (totals.length === 0) return html`<p>No store has sent anything about these days yet.</p>`;
  const most = Math.max(1, ...totals.map(({ counts }) => counts.visitsOpened ?? 0));
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Totals by day"><table>
<caption>Local days of the stores, newest first</caption>
<thead><tr><th scope="col">Day</th><th scope="col" class="number">Stores</th><th scope="col" class="number">Visits</th><th scope="col"><span>Share of the busiest day</span></th><th scope="col" class="number">Offers</th><th scope="col" class="number">Redeemed</th><th scope="col" class="number">Sales</th></tr></thead>
<tbody>${[...totals].reverse().map((day) => dayRow(day, most))}</tbody>
</table></div>`;
}

function dayRow({ day, currency, stores, counts }: DailyTotals, most: number): Html {
  const percent = Math.round(((counts.visitsOpened ?? 0) / most) * 100);
  return html`<tr><th scope="row">${day}</th><td class="number">${number(stores)}</td><td class="number">${number(counts.visitsOpened)}</td>
<td><svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="${percent} percent"><rect width="${percent}" height="10" rx="2"/></svg></td>
<td class="number">${number(counts.offers)}</td><td class="number">${number(counts.redeemed)}</td><td class="number">${amount(counts.salesCents)} ${currency}</td></tr>`;
}

function storeTable({ stores, nowMs }: FleetView): Html {
  if (stores.length === 0)
    return html`<p>No store is registered yet. Add one on the hub's machine; it gets a key to put into its configuration.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Stores"><table>
<caption>Silent longest first; totals are of the chosen period</caption>
<thead><tr><th scope="col">Store</th><th scope="col">State</th><th scope="col">Last heard</th><th scope="col" class="number">Batches</th><th scope="col">Missing</th><th scope="col" class="number">Visits</th><th scope="col" class="number">Redeemed</th><th scope="col" class="number">Sales</th></tr></thead>
<tbody>${stores.map((store) => storeRow(store, nowMs))}</tbody>
</table></div>`;
}

function storeRow(store: StoreSummary, nowMs: number): Html {
  const { mark, style, text } = stateOf(store, nowMs);
  return html`<tr><th scope="row">${store.name}<br><span class="soft">${store.store}</span></th>
<td><span class="${style}"><span aria-hidden="true">${mark}</span> ${text}</span></td>
<td>${store.lastSeenAtMs === undefined ? 'never' : ago(nowMs - store.lastSeenAtMs)}</td>
<td class="number">${number(store.highestSeq)}</td><td>${missing(store)}</td>
<td class="number">${number(store.counts.visitsOpened)}</td><td class="number">${number(store.counts.redeemed)}</td>
<td class="number">${amount(store.counts.salesCents)} ${store.currency}</td></tr>`;
}

function stateOf(store: StoreSummary, nowMs: number): { readonly mark: string; readonly style: string; readonly text: string } {
  if (store.lastSeenAtMs === undefined) return { mark: '○', style: 'warn', text: 'Never heard' };
  const silentMs = nowMs - store.lastSeenAtMs;
  if (silentMs > DAY_MS) return { mark: '✕', style: 'bad', text: 'Silent' };
  if (store.quarantined > 0) return { mark: '!', style: 'bad', text: `${number(store.quarantined)} kept aside` };
  if (silentMs > 15 * MINUTE_MS) return { mark: '!', style: 'warn', text: 'Late' };
  return store.missing > 0 ? { mark: '↑', style: 'warn', text: 'Catching up' } : { mark: '✓', style: 'ok', text: 'Up to date' };
}

function missing({ missing: count, gaps }: StoreSummary): string {
  if (count === 0) return 'none';
  const ranges = gaps.map(({ fromSeq, toSeq }) => (fromSeq === toSeq ? `${fromSeq}` : `${fromSeq}-${toSeq}`));
  return `${number(count)}: ${ranges.join(', ')}`;
}

function pageLinks({ page, pages, days }: FleetView): Html {
  const link = (to: number, text: string) => html`<li><a href="?days=${days}&amp;page=${to}">${text}</a></li>`;
  return html`<nav aria-label="Pages of stores"><ul>${page > 1 ? link(page - 1, 'Previous stores') : undefined}<li>Page ${page} of ${pages}</li>${page < pages ? link(page + 1, 'Next stores') : undefined}</ul></nav>`;
}

function byCurrency(totals: readonly DailyTotals[]): ReadonlyMap<string, Counts<TallyName>> {
  const sums = new Map<string, Counts<TallyName>>();
  for (const { currency, counts } of totals) sums.set(currency, addCounts(sums.get(currency) ?? {}, counts, TALLY_NAMES));
  return sums;
}

function number(value = 0): string {
  return value.toLocaleString('en');
}

function amount(cents = 0): string {
  return (cents / 100).toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function share(part = 0, whole = 0, of: string): string | undefined {
  return whole > 0 ? `${Math.round((part / whole) * 100)} % of ${of}` : undefined;
}

function ago(ms: number): string {
  if (ms < 2 * MINUTE_MS) return 'just now';
  if (ms < 2 * HOUR_MS) return `${Math.round(ms / MINUTE_MS)} minutes ago`;
  return ms < 2 * DAY_MS ? `${Math.round(ms / HOUR_MS)} hours ago` : `${Math.round(ms / DAY_MS)} days ago`;
}

function isoMinute(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}
