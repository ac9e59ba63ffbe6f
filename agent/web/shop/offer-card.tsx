import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { countdown, money } from '../shared/format.ts';
import { Icon } from '../shared/icons.tsx';
import { QrCode } from '../shared/qr-code.tsx';
import type { ShopOffer } from './api.ts';
import type { Translate } from './i18n.ts';
import { usePage } from './page.ts';
import { whenSeen } from './when-seen.ts';

/** One offer: what, for how much, how long, why, and the code for the till. Confirms to the store once it was on the screen. */
export function OfferCard(props: { readonly offer: ShopOffer }): JSX.Element {
  const { t, locale, visit } = usePage();
  const { offer } = props;
  const price = useRef<HTMLParagraphElement>(null);
  useEffect(() => (price.current === null ? undefined : whenSeen(price.current, () => visit.shown(offer.id))), [offer.id]);
  const amount = (cents: number) => money(cents, offer.currency, locale);
  const titleId = `offer-${offer.id}`;
  return (
    <article class="offer" aria-labelledby={titleId}>
      <p class="offer-headline">{offer.headline}</p>
      <h2 id={titleId}>{offer.productName}</h2>
      <p class="offer-price" ref={price}>
        <strong>
          <span class="visually-hidden">{t('offer.price')} </span>
          {amount(offer.priceCents - offer.discountCents)}
        </strong>{' '}
        <s>
          <span class="visually-hidden">{t('offer.was', { price: '' })}</span>
          {amount(offer.priceCents)}
        </s>
      </p>
      <p class="offer-facts">
        <span class="saves">{t('offer.saves', { amount: amount(offer.discountCents) })}</span>
        <TimeLeft untilMs={offer.expiresAtMs} />
      </p>
      <div class="offer-code">
        <p class="note">{t('offer.till')}</p>
        <QrCode text={offer.code.long} label={t('offer.qrLabel', { code: offer.code.short })} />
        <ShortCode code={offer.code.short} />
      </div>
      <details class="fold why">
        <summary>{t('offer.why')}</summary>
        <p>{whyText(offer, t)}</p>
      </details>
      <div class="offer-actions">
        <button type="button" class="button" aria-pressed={offer.state === 'saved'} onClick={() => visit.save(offer.id)}>
          {offer.state === 'saved' ? <Icon name="ok" /> : null}
          {t(offer.state === 'saved' ? 'offer.saved' : 'offer.save')}
        </button>
        <button type="button" class="button" onClick={() => visit.dismiss(offer.id)}>
          {t('offer.dismiss')}
        </button>
      </div>
    </article>
  );
}

/** In groups of four for reading out; the gaps are drawn, not written, so that a copied code is whole. */
function ShortCode(props: { readonly code: string }): JSX.Element {
  const groups = props.code.match(/.{1,4}/gu) ?? [];
  return (
    <p class="short-code">
      {groups.map((group, at) => (
        <span key={`${at}${group}`}>{group}</span>
      ))}
    </p>
  );
}

/** Alone reads the ticking clock, so that a second redraws one line and not the card. */
function TimeLeft(props: { readonly untilMs: number }): JSX.Element {
  const { t, nowMs, visit } = usePage();
  const leftMs = props.untilMs - (nowMs.value + visit.clockOffsetMs.value);
  return (
    <span class="left">
      <Icon name="clock" /> {t('offer.left', { time: countdown(leftMs) })}
    </span>
  );
}

/** Why the offer came, in the shopper's language: what they did with this product, and nothing else. */
export function whyText({ reason, why, productName }: ShopOffer, t: Translate): string {
  return reason === undefined || reason === null ? why : t(`why.${reason.kind}`, { product: productName, count: reason.times });
}
