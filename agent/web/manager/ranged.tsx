import type { JSX } from 'preact';
import type { Figure } from '../../core/policy/told.ts';

/** A figure with its interval behind it. */
export function Ranged(props: { readonly figure: Figure; readonly words: (value: number) => string; readonly more?: string }): JSX.Element {
  const { figure, words, more = '' } = props;
  return (
    <span class="with-range">
      <span class="whole">{words(figure.value)}</span>{' '}
      <span class="note">
        (<span class="whole">{words(figure.low)}</span> to <span class="whole">{words(figure.high)}</span>
        {more})
      </span>
    </span>
  );
}
