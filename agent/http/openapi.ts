import { z } from 'zod';
import type { Policy } from './policy.ts';
import type { ResponseSpec, Route } from './route.ts';
import { ProblemBody } from './schemas/common.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** The OpenAPI 3.1 description of the API, from the schemas that requests are checked with. Pages are left out. */
export function openApiDocument(routes: readonly Route[]): JsonObject {
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const route of routes) {
    if (route.group === 'pages') continue;
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Endcap', version: '1', description: 'The edge agent of a store. Problems are RFC 9457 documents with a hint.' },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { Problem: schemaOf(ProblemBody, 'output') },
      responses: {
        Problem: {
          description: 'A problem',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
      securitySchemes: {
        visitToken: { type: 'http', scheme: 'bearer', description: 'Token of POST /api/v1/visits' },
        tillKey: { type: 'http', scheme: 'bearer', description: 'Key of a till' },
        monitoringKey: { type: 'http', scheme: 'bearer', description: 'Key for /metrics' },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'endcap_session',
          description: 'Session of POST /api/v1/login (__Host-endcap with TLS)',
        },
      },
    },
  };
}

function operation(route: Route): JsonObject {
  return {
    summary: route.summary,
    operationId: `${route.method.toLowerCase()}${route.path.replace(/[^A-Za-z0-9]+(\w)?/g, (_all, next: string | undefined) => next?.toUpperCase() ?? '')}`,
    tags: [route.group],
    security: SECURITY[route.policy],
    'x-policy': route.policy,
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body, 'input') } } } }),
    responses: {
      ...Object.fromEntries(Object.entries(route.responses).map(([status, response]) => [status, responseOf(response)])),
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

const SECURITY: Readonly<Record<Policy, readonly JsonObject[]>> = {
  public: [],
  shopper: [{ visitToken: [] }],
  'shopper-or-anyone': [{}, { visitToken: [] }],
  till: [{ tillKey: [] }],
  viewer: [{ session: [] }],
  manager: [{ session: [] }],
  admin: [{ session: [] }],
  monitoring: [{}, { monitoringKey: [] }, { session: [] }],
};

function parameters(schema: z.ZodType | undefined, where: 'path' | 'query'): readonly JsonObject[] {
  if (!(schema instanceof z.ZodObject)) return [];
  const required: readonly unknown[] = z.toJSONSchema(schema, { io: 'input' }).required ?? [];
  return Object.entries(schema.shape).map(([name, field]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    // Shapes of zod objects hold zod types; the library's own type says less.
    schema: schemaOf(field as z.ZodType, 'input'),
  }));
}

function responseOf({ description, schema, type = 'application/json' }: ResponseSpec): JsonObject {
  if (schema === undefined && type === 'application/json') return { description };
  return { description, content: { [type]: schema === undefined ? {} : { schema: schemaOf(schema, 'output') } } };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  const {
    $schema: _dialect,
    '~standard': _standard,
    ...rest
  } = z.toJSONSchema(schema, { io, target: 'draft-2020-12', unrepresentable: 'any' }) as Record<string, unknown>;
  return rest;
}
