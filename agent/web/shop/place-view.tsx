import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { Icon } from '../shared/icons.tsx';
import type { StoreInfo } from './api.ts';
import { ViewHeading } from './heading.tsx';
import { usePage } from './page.ts';

/** Lets the shopper say which shelf they stand at. */
export function PlaceView(): JSX.Element {
  const { t, visit } = usePage();
  const failed = useSignal(false);
  const fixtures = visit.store.value?.fixtures ?? [];
  const here = visit.now.value?.fixture;

  async function choose(id: string): Promise<void> {
    failed.value = !(await visit.moveTo(id));
    if (!failed.value) location.hash = 'offers';
  }

  return (
    <section class="view">
      <ViewHeading>{t('place.heading')}</ViewHeading>
      <p class="lead">{fixtures.length === 0 ? t('place.none') : t('place.text')}</p>
      <p role="status" class="problem-line">
        {failed.value ? t('data.notSaved') : ''}
      </p>
      {byZone(fixtures).map(([zone, inZone]) => (
        <div key={zone} class="place-zone">
          <h2>{zone}</h2>
          <ul class="places">
            {inZone.map((fixture) => (
              <li key={fixture.id}>
                <button
                  type="button"
                  class="place"
                  aria-current={fixture.name === here ? 'location' : undefined}
                  onClick={() => void choose(fixture.id)}
                >
                  <span>{fixture.name}</span>
                  {fixture.name === here ? (
                    <span class="here">
                      <Icon name="place" /> {t('place.here')}
                    </span>
                  ) : null}
                </button>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <p>
        <a class="back" href="#offers">
          {t('place.back')}
        </a>
      </p>
    </section>
  );
}

function byZone(fixtures: StoreInfo['fixtures']): readonly (readonly [string, StoreInfo['fixtures']])[] {
  const zones = [...new Set(fixtures.map((fixture) => fixture.zone))];
  return zones.map((zone) => [zone, fixtures.filter((fixture) => fixture.zone === zone)] as const);
}
