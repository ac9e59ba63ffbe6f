import { type ReadonlySignal, useComputed } from '@preact/signals';
import type { JSX } from 'preact';
import { money } from '../shared/format.ts';
import { ConsentView, DeclinedView } from './consent-view.tsx';
import { OverView } from './erase.tsx';
import { farewellText, LiveView } from './live-view.tsx';
import { MyDataView } from './my-data-view.tsx';
import { type Page, usePage } from './page.ts';
import { PlaceView } from './place-view.tsx';

/** The shopper page: one view at a time, and one place from which everything new is announced. */
export function ShopApp(props: { readonly view: ReadonlySignal<string> }): JSX.Element {
  const { t, visit } = usePage();
  const isLive = visit.stage.value === 'live';
  const storeName = visit.store.value?.name;
  return (
    <>
      <a class="skip" href="#main">
        {t('page.skip')}
      </a>
      <header class="shop-header">
        <p class="store-name">{storeName ?? ' '}</p>
        {isLive ? (
          <nav aria-label={t('page.title')}>
            <a href="#offers" aria-current={props.view.value === '' ? 'page' : undefined}>
              {t('live.heading')}
            </a>
            <a href="#data" aria-current={props.view.value === 'data' ? 'page' : undefined}>
              {t('data.heading')}
            </a>
          </nav>
        ) : null}
      </header>
      <main id="main" tabIndex={-1}>
        <View view={props.view.value} />
      </main>
      <footer class="shop-footer">
        <a href="/shop/privacy">{t('page.privacy')}</a>
      </footer>
      <Announcer />
    </>
  );
}

function View(props: { readonly view: string }): JSX.Element {
  const stage = usePage().visit.stage.value;
  switch (stage) {
    case 'asking':
    case 'joining':
      return <ConsentView />;
    case 'declined':
      return <DeclinedView />;
    case 'erased':
    case 'ended':
      return <OverView key={stage} how={stage} />;
    case 'live':
      if (props.view === 'data') return <MyDataView />;
      if (props.view === 'place') return <PlaceView />;
      return <LiveView />;
  }
}

/** The only polite live region about offers: one sentence when one comes, one when it goes. Countdowns are never announced. */
function Announcer(): JSX.Element {
  const page = usePage();
  const sentence = useComputed(() => announcement(page));
  return (
    <p class="visually-hidden" role="status" aria-live="polite">
      {sentence}
    </p>
  );
}

function announcement(page: Page): string {
  const { farewell } = page.visit.board.value;
  if (farewell !== undefined) return farewellText(page, farewell);
  const offer = page.visit.arrived.value;
  if (offer === undefined) return '';
  const amount = (cents: number) => money(cents, offer.currency, page.locale);
  return page.t('offer.announce', {
    product: offer.productName,
    price: amount(offer.priceCents - offer.discountCents),
    was: amount(offer.priceCents),
  });
}
