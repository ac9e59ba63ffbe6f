import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RowEffect } from '../../agent/core/effect.ts';
import { distributionOf, stabilityIndex } from '../../models/histogram.ts';
import { judgeApprentice, newApprentice, noteAgreement, noteApprenticeVisit } from '../../models/lifecycle/apprentice.ts';
import { type Coverage, endingWeights, noCoverage, noteEnding } from '../../models/lifecycle/coverage.ts';
import { GATES, WATCH } from '../../models/lifecycle/gates.ts';
import { LABEL_LIMITS, OutcomeLabels } from '../../models/lifecycle/labels.ts';
import { parseManifest } from '../../models/manifest.ts';
import { signatureProblem, signManifest } from '../../models/manifest-signature.ts';
import { loadOnnxScorer } from '../../models/onnx-scorer.ts';
import { AS_SHIPPED, calibrated } from '../../models/site-calibration.ts';
import { createRandom } from '../../models/training/random.ts';
import { type CalibrationExample, lossOf, recalibrate } from '../../models/training/recalibrate.ts';
import { VISIT_SPEC } from '../../models/visit-spec.ts';
import { ModelFolder, smallArtifact } from './onnx-fixture.ts';

const ARTIFACT = smallArtifact();
const DAY_MS = 86_400_000;

describe('a manifest', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(12).toString('base64');
  const trusting = { trustedKeys: [key], required: true };

  it('that is signed with a trusted key is taken, whatever the order of its fields', () => {
    const signed = signManifest(ARTIFACT.manifest, pem);
    expect(signatureProblem(signed, trusting)).toBeUndefined();
    const turned = Object.fromEntries(Object.entries(signed).reverse()) as typeof signed;
    expect(signatureProblem(turned, trusting)).toBeUndefined();
    expect(parseManifest(JSON.stringify(signed)).ok).toBe(true);
  });

  it.each([
    ['is not signed', ARTIFACT.manifest, trusting, /not signed/],
    ['is signed with another key', signManifest(ARTIFACT.manifest, pem), { trustedKeys: [], required: true }, /does not trust/],
    [
      'was changed afterwards',
      { ...signManifest(ARTIFACT.manifest, pem), purpose: 'Something else' },
      trusting,
      /changed after it was signed/,
    ],
    [
      'was changed afterwards, in a store that asks for no signature',
      { ...signManifest(ARTIFACT.manifest, pem), version: '2' },
      { trustedKeys: [key], required: false },
      /changed after it was signed/,
    ],
  ])('that %s is refused', (_name, manifest, policy, sentence) => {
    expect(signatureProblem(manifest, policy)?.sentence).toMatch(sentence);
  });

  it('is refused by a store that trusts nobody who signed it, before its model is opened', async () => {
    await using folder = await ModelFolder.create();
    await folder.write(ARTIFACT);
    const loaded = await loadOnnxScorer({ manifestPath: folder.manifestPath, signatures: trusting });
    expect(loaded).toMatchObject({ ok: false, error: { kind: 'signature' } });
  });

  it.each([
    ['Guesses the age of a shopper', 'age'],
    ['Says the gender', 'gender'],
    ['Finds the ethnicity of people', 'ethnic'],
    ['Reads emotions at the shelf', 'emotion'],
    ['Recognises the identity of visitors', 'identit'],
    ['Face embedding of the visitor', 'face'],
    ['Biometric match', 'biometric'],
    ['Whether somebody is pregnant', 'pregnan'],
    ['Political leaning of the visit', 'politic'],
  ])('whose purpose is “%s” is refused', (purpose, word) => {
    const parsed = parseManifest(JSON.stringify({ ...ARTIFACT.manifest, purpose }));
    expect(parsed).toMatchObject({
      ok: false,
      error: { kind: 'denied', sentence: expect.stringContaining(`"${word}" is about who a shopper is`) },
    });
  });

  it('says what training saw of every input the model looks at, and what its answers look like', () => {
    const { columns, expected } = ARTIFACT.manifest;
    // What is around is other tomorrow, so nothing is held against it.
    const isAround = (feature: string) => VISIT_SPEC.features.some(({ name, around }) => name === feature && around === true);
    expect(columns.filter(({ used, seen, feature }) => used && seen === undefined && !isAround(feature))).toEqual([]);
    expect(columns.filter(({ seen, feature }) => seen !== undefined && isAround(feature))).toEqual([]);
    expect(columns.filter(({ used, seen }) => !used && seen !== undefined)).toEqual([]);
    expect(expected?.scores.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 3);
  });
});

