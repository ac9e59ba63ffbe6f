import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/**
 * The heading of a view. It takes the focus when the view replaced another one, so that a screen reader starts reading at the right place;
 * not on the first view, where the browser already reads from the top.
 */
export function ViewHeading(props: { readonly children: ComponentChildren }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (document.documentElement.dataset['moved'] === 'yes') heading.current?.focus();
    document.documentElement.dataset['moved'] = 'yes';
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {props.children}
    </h1>
  );
}
