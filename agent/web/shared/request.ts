/** What came of a request; `sentence` and `hint` are the server's own words, empty where it gave none. */
export type Answer<T> =
  | { readonly kind: 'ok'; readonly value: T; readonly serverAtMs: number | undefined }
  | { readonly kind: 'refused'; readonly status: number; readonly sentence: string; readonly hint: string }
  | { readonly kind: 'unreachable' };

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly token?: string;
  /** Longest wait for the whole answer; 10 s by default. */
  readonly timeoutMs?: number;
}

/**
 * Asks the agent for `T`, whose shape the agent's own schema guarantees. Never throws: a problem document (RFC 9457) becomes `refused`, silence `unreachable`.
 * An empty answer is `undefined` as `T`.
 */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<Answer<T>> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (options.token !== undefined) headers['authorization'] = `Bearer ${options.token}`;
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  try {
    const response = await fetch(path, {
      method: options.method ?? 'GET',
      headers,
      cache: 'no-store',
      credentials: 'same-origin',
      signal: AbortSignal.timeout(options.timeoutMs ?? 10_000),
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    const text = await response.text();
    const value: unknown = text === '' ? undefined : parse(text);
    if (!response.ok) return { kind: 'refused', status: response.status, ...problemOf(value) };
    const sentAt = Date.parse(response.headers.get('date') ?? '');
    // The server answers with what its published schema says; the page trusts it as it trusts its own code, which came from there too.
    return { kind: 'ok', value: value as T, serverAtMs: Number.isNaN(sentAt) ? undefined : sentAt };
  } catch {
    return { kind: 'unreachable' };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemOf(value: unknown): { readonly sentence: string; readonly hint: string } {
  if (typeof value !== 'object' || value === null) return { sentence: '', hint: '' };
  const problem = value as { readonly title?: unknown; readonly detail?: unknown; readonly hint?: unknown };
  const words = (part: unknown) => (typeof part === 'string' ? part : '');
  return { sentence: [words(problem.title), words(problem.detail)].filter((part) => part !== '').join(' '), hint: words(problem.hint) };
}