describe('the stability index', () => {
  it('is small for the same crowd, large for another, and finite for a strange one', () => {
    const random = createRandom(4);
    const draw = (shift: number) => Float64Array.from({ length: 2_000 }, () => shift + random.next() + random.next());
    const { edges, shares } = distributionOf(draw(0));
    const counts = (values: Float64Array) => {
      const found = new Array<number>(shares.length).fill(0);
      for (const value of values) found[edges.filter((edge) => value > edge).length + 1]!++;
      return found;
    };
    expect(stabilityIndex(shares, counts(draw(0)))).toBeLessThan(0.1);
    expect(stabilityIndex(shares, counts(draw(0.5)))).toBeGreaterThan(0.25);
    const far = stabilityIndex(shares, counts(draw(99)));
    expect(far).toBeGreaterThan(1);
    expect(far).toBeLessThan(20);
    expect(stabilityIndex(shares, [])).toBe(0);
  });
});

describe('what tills do not see', () => {
  it('is made up for: the weights give back the share of buyers', () => {
    const random = createRandom(7);
    const coverage: Coverage = noCoverage();
    let [named, neither, buyers] = [0, 0, 0];
    for (let visit = 0; visit < 4_000; visit++) {
      const buys = random.next() < 0.3;
      const ending = noteEnding(coverage, { isNamed: buys && random.next() < 0.5, sawCheckout: buys && random.next() < 0.7 });
      buyers += buys ? 1 : 0;
      if (ending === 'named') named++;
      if (ending === 'neither') neither++;
    }
    const weights = endingWeights(coverage)!;
    expect(weights.namedShare).toBeCloseTo(0.5, 1);
    const share = (named * weights.named) / (named * weights.named + neither * weights.neither);
    expect(share).toBeGreaterThan(buyers / 4_000 - 0.03);
    expect(share).toBeLessThan(buyers / 4_000 + 0.03);
  });

  it('is not guessed where no checkout is seen', () => {
    const coverage = noCoverage();
    for (let visit = 0; visit < 500; visit++) noteEnding(coverage, { isNamed: visit % 5 === 0, sawCheckout: false });
    expect(endingWeights(coverage)).toBeUndefined();
  });
});

describe("a store's own calibration", () => {
  const examples = (count: number, came: (raw: number) => number, seed = 3): CalibrationExample[] => {
    const random = createRandom(seed);
    return Array.from({ length: count }, (_, i) => {
      const raw = 0.02 + 0.6 * random.next();
      return { raw, label: random.next() < came(raw) ? 1 : 0, weight: 1, atMs: i * 1_000 };
    });
  };

  it('is adopted where promises were off, and puts them right', () => {
    const made = recalibrate(
      examples(2_000, (raw) => raw / 3),
      AS_SHIPPED,
      2_000_000,
    );
    if (!made.ok) throw new Error(made.error.kind);
    expect(made.value.calibration.version).toBe(1);
    expect(made.value.lossAfter).toBeLessThan(made.value.lossBefore);
    for (const raw of [0.1, 0.3, 0.5]) expect(Math.abs(calibrated(raw, made.value.calibration) - raw / 3)).toBeLessThan(0.04);
  });

  it('is the same from the same outcomes in any order of arrival', () => {
    const rows = examples(900, (raw) => raw / 2);
    expect(recalibrate([...rows].reverse(), AS_SHIPPED, 1e6)).toEqual(recalibrate(rows, AS_SHIPPED, 1e6));
  });

  it('waits while there are few outcomes, or few purchases among them', () => {
    expect(
      recalibrate(
        examples(100, () => 0.5),
        AS_SHIPPED,
        1e5,
      ),
    ).toMatchObject({ ok: false, error: { kind: 'few' } });
    expect(
      recalibrate(
        examples(2_000, () => 0.004),
        AS_SHIPPED,
        1e5,
      ),
    ).toMatchObject({ ok: false, error: { kind: 'few' } });
  });

  it('hardly ever moves where the model is right', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const rows = examples(1_500, (raw) => raw, seed);
      const made = recalibrate(rows, AS_SHIPPED, 2e6);
      if (made.ok) for (const raw of [0.1, 0.3, 0.5]) expect(Math.abs(calibrated(raw, made.value.calibration) - raw)).toBeLessThan(0.06);
    }
  });

  it('forgets: outcomes of long ago are outweighed by those of today', () => {
    const old = examples(1_500, (raw) => raw).map((row) => ({ ...row, atMs: row.atMs - 56 * DAY_MS }));
    const now = examples(600, (raw) => raw / 4, 9);
    const made = recalibrate([...old, ...now], AS_SHIPPED, 600_000);
    if (!made.ok) throw new Error(made.error.kind);
    expect(lossOf(now, made.value.calibration)).toBeLessThan(lossOf(now, AS_SHIPPED));
    expect(calibrated(0.4, made.value.calibration)).toBeLessThan(0.25);
  });

  it('never changes who is ahead of whom', () => {
    const made = recalibrate(
      examples(2_000, (raw) => raw ** 2),
      AS_SHIPPED,
      2e6,
    );
    if (!made.ok) throw new Error(made.error.kind);
    const { calibration } = made.value;
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 0.99, noNaN: true }), fc.double({ min: 1e-6, max: 0.009, noNaN: true }), (low, step) => {
        expect(calibrated(low + step, calibration)).toBeGreaterThan(calibrated(low, calibration));
      }),
    );
  });
});

