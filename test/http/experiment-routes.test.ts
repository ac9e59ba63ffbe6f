import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import type { ExperimentView } from '../../agent/core/experiments/report.ts';
import type { ChannelsView, EvaluationView, LearntView } from '../../agent/core/policy/overview.ts';
import type { ChannelsNow, EvaluationNow, ExperimentList, LearntNow } from '../../agent/http/schemas/policy.ts';
import { startTestServer, type TestServer } from '../support/http-server.ts';

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer();
});

afterEach(() => server.stop());

describe('experiments over the API', () => {
  const body = {
    id: 'deeper',
    name: 'Deeper',
    campaign: 'coffee-20',
    metric: 'profit',
    effect: 10,
    variant: { name: '30 % off', discount: { kind: 'percent', percent: 30 } },
  };

  it('are begun by a manager as the campaign as it is against one change, each half of the visits', async () => {
    const session = server.session('manager');
    expect((await server.call('POST', '/api/v1/store/experiments', { session, body })).body).toEqual({ id: 'deeper', isOn: true });
    expect(server.fakes.inputs).toEqual([
      {
        kind: 'experiment.defined',
        by: 'manager-1',
        plan: {
          ...{
            id: 'deeper',
            name: 'Deeper',
            campaign: 'coffee-20',
            layer: 'deeper',
            from: 0,
            to: 1,
            metric: 'profit',
            effect: 10,
            alpha: 0.05,
          },
          variants: [
            { name: 'as it is', weight: 0.5 },
            { name: '30 % off', weight: 0.5, discount: { kind: 'percent', percent: 30 } },
          ],
          shiftsToWinner: true,
        },
      },
    ]);
    expect((await server.call('POST', '/api/v1/store/experiments', { session, body: { ...body, effect: 0 } })).status).toBe(400);
  });

  it('that cannot run are refused with the reason, and unknown ones are unknown', async () => {
    const session = server.session('manager');
    server.fakes.answer = { kind: 'experiment-refused', problems: ['Cannot run experiment "deeper": it is taken'] };
    const refused = await server.call('POST', '/api/v1/store/experiments', { session, body });
    expect([refused.status, refused.body]).toMatchObject([
      422,
      { errors: [{ field: 'experiment', message: expect.stringContaining('taken') }] },
    ]);
    server.fakes.answer = { kind: 'unknown-experiment' };
    expect((await server.call('POST', '/api/v1/store/experiments/none', { session, body: { isOn: false } })).status).toBe(404);
  });

  it('are stopped and begun anew', async () => {
    const session = server.session('manager');
    await server.call('POST', '/api/v1/store/experiments/deeper', { session, body: { isOn: false } });
    expect(server.fakes.inputs).toEqual([{ kind: 'experiment.switched', experiment: 'deeper', isOn: false, by: 'manager-1' }]);
  });
});

describe('what offers earn, over the API', () => {
  it('has the shapes that it says', () => {
    expectTypeOf<ExperimentView>().toExtend<z.input<typeof ExperimentList>['experiments'][number]>();
    expectTypeOf<LearntView>().toExtend<z.input<typeof LearntNow>>();
    expectTypeOf<ChannelsView>().toExtend<z.input<typeof ChannelsNow>>();
    expectTypeOf<EvaluationView>().toExtend<z.input<typeof EvaluationNow>>();
  });

  it.each(['experiments', 'learnt', 'channels'])('gives %s to whoever is signed in', async (what) => {
    expect((await server.call('GET', `/api/v1/store/${what}`, { session: server.session('viewer') })).status).toBe(200);
    expect((await server.call('GET', `/api/v1/store/${what}`)).status).toBe(401);
  });

  it('judges a change for a manager', async () => {
    const found = await server.call('POST', '/api/v1/store/policy/evaluate', {
      session: server.session('manager'),
      body: { minIntent: 0.3 },
    });
    expect(found.body).toEqual({ kind: 'too-early', sentence: 'Not enough data yet' });
  });
});
