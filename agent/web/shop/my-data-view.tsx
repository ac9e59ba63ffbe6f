import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { ConsentPurpose } from '../../core/visit.ts';
import { EraseEverything } from './erase.tsx';
import { ViewHeading } from './heading.tsx';
import { HeldData } from './held-data.tsx';
import { usePage } from './page.ts';

/** Everything a shopper may do about their data: see it, take it along, change what was agreed to, erase it. */
export function MyDataView(): JSX.Element {
  const { t } = usePage();
  return (
    <section class="view data">
      <ViewHeading>{t('data.heading')}</ViewHeading>
      <p class="lead">{t('data.intro')}</p>
      <Consents />
      <HeldData />
      <EraseEverything />
      <p>
        <a class="back" href="#offers">
          {t('place.back')}
        </a>
      </p>
    </section>
  );
}

function Consents(): JSX.Element {
  const { t, visit } = usePage();
  const outcome = useSignal<'none' | 'saved' | 'failed'>('none');

  async function set(purpose: ConsentPurpose, isOn: boolean): Promise<void> {
    outcome.value = 'none';
    outcome.value = (await visit.setConsents({ [purpose]: isOn })) ? 'saved' : 'failed';
  }

  return (
    <fieldset class="panel">
      <legend>{t('data.consents')}</legend>
      {purposes(visit.now.value?.consents.member === true).map((purpose) => (
        <div key={purpose} class="tick">
          <input
            id={`consent-${purpose}`}
            type="checkbox"
            checked={visit.now.value?.consents[purpose] ?? false}
            disabled={visit.now.value === undefined}
            onChange={(event) => {
              const box = event.currentTarget;
              // The box shows what the store has noted, so on failure it goes back.
              void set(purpose, box.checked).then(() => {
                box.checked = visit.now.value?.consents[purpose] ?? false;
              });
            }}
          />
          <label for={`consent-${purpose}`}>{t(`data.${purpose}`)}</label>
        </div>
      ))}
      <p role="status" class="note">
        {outcome.value === 'none' ? '' : t(outcome.value === 'saved' ? 'data.saved' : 'data.notSaved')}
      </p>
    </fieldset>
  );
}

/** Membership can only be taken back here: it is given with the number, on the first page. */
function purposes(isMember: boolean): readonly ConsentPurpose[] {
  return isMember ? ['offers', 'measurement', 'remember', 'member'] : ['offers', 'measurement', 'remember'];
}
