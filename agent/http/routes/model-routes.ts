import type { HttpContext } from '../context.ts';
import { defineRoute, json, type Route } from '../route.ts';
import { ModelActBody, ModelActed, ModelState } from '../schemas/models.ts';

/** Where the models of the store stand, and what a manager does about it. */
export function modelRoutes({ ports }: HttpContext): readonly Route[] {
  const { models } = ports;
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/store/model',
      policy: 'viewer',
      group: 'manager',
      summary: 'Which model is in use, which is on its way, and how each of its conditions stands',
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
  ];
}
