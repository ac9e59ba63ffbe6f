import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { count, plural } from '../shared/format.ts';
import type { BasketsNow } from './api.ts';
import { LOCALE, usePage } from './page.ts';
import { Card, Empty } from './parts.tsx';

/** What is bought together, from the store's own receipts: what suggestions to shoppers rest on. */
export function Baskets(): JSX.Element {
  const { desk } = usePage();
  const found = useSignal<BasketsNow | undefined>(undefined);
  async function load(): Promise<void> {
    const answer = await desk.api.baskets();
    if (answer.kind === 'ok') found.value = answer.value;
  }
  useEffect(() => void load(), []);
  const { pairs = [], receipts = 0 } = found.value ?? {};
  const name = (sku: string) => desk.productName(sku) ?? sku;
  return (
    <Card id="baskets" title="Bought together" wide={6} aside={<span class="note">{plural(Math.round(receipts), 'receipt')}</span>}>
      {pairs.length === 0 ? (
        <Empty title="Too few receipts yet">Products that are bought together more often than by chance are listed here.</Empty>
      ) : (
        <ul class="bars">
          {pairs.map(({ sku, withSku, lift, together }) => (
            <li key={`${sku} ${withSku}`}>
              <span class="bars-name">
                {name(sku)} and {name(withSku)}
              </span>
              <span class="bars-count" title={`${count(Math.round(together), LOCALE)} receipts with both`}>
                {lift.toFixed(1)}×
              </span>
            </li>
          ))}
        </ul>
      )}
      <p class="note">How much more often together than by chance; older receipts count less.</p>
    </Card>
  );
}
