import type { ReadonlySignal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Translate } from './i18n.ts';
import type { VisitModel } from './visit.ts';

/** What every part of the page needs. */
export interface Page {
  readonly t: Translate;
  readonly locale: string;
  readonly visit: VisitModel;
  /** This phone's clock, moving once a second. */
  readonly nowMs: ReadonlySignal<number>;
}

const PageContext = createContext<Page | undefined>(undefined);

/** Gives the page to what is inside. */
export const PageProvider = PageContext.Provider;

/** The page that a component belongs to. */
export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === undefined) throw new Error('Cannot draw a part of the page: it stands outside of PageProvider');
  return page;
}
