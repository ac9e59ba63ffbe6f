import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { DimensionReport, FairnessReport } from '../../core/fairness/report.ts';
import { count, plural } from '../shared/format.ts';
import { Icon } from '../shared/icons.tsx';
import { HOLD_WORDS } from './decision-sentences.ts';
import { DIMENSION_WORDS, findingSentence, groupName, shareText } from './fairness-words.ts';
import { LOCALE, useOverview, usePage } from './page.ts';
import { Card, Empty } from './parts.tsx';

const DAYS = 28;
/** Fewer visits than this say nothing about a group. */
const FEW = 20;

/** Whether the store treats everybody alike: offers and discounts across groups of visits, and what chance does not explain. */
export function Fairness(): JSX.Element {
  const { desk } = usePage();
  const { zones } = useOverview();
  const report = useSignal<FairnessReport | 'loading' | 'failed'>('loading');
  async function load(): Promise<void> {
    report.value = 'loading';
    const answer = await desk.api.fairness(DAYS);
    report.value = answer.kind === 'ok' ? answer.value : 'failed';
  }
  useEffect(() => void load(), []);
  const zoneName = (id: string) => zones.find((zone) => zone.id === id)?.name ?? id;
  const value = report.value;
  return (
    <Card id="fairness" title="The same for everybody?" wide={12} aside={<span class="note">last {DAYS} days</span>}>
      <p role="status" class={value === 'failed' ? 'form-error' : 'visually-hidden'}>
        {value === 'loading'
          ? 'Looking through the decisions…'
          : value === 'failed'
            ? 'The audit could not be loaded. Load the page again.'
            : ''}
      </p>
      {typeof value === 'string' ? null : value.visits === 0 ? (
        <Empty title="Nothing to compare yet">Once visits have been scored, their offers are compared here.</Empty>
      ) : (
        <>
          <Verdict report={value} zoneName={zoneName} />
          {value.dimensions.map((dimension) => (
            <Groups key={dimension.dimension} report={dimension} zoneName={zoneName} />
          ))}
          <p class="note">
            Compared are visits that did alike: the same product with about as much interest; discounts within the same campaign. Shelf
            prices are the same for everybody. Nothing here, and nothing that decides, says who somebody is.
            {value.isPartial ? ' Only the latest decisions were read.' : ''}
          </p>
        </>
      )}
    </Card>
  );
}

function Verdict(props: { readonly report: FairnessReport; readonly zoneName: (id: string) => string }): JSX.Element {
  const { report, zoneName } = props;
  const looked = `${plural(report.visits, 'visit')}, ${plural(report.offers, 'offer')}`;
  if (report.findings.length === 0) {
    return (
      <p class="strip tone-good">
        <Icon name="ok" /> No group is treated differently by more than chance explains ({looked}).
      </p>
    );
  }
  return (
    <ul class="findings">
      {report.findings.map((finding) => (
        <li key={`${finding.dimension} ${finding.group} ${finding.what}`} class="strip tone-warn">
          <Icon name="warning" /> {findingSentence(finding, groupName(finding.dimension, finding.group, zoneName))}
        </li>
      ))}
    </ul>
  );
}

function Groups(props: { readonly report: DimensionReport; readonly zoneName: (id: string) => string }): JSX.Element | null {
  const { dimension, groups } = props.report;
  if (groups.length === 0) return null;
  return (
    <details class="fold">
      <summary>{DIMENSION_WORDS[dimension]}</summary>
      <table class="table">
        <caption class="visually-hidden">Offers by {DIMENSION_WORDS[dimension].toLowerCase()}</caption>
        <thead>
          <tr>
            <th scope="col">Group</th>
            <th scope="col" class="number">
              Visits
            </th>
            <th scope="col">Got an offer</th>
            <th scope="col">Discount</th>
            <th scope="col">Otherwise mostly because</th>
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <tr key={group.group}>
              <th scope="row">{groupName(dimension, group.group, props.zoneName)}</th>
              <td data-label="Visits" class="number">
                {count(group.visits, LOCALE)}
              </td>
              <td data-label="Got an offer">{group.visits < FEW ? 'too few visits to say' : shareText(group.rate)}</td>
              <td data-label="Discount">{group.discount === undefined ? 'none' : shareText(group.discount)}</td>
              <td data-label="Otherwise mostly because">{group.reasons[0] === undefined ? '' : HOLD_WORDS[group.reasons[0].reason]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
