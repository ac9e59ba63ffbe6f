import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { usePage } from './page.ts';
import { isInView, type ViewId } from './views.ts';

/**
 * One view of the desk. It is drawn when it is first looked at and stays, hidden, when another is: what was typed, chosen or shown once
 * (a password) is still there on the way back.
 */
export function View(props: { readonly id: ViewId; readonly children: ComponentChildren }): JSX.Element | null {
  const isShown = isInView(usePage().place.value, props.id);
  const wasShown = useRef(false);
  wasShown.current ||= isShown;
  if (!wasShown.current) return null;
  return (
    <div class="view" hidden={!isShown}>
      {props.children}
    </div>
  );
}

/** Goes to where the address leads, to the top of a view or to a card in it; stands behind the views, so that they are drawn by then. */
export function Arrival(): null {
  const place = usePage().place.value;
  const isFirst = useRef(true);
  useLayoutEffect(() => {
    const card = place.card === undefined ? undefined : document.getElementById(place.card);
    if (card !== undefined && card !== null) card.scrollIntoView();
    else if (!isFirst.current) scrollTo(0, 0);
    isFirst.current = false;
  }, [place]);
  return null;
}
