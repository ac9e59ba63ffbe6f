import { z } from 'zod';
import type { EventStream, StreamOwner } from './event-streams.ts';
import type { Caller, CallerByPolicy, Policy } from './policy.ts';
import { type Problem, problem } from './problem.ts';

/** What a route answers; problems are answers too, thrown errors are defects. */
export type Answer =
  | Problem
  | { readonly kind: 'json'; readonly status: number; readonly body: object; readonly headers?: AnswerHeaders }
  | { readonly kind: 'empty'; readonly status: 204; readonly headers?: AnswerHeaders }
  | {
      readonly kind: 'content';
      readonly status: number;
      readonly type: string;
      readonly body: string | Buffer;
      readonly headers?: AnswerHeaders;
    }
  /** A stream of events; `attach` runs once it is open and gives back what to do when it ends. */
  | {
      readonly kind: 'stream';
      readonly owner: StreamOwner;
      readonly attach: (stream: EventStream) => () => void;
      /** Asked at every heartbeat; a stream whose right has ended ends too. */
      readonly isStillAllowed: () => boolean;
    };

export type AnswerHeaders = Readonly<Record<string, string>>;

/** What a handler gets: parsed, authenticated, and nothing of the web framework. */
export interface RouteCall<C, P, Q, B> {
  readonly caller: C;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** What limits count by; see `addressKey`. */
  readonly address: string;
  /** `http://store.example:8080`, as the caller sees this agent. */
  readonly baseUrl: string;
  readonly header: (name: string) => string | undefined;
}

/** A response that a route declares: JSON with its schema, or another media type. */
export interface ResponseSpec {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** Media type when it is not JSON. */
  readonly type?: string;
}

export type RouteGroup = 'shopper' | 'till' | 'manager' | 'system' | 'pages';
export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** Which of the listener's limits a route draws on, besides the one for all requests. */
export type RouteLimit = 'visit-change' | 'visit-open' | 'login';

interface RouteShape<Pol extends Policy, P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly method: Method;
  /** With `:name` for parameters. */
  readonly path: string;
  readonly policy: Pol;
  readonly group: RouteGroup;
  /** One sentence for the API document. */
  readonly summary: string;
  readonly limit?: RouteLimit;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly responses: Readonly<Record<number, ResponseSpec>>;
}

export interface RouteSpec<Pol extends Policy, P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>
  extends RouteShape<Pol, P, Q, B> {
  readonly handle: (call: RouteCall<CallerByPolicy[Pol], z.output<P>, z.output<Q>, z.output<B>>) => Answer | Promise<Answer>;
}

/** A route ready to be served; `run` checks what the wire brought before the handler sees it. */
export interface Route extends RouteShape<Policy, z.ZodType, z.ZodType, z.ZodType> {
  readonly run: (call: RouteCall<Caller, unknown, unknown, unknown>) => Answer | Promise<Answer>;
}

/** Defines a route; the handler's types follow from its policy and schemas. A part without a schema is not read. */
export function defineRoute<
  Pol extends Policy,
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
>(spec: RouteSpec<Pol, P, Q, B>): Route {
  const { handle, ...shape } = spec;
  const params: z.ZodType = shape.params ?? NOT_READ;
  const query: z.ZodType = shape.query ?? NOT_READ;
  const body: z.ZodType = shape.body ?? NOT_READ;
  return {
    ...shape,
    run: (call) => {
      const wrong: FieldError[] = [];
      const checked = {
        params: check(params, call.params, { where: 'path', wrong }),
        query: check(query, call.query, { where: 'query', wrong }),
        body: check(body, call.body, { where: 'body', wrong }),
      };
      if (wrong.length > 0) return problem('wrong-fields', { errors: wrong.slice(0, MAX_ERRORS) });
      // The three parts were just parsed by the schemas that P, Q and B stand for, and the gatekeeper gave the caller that the policy promises.
      const typed = { ...call, ...checked } as RouteCall<CallerByPolicy[Pol], z.output<P>, z.output<Q>, z.output<B>>;
      return handle(typed);
    },
  };
}

interface FieldError {
  readonly field: string;
  readonly message: string;
}

const MAX_ERRORS = 10;
const NOT_READ = z.unknown().transform(() => undefined);

function check(schema: z.ZodType, value: unknown, into: { readonly where: string; readonly wrong: FieldError[] }): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues.slice(0, MAX_ERRORS)) {
    const field = [...(into.where === 'body' ? [] : [into.where]), ...issue.path.map(String)].join('.');
    into.wrong.push({ field: (field === '' ? 'body' : field).slice(0, 100), message: issue.message.slice(0, 200) });
  }
  return undefined;
}

/** A JSON answer. */
export function json(status: number, body: object, headers: AnswerHeaders = {}): Answer {
  return { kind: 'json', status, body, headers };
}

/** The answer that says only that it is done. */
export function noContent(headers: AnswerHeaders = {}): Answer {
  return { kind: 'empty', status: 204, headers };
}
