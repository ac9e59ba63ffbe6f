/** One server-sent event. */
export interface StreamEvent {
  readonly name: string;
  readonly data: string;
  /** Last id seen on the stream up to and including this event; empty when there was none. */
  readonly id: string;
}

/** Longest event that is read; a longer one is skipped. */
const EVENT_LIMIT = 65_536;

/** Reads server-sent events off a response body, as the HTML standard says: fields by line, an empty line ends an event. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  let id = '';
  let name = '';
  let data: string[] = [];
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    for (;;) {
      const end = /\r\n|\n|\r(?!$)/.exec(rest);
      if (end === null) break;
      const line = rest.slice(0, end.index);
      rest = rest.slice(end.index + end[0].length);
      if (line === '') {
        if (data.length > 0) yield { name: name === '' ? 'message' : name, data: data.join('\n'), id };
        name = '';
        data = [];
        continue;
      }
      const [field, value] = splitField(line);
      if (field === 'event') name = value;
      else if (field === 'id') id = value;
      else if (field === 'data' && data.length < 1_000) data.push(value);
    }
    if (rest.length > EVENT_LIMIT) rest = '';
  }
}

function splitField(line: string): readonly [string, string] {
  const colon = line.indexOf(':');
  if (colon < 0) return [line, ''];
  const value = line.slice(colon + 1);
  return [line.slice(0, colon), value.startsWith(' ') ? value.slice(1) : value];
}
