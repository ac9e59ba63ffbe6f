import type { JSX } from 'preact';

/** The interval on a line with zero marked: whether it crosses zero is the whole point. The words below say the same. */
export function Interval(props: { readonly low: number; readonly high: number; readonly middle: number }): JSX.Element {
  const from = Math.min(0, props.low);
  const span = Math.max(1, Math.max(0, props.high) - from);
  const x = (value: number) => 4 + (92 * (value - from)) / span;
  return (
    <svg class="interval" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect class="bar-ground" y="4" width="100" height="2" />
      <rect class="interval-zero" x={x(0) - 0.25} width="0.5" height="10" />
      <rect class="bar-main" x={x(props.low)} y="3" width={Math.max(0.5, x(props.high) - x(props.low))} height="4" />
      <rect class="interval-middle" x={x(props.middle) - 0.5} y="1" width="1" height="8" />
    </svg>
  );
}

/** An amount with its sign. */
export function signed(cents: number, amount: (cents: number) => string): string {
  return cents > 0 ? `+${amount(cents)}` : amount(cents);
}
