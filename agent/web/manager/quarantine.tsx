import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { QuarantinedMessage } from './api.ts';
import { useClock, usePage } from './page.ts';
import { Ago, Card, Empty } from './parts.tsx';

/** Messages that could not be read, with what was wrong: usually a device that was set up wrongly. */
export function Quarantine(): JSX.Element | null {
  const { desk } = usePage();
  const messages = useSignal<readonly QuarantinedMessage[]>([]);
  const state = useSignal<'loading' | 'ready' | 'failed'>('loading');

  async function load(): Promise<void> {
    state.value = 'loading';
    const answer = await desk.api.quarantine();
    if (answer.kind === 'ok') messages.value = answer.value.messages;
    state.value = answer.kind === 'ok' ? 'ready' : 'failed';
  }
  useEffect(() => {
    if (desk.mayManage.value) void load();
  }, []);

  if (!desk.mayManage.value) return null;
  return (
    <Card
      id="quarantine"
      title="Messages not understood"
      aside={
        <button type="button" class="button small" disabled={state.value === 'loading'} onClick={() => void load()}>
          Refresh<span class="visually-hidden"> messages not understood</span>
        </button>
      }
    >
      <p role="status" class={state.value === 'failed' ? 'form-error' : 'visually-hidden'}>
        {state.value === 'failed' ? 'The messages could not be loaded. Try “Refresh”.' : ''}
      </p>
      {messages.value.length > 0 ? <Messages messages={messages.value} /> : null}
      {messages.value.length === 0 && state.value === 'ready' ? (
        <Empty title="None: every message could be read">If a device sends something wrong, it is kept here with the reason.</Empty>
      ) : null}
    </Card>
  );
}

function Messages(props: { readonly messages: readonly QuarantinedMessage[] }): JSX.Element {
  const clock = useClock();
  return (
    <table class="table">
      <caption class="visually-hidden">Messages that could not be read, newest first</caption>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Topic</th>
          <th scope="col">What was wrong</th>
          <th scope="col">Begins with</th>
        </tr>
      </thead>
      <tbody>
        {props.messages.map((message, at) => (
          <tr key={`${message.atMs}-${message.topic}-${props.messages.length - at}`}>
            <th scope="row">
              <Ago atMs={message.atMs} />
              <span class="note block">{clock.dateTime(message.atMs)}</span>
            </th>
            <td data-label="Topic">
              <div>
                <code>{message.topic}</code>
                {message.client === undefined ? null : <span class="note block">from {message.client}</span>}
              </div>
            </td>
            <td data-label="What was wrong">
              <div>
                {message.reason}
                <span class="note block">{message.detail}</span>
              </div>
            </td>
            <td data-label="Begins with">
              <code>{message.excerpt}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
