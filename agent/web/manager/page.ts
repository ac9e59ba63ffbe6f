import { type ReadonlySignal, useComputed } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { StoreOverview } from '../../core/overview.ts';
import { type ClockText, clockText } from '../shared/clock-text.ts';
import { money } from '../shared/format.ts';
import type { Desk } from './desk.ts';
import type { Place } from './views.ts';

/** What every part of the page needs. */
export interface Page {
  readonly desk: Desk;
  /** The store's time, moving once a second. */
  readonly nowMs: ReadonlySignal<number>;
  /** Which view is looked at. */
  readonly place: ReadonlySignal<Place>;
}

/** The page speaks English; its numbers and dates follow the reader's own variant of it. */
export const LOCALE = navigator.languages.find((tag) => tag.toLowerCase().startsWith('en')) ?? 'en-GB';

const PageContext = createContext<Page | undefined>(undefined);

/** Gives the page to what is inside. */
export const PageProvider = PageContext.Provider;

/** The page that a component belongs to. */
export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === undefined) throw new Error('Cannot draw a part of the page: it stands outside of PageProvider');
  return page;
}

/** The newest overview; the caller owes that one has come, which `App` checks before it draws any section. */
export function useOverview(): StoreOverview {
  const overview = usePage().desk.overview.value;
  if (overview === undefined) throw new Error('Cannot draw a part of the page: no overview has come yet');
  return overview;
}

/** Texts of times in the store's own time zone, which need not be the reader's. */
export function useClock(): ClockText {
  const { desk } = usePage();
  return useComputed(() => clockFor(desk.overview.value?.store.timeZone)).value;
}

/** Amounts in the store's currency. */
export function useMoney(): (cents: number) => string {
  const { currency } = useOverview().store;
  return (cents) => money(cents, currency, LOCALE);
}

let lastClock: { readonly zone: string | undefined; readonly clock: ClockText } | undefined;

/** One set of formats is enough: all of the page is in one time zone. */
function clockFor(zone: string | undefined): ClockText {
  if (lastClock?.zone !== zone || lastClock === undefined) lastClock = { zone, clock: clockText(LOCALE, zone) };
  return lastClock.clock;
}
