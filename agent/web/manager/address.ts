import { type ReadonlySignal, signal } from '@preact/signals';
import { type Place, placeOf } from './views.ts';

/** Where the reader is on the desk; the address says it, so that a link, a bookmark and the back button work. */
export function followAddress(page: Window): ReadonlySignal<Place> {
  const place = signal<Place>(placeOf(page.location.hash) ?? { view: 'today', card: undefined });
  page.addEventListener('hashchange', () => {
    place.value = placeOf(page.location.hash) ?? place.value;
  });
  return place;
}
