import type { JSX } from 'preact';
import { encode } from 'uqr';

/** Light modules round the code; scanners need four. */
const QUIET_ZONE = 4;

/**
 * A QR code as one SVG path, dark on light in either colour scheme, because scanners expect that.
 * `label` is its text alternative. Text too long for a code (over about 2,300 bytes) gives nothing.
 */
export function QrCode(props: { readonly text: string; readonly label: string }): JSX.Element | null {
  const code = moduleRows(props.text);
  if (code === undefined) return null;
  const size = code.length;
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={props.label} shape-rendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={pathOf(code)} fill="#000" />
    </svg>
  );
}

function moduleRows(text: string): readonly (readonly boolean[])[] | undefined {
  try {
    return encode(text, { ecc: 'M', border: QUIET_ZONE }).data;
  } catch {
    return undefined;
  }
}

/** Dark runs of each row as rectangles: one path draws far faster than a thousand squares. */
export function pathOf(rows: readonly (readonly boolean[])[]): string {
  let path = '';
  for (const [y, row] of rows.entries()) {
    let x = 0;
    while (x < row.length) {
      const start = x;
      while (row[x] === true) x += 1;
      if (x > start) path += `M${start} ${y}h${x - start}v1h-${x - start}z`;
      else x += 1;
    }
  }
  return path;
}
