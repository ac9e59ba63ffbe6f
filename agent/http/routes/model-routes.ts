import { z } from 'zod';
import type { HttpContext } from '../context.ts';
import type { ModelRefusal } from '../model-desk.ts';
import { type Problem, problem } from '../problem.ts';
import { defineRoute, json, type Route } from '../route.ts';
import {
  ModelActBody,
  ModelActed,
  ModelPartBody,
  ModelPartTaken,
  ModelState,
  ModelUploadBegun,
  ModelUploadBody,
  ModelWorkBody,
  UploadId,
} from '../schemas/models.ts';

/** Where the models of the store stand, and what a manager does about it. */
export function modelRoutes({ ports }: HttpContext): readonly Route[] {
  const { models } = ports;
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/store/model',
      policy: 'viewer',
      group: 'manager',
      summary: 'Which model is in use, which is on its way, how each of its conditions stands, and what is being tried or learnt',
      responses: { 200: { description: 'Where the models stand', schema: ModelState } },
      handle: () => json(200, models.view()),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/store/model',
      policy: 'manager',
      group: 'manager',
      summary: 'Use the last model again, put the one on its way into use or take it out, or end the silent time of a new store',
      body: ModelActBody,
      responses: { 200: { description: 'What came of it', schema: ModelActed } },
      handle: async ({ body, caller }) => json(200, { sentence: await models.act(body.action, caller.name) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/store/model/uploads',
      policy: 'manager',
      group: 'manager',
      summary: 'Begin to hand in a model and its manifest; one that was begun before is forgotten',
      body: ModelUploadBody,
      responses: { 201: { description: 'Where the pieces of the two files go', schema: ModelUploadBegun } },
      handle({ body }) {
        const begun = models.upload(body);
        return 'kind' in begun ? refusal(begun) : json(201, begun);
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/store/model/uploads/:upload',
      policy: 'manager',
      group: 'manager',
      summary: 'A piece of the manifest or, after it, of the model; the manifest is judged before the model is taken',
      params: z.strictObject({ upload: UploadId }),
      body: ModelPartBody,
      responses: { 200: { description: 'Taken', schema: ModelPartTaken } },
      handle({ params, body }) {
        const taken = models.part(params.upload, body);
        return 'kind' in taken ? refusal(taken) : json(200, taken);
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/store/model/work',
      policy: 'manager',
      group: 'manager',
      summary:
        'Try an upload on the store’s log, hand it in, learn a model from the store’s own days, hand that in, or stop what is under way',
      body: ModelWorkBody,
      responses: { 200: { description: 'What came of it; how it goes on is in the state of the models', schema: ModelActed } },
      async handle({ body, caller }) {
        const done = await models.work(body, caller.name);
        return done.kind === 'done' ? json(200, { sentence: done.sentence }) : refusal(done);
      },
    }),
  ];
}

function refusal(refused: ModelRefusal): Problem {
  switch (refused.kind) {
    case 'refused':
      return problem('model-refused', { detail: asSentence(refused.sentence), more: { hint: asSentence(refused.hint) } });
    case 'too-large':
      return problem('too-large', { detail: asSentence(refused.sentence) });
    case 'busy':
      return problem('model-busy', { detail: asSentence(refused.sentence) });
    case 'unknown-upload':
      return problem('unknown-upload');
  }
}

function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
