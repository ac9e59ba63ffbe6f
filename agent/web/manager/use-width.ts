import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** How wide a part of the page is, in pixels: drawings are laid out in the page's own pixels, so that text and handles keep their size. */
export function useWidth(atFirst: number): { readonly ref: RefObject<HTMLDivElement>; readonly widthPx: number } {
  const ref = useRef<HTMLDivElement>(null);
  const widthPx = useSignal(atFirst);
  useEffect(() => {
    if (ref.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined && entry.contentRect.width > 0) widthPx.value = Math.round(entry.contentRect.width);
    });
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return { ref, widthPx: widthPx.value };
}
