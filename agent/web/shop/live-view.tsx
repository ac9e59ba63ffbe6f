import type { JSX } from 'preact';
import { money } from '../shared/format.ts';
import { Icon } from '../shared/icons.tsx';
import { ViewHeading } from './heading.tsx';
import { OfferCard } from './offer-card.tsx';
import type { Farewell } from './offers.ts';
import { type Page, usePage } from './page.ts';

/** The visit under way: where the shopper is, the offers, or a calm "not yet". */
export function LiveView(): JSX.Element {
  const { t, visit } = usePage();
  const { offers, farewell } = visit.board.value;
  const isOff = visit.now.value?.consents.offers === false;
  return (
    <section class="view live">
      <ViewHeading>{offers.length === 0 ? t('live.heading') : t('live.count', { count: offers.length })}</ViewHeading>
      <Whereabouts />
      <LinkNotice />
      {farewell === undefined ? null : <FarewellLine farewell={farewell} />}
      {offers.map((offer) => (
        <OfferCard key={offer.id} offer={offer} />
      ))}
      {offers.length > 0 ? null : isOff ? <SwitchedOff /> : <Waiting />}
      {isOff ? null : <GoesWith />}
    </section>
  );
}

function Whereabouts(): JSX.Element {
  const { t, visit } = usePage();
  const place = visit.now.value?.fixture ?? visit.now.value?.zone ?? undefined;
  return (
    <p class="whereabouts">
      <Icon name="place" />
      <span>{place === undefined ? t('live.unknown') : t('live.at', { place })}</span>
      <a href="#place">{t('live.change')}</a>
    </p>
  );
}

function Waiting(): JSX.Element {
  const { t } = usePage();
  return (
    <div class="waiting">
      <Shelf />
      <h2>{t('live.waitHeading')}</h2>
      <p>{t('live.waitText')}</p>
      <p class="note">{t('live.keepOpen')}</p>
    </div>
  );
}

/** A picture of a shelf with one thing on it that stands out; decoration. */
function Shelf(): JSX.Element {
  return (
    <svg class="shelf" viewBox="0 0 160 96" aria-hidden="true" focusable="false">
      <path class="shelf-board" d="M8 44h144v5H8ZM8 88h144v5H8Z" />
      <path
        class="shelf-goods"
        d="M18 18h18v26H18ZM42 10h14v34H42ZM62 22h22v22H62ZM118 16h16v28h-16ZM24 60h24v28H24ZM54 66h18v22H54ZM104 58h14v30h-14ZM124 64h20v24h-20Z"
      />
      <path class="shelf-pick" d="M92 12h18v32H92Z" />
    </svg>
  );
}

/** Products at their shelf price that go with what the shopper took up: no offers, and nothing to press. */
function GoesWith(): JSX.Element | null {
  const { t, locale, visit } = usePage();
  const products = visit.suggestions.value;
  if (products.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="goes-with">
      <h2 id="goes-with">{t('with.heading')}</h2>
      <ul class="goes-with">
        {products.map((product) => (
          <li key={product.sku}>
            <strong>{product.name}</strong> <span>{money(product.priceCents, product.currency, locale)}</span>
            <p class="note">
              {t('with.line', { product: product.with })}
              {product.fixture === null ? '' : ` ${t('with.at', { place: product.fixture })}`}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function SwitchedOff(): JSX.Element {
  const { t } = usePage();
  return (
    <div class="waiting">
      <h2>{t('live.offOffers')}</h2>
      <p>
        <a href="#data">{t('live.offOffersText')}</a>
      </p>
    </div>
  );
}

/** Honest about a lost connection, silent about a short one: the first retry usually mends it. */
function LinkNotice(): JSX.Element {
  const { t, visit, nowMs } = usePage();
  const link = visit.link.value;
  // The clock is read so that "offline" turns up even when no event says so.
  const isOffline = nowMs.value > 0 && !navigator.onLine;
  const isLost = link.kind === 'waiting' && link.failures > 1;
  return (
    <p role="status" class={isOffline || isLost ? 'notice' : 'notice-empty'}>
      {isOffline ? t('net.offline') : isLost ? t('net.waiting') : ''}
    </p>
  );
}

function FarewellLine(props: { readonly farewell: Farewell }): JSX.Element {
  return <p class="farewell">{farewellText(usePage(), props.farewell)}</p>;
}

/** The sentence that takes an offer's place when it left. */
export function farewellText(page: Page, farewell: Farewell): string {
  const { offer, kind } = farewell;
  const amount = money(offer.discountCents, offer.currency, page.locale);
  return page.t(`offer.${kind}`, { product: offer.productName, amount });
}
