import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** A part of the page's code that comes on its own, after what is looked at every day. */
export type Late<M> = { readonly kind: 'loading' } | { readonly kind: 'failed' } | { readonly kind: 'loaded'; readonly module: M };

/** Loads it once, when it is first drawn; `load` is an `import(...)` that the build sees. */
export function useLate<M>(load: () => Promise<M>): Late<M> {
  const late = useSignal<Late<M>>({ kind: 'loading' });
  useEffect(() => {
    load().then(
      (module) => {
        late.value = { kind: 'loaded', module };
      },
      () => {
        late.value = { kind: 'failed' };
      },
    );
  }, []);
  return late.value;
}
