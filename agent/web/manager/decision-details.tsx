import type { JSX } from 'preact';
import type { Decision, Score } from '../../core/decision.ts';
import type { FeatureMeaning } from './api.ts';
import { Reasons, situationSentence } from './decision-reasons.tsx';
import { alternativeWords, decisionSentences, featureValue, type Names, percent, propensityWords } from './decision-sentences.ts';
import { useMoney, useOverview, usePage } from './page.ts';
import { Bar } from './parts.tsx';

/** One decision laid open: three sentences, the score, what else was looked at, and what the score was computed from. */
export function DecisionDetails(props: { readonly decision: Decision; readonly features: readonly FeatureMeaning[] }): JSX.Element {
  const { decision } = props;
  const names = useNames();
  return (
    <div class="decision-details">
      {decisionSentences(decision, names).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {decision.score === undefined ? null : <ScoreBars score={decision.score} />}
      <Reasons decision={decision} />
      {decision.situation === undefined ? null : <p class="note">{situationSentence(decision.situation)}</p>}
      {decision.alternatives.length === 0 ? null : <Alternatives decision={decision} names={names} />}
      <p class="note">{propensityWords(decision.propensity)}</p>
      {decision.score === undefined ? null : <Features score={decision.score} features={props.features} />}
    </div>
  );
}

function useNames(): Names {
  const { desk } = usePage();
  const { fixtures, campaigns } = useOverview();
  return {
    product: (sku) => desk.productName(sku) ?? sku,
    fixture: (id) => fixtures.find((one) => one.id === id)?.name ?? id,
    campaign: (id) => campaigns.find((one) => one.id === id)?.name ?? id,
    amount: useMoney(),
  };
}

function ScoreBars(props: { readonly score: Score }): JSX.Element {
  const { intent, confidence, model } = props.score;
  return (
    <div>
      <ul class="bars bars-two">
        <li>
          <span class="bars-name">Chance of a purchase</span>
          <span class="bars-count">{percent(intent)}</span>
          <Bar whole={1} parts={[{ value: intent, look: 'bar-main' }]} />
        </li>
        <li>
          <span class="bars-name">Trust in that answer</span>
          <span class="bars-count">{percent(confidence)}</span>
          <Bar whole={1} parts={[{ value: confidence, look: 'bar-soft' }]} />
        </li>
      </ul>
      <p class="note">Scored by {model}</p>
    </div>
  );
}

function Alternatives(props: { readonly decision: Decision; readonly names: Names }): JSX.Element {
  const { names } = props;
  return (
    <table class="table">
      <caption>What was looked at</caption>
      <thead>
        <tr>
          <th scope="col">Campaign</th>
          <th scope="col">Product</th>
          <th scope="col" class="number">
            Expected profit
          </th>
          <th scope="col">Outcome</th>
        </tr>
      </thead>
      <tbody>
        {props.decision.alternatives.map((one) => (
          <tr key={`${one.campaign} ${one.sku}`}>
            <th scope="row">{names.campaign(one.campaign)}</th>
            <td data-label="Product">{names.product(one.sku)}</td>
            <td data-label="Expected profit" class="number">
              {names.amount(one.valueCents)}
            </td>
            <td data-label="Outcome">{alternativeWords(one)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Features(props: { readonly score: Score; readonly features: readonly FeatureMeaning[] }): JSX.Element {
  const { score, features } = props;
  return (
    <details class="fold">
      <summary>{score.features.length} numbers that the score was computed from</summary>
      <table class="mini-table">
        <caption class="visually-hidden">Features of the score</caption>
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col" class="number">
              Value
            </th>
          </tr>
        </thead>
        <tbody>
          {score.features.map((value, at) => {
            const feature = features[at];
            const name = feature?.name ?? `feature ${at + 1}`;
            return (
              <tr key={name}>
                <th scope="row">{feature === undefined || feature.meaning === '' ? name : feature.meaning}</th>
                <td class="number">{featureValue(value, feature?.unit ?? '')}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p class="note">In the order of {score.featureSpec}.</p>
    </details>
  );
}
