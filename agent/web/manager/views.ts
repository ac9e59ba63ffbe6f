/** One page of the desk: what belongs together, and the cards that stand in it. */
export interface ViewName {
  readonly id: ViewId;
  readonly name: string;
  /** Ids of its cards; an address that ends in `#` and one of them leads there. */
  readonly cards: readonly string[];
}

export type ViewId = 'today' | 'offers' | 'decisions' | 'devices' | 'computer' | 'codes';

/** The views in the order of the navigation: the answer first, what is seldom needed last. */
export const VIEWS: readonly ViewName[] = [
  { id: 'today', name: 'Today', cards: ['floor', 'funnel', 'money', 'withheld', 'hour', 'recent', 'people'] },
  { id: 'offers', name: 'Offers', cards: ['campaigns', 'learnt', 'channels', 'baskets', 'experiments'] },
  { id: 'decisions', name: 'Decisions', cards: ['model', 'fairness'] },
  { id: 'devices', name: 'Devices', cards: ['unknown-devices', 'cameras', 'quarantine'] },
  { id: 'computer', name: 'Computer', cards: ['machine', 'traffic', 'cloud'] },
  { id: 'codes', name: 'Codes', cards: ['posters'] },
];

/** Where an address leads: a view or all of them, and the card to begin at. */
export interface Place {
  readonly view: ViewId | 'all';
  /** None: the top of the view. */
  readonly card: string | undefined;
}

/** What the part of an address behind `#` asks for; undefined when it names nothing of the desk, as the link past the navigation. */
export function placeOf(hash: string): Place | undefined {
  const wanted = hash.replace(/^#/, '');
  if (wanted === 'all') return { view: 'all', card: undefined };
  const named = VIEWS.find(({ id }) => id === wanted);
  if (named !== undefined) return { view: named.id, card: undefined };
  const holder = VIEWS.find(({ cards }) => cards.includes(wanted));
  return holder === undefined ? undefined : { view: holder.id, card: wanted };
}

/** Whether a view is on the page now. */
export function isInView({ view }: Place, id: ViewId): boolean {
  return view === id || view === 'all';
}