describe('outcomes of visits', () => {
  const score = { sku: 'TEA', intent: 0.3, confidence: 1, features: [], featureSpec: 's', model: 'm' };
  const scored = (visit: string, atMs = 10) => ({ seq: 1, atMs, input: { kind: 'scored' as const, request: 'r', visit, scores: [score] } });
  const consent = (visit: string, granted = true): RowEffect => ({
    kind: 'row.consent',
    consent: { visit, purpose: 'measurement', granted, textVersion: '1', atMs: 0, untilMs: 1e12 },
  });
  const sale = (visit: string, atMs: number, link: 'tag' | 'code' = 'tag'): RowEffect => ({
    kind: 'row.sale',
    sale: { receipt: 'r', till: 't', atMs, lines: [{ sku: 'TEA', quantity: 1, cents: 300 }], totalCents: 300, visit, link },
  });
  const ended = (visit: string, salesCents = 0): RowEffect => ({
    kind: 'row.visit',
    visit: {
      id: visit,
      openedAtMs: 0,
      closedAtMs: 99,
      origin: 'phone',
      arm: 'treated',
      tokenHash: undefined,
      ended: { sawCheckout: salesCents > 0, salesCents, marginCents: salesCents / 3 },
    },
  });

  it('need the consent to measurement, and go with it', () => {
    const labels = new OutcomeLabels();
    expect(labels.note({ inputs: [scored('a')], rows: [ended('a')] })).toEqual([]);
    expect(labels.note({ inputs: [scored('b')], rows: [consent('b'), consent('b', false), sale('b', 20), ended('b', 300)] })).toEqual([]);
    expect(labels.note({ inputs: [scored('c')], rows: [consent('c'), { kind: 'row.forget', visit: 'c' }, ended('c', 300)] })).toEqual([]);
  });

  it('are purchases after the score, named by a till', () => {
    const labels = new OutcomeLabels();
    const one = (visit: string, ...rows: RowEffect[]) =>
      labels.note({ inputs: [scored(visit)], rows: [consent(visit), ...rows] })[0]?.scores.map(({ label }) => label);
    expect(one('a', sale('a', 20), ended('a', 300))).toEqual([1]);
    expect(one('b', sale('b', 5), ended('b', 300))).toEqual([0]);
    expect(one('c', ended('c'))).toEqual([0]);
  });

  it('are kept for a bounded number of visits', () => {
    const labels = new OutcomeLabels();
    for (let i = 0; i < LABEL_LIMITS.visits + 10; i++) labels.note({ inputs: [scored(`v${i}`)], rows: [consent(`v${i}`)] });
    expect(labels.note({ inputs: [], rows: [ended('v0')] })).toEqual([]);
    expect(labels.note({ inputs: [], rows: [ended(`v${LABEL_LIMITS.visits + 9}`)] })).toHaveLength(1);
  });
});

describe('a new store', () => {
  function record(options: { readonly agree: number; readonly model: number; readonly flat?: boolean; readonly days: number }) {
    const apprentice = newApprentice(0);
    const random = createRandom(2);
    for (let i = 0; i < 600; i++) noteAgreement(apprentice, random.next() < options.agree);
    for (let i = 0; i < 400; i++) {
      const label = random.next() < 0.3 ? 1 : 0;
      noteApprenticeVisit(
        apprentice,
        [{ model: label === 1 || options.flat === true ? options.model : 1 - options.model, rules: 0.5, label }],
        1,
      );
    }
    return judgeApprentice(apprentice, options.days * DAY_MS);
  }

  it.each([
    ['model and rules agree, and what they promise comes', { agree: 0.97, model: 0.3, flat: true, days: 4 }, true],
    ['model and rules agree, and promise too much', { agree: 0.97, model: 0.6, flat: true, days: 4 }, false],
    ['the model predicts better', { agree: 0.2, model: 0.8, days: 4 }, true],
    ['it is too young', { agree: 0.97, model: 0.8, days: 2 }, false],
    ['the model is no better and does other things', { agree: 0.2, model: 0.45, days: 4 }, false],
  ])('%s: ends its silent time or not', (_name, options, isDone) => {
    expect(record(options).isDone).toBe(isDone);
  });
});

it('the gates stand in lifecycle.md as they are in the code', () => {
  const text = readFileSync('models/lifecycle/lifecycle.md', 'utf8');
  for (const stage of ['checked', 'tried on the last days', 'looking on', 'a few visits', 'in use']) expect(text).toContain(`| ${stage} |`);
  for (const { title } of GATES) expect(text.toLowerCase()).toContain(title.toLowerCase());
  expect(WATCH.length).toBeGreaterThan(4);
});
