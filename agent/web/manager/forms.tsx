import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../shared/icons.tsx';
import type { Refusal } from './desk.ts';
import { usePage } from './page.ts';

interface Field {
  readonly name: string;
  readonly label: string;
  readonly type: 'text' | 'password';
  readonly autocomplete: AutoFill;
  readonly hint?: string;
}

type AutoFill = 'one-time-code' | 'username' | 'new-password' | 'current-password';

const CODE: Field = {
  name: 'code',
  label: 'Setup code',
  type: 'text',
  autocomplete: 'one-time-code',
  hint: 'The agent printed it on its console when it started. It works once.',
};
const NAME: Field = { name: 'name', label: 'Your name', type: 'text', autocomplete: 'username' };
const NEW_PASSWORD: Field = {
  name: 'password',
  label: 'Password',
  type: 'password',
  autocomplete: 'new-password',
  hint: 'At least 12 characters. Four random words do well.',
};
const PASSWORD: Field = { name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' };

/** First run: the one-time code from the console makes the first account. */
export function SetUp(): JSX.Element {
  const { desk } = usePage();
  return (
    <Gate title="Set up this store" lead="This page shows how the store is doing. Create the first account to open it.">
      <GateForm
        fields={[CODE, NAME, NEW_PASSWORD]}
        action="Create account"
        submit={(values) => desk.setUp({ code: values['code'] ?? '', name: values['name'] ?? '', password: values['password'] ?? '' })}
      />
    </Gate>
  );
}

/** Every run after: name and password. */
export function SignIn(): JSX.Element {
  const { desk } = usePage();
  const lead = desk.signedOut.value ? 'You were signed out. Sign in again to go on.' : 'Sign in to see how the store is doing.';
  return (
    <Gate title="Sign in" lead={lead}>
      <GateForm
        fields={[NAME, PASSWORD]}
        action="Sign in"
        submit={(values) => desk.logIn({ name: values['name'] ?? '', password: values['password'] ?? '' })}
      />
    </Gate>
  );
}

function Gate(props: { readonly title: string; readonly lead: string; readonly children: JSX.Element }): JSX.Element {
  return (
    <main id="main" class="gate" tabIndex={-1}>
      <div class="gate-box">
        <p class="brand">
          <Mark /> Endcap
        </p>
        <h1>{props.title}</h1>
        <p class="lead">{props.lead}</p>
        {props.children}
      </div>
    </main>
  );
}

/** The product's mark: a shelf with one thing that stands out. */
export function Mark(): JSX.Element {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect class="mark-ground" width="32" height="32" rx="7" />
      <path class="mark-shelf" d="M6 15h20v2.5H6zM6 24.5h20V27H6zM17 5h6v10h-6z" />
      <path class="mark-goods" d="M9 8h5v7H9zM9 18.5h4v6H9zM15 19.5h8v5h-8z" />
    </svg>
  );
}

function GateForm(props: {
  readonly fields: readonly Field[];
  readonly action: string;
  readonly submit: (values: Readonly<Record<string, string>>) => Promise<Refusal | undefined>;
}): JSX.Element {
  const missing = useSignal<readonly string[]>([]);
  const refusal = useSignal<Refusal | undefined>(undefined);
  const isBusy = useSignal(false);
  const alert = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (refusal.value !== undefined) alert.current?.focus();
  }, [refusal.value]);

  async function send(form: HTMLFormElement): Promise<void> {
    const data = new FormData(form);
    const values = Object.fromEntries(props.fields.map(({ name }) => [name, String(data.get(name) ?? '').trim()]));
    missing.value = props.fields.filter(({ name }) => values[name] === '').map(({ name }) => name);
    refusal.value = undefined;
    const first = missing.value[0];
    if (first !== undefined) {
      form.querySelector<HTMLInputElement>(`[name="${first}"]`)?.focus();
      return;
    }
    isBusy.value = true;
    refusal.value = await props.submit(values);
    isBusy.value = false;
  }

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send(event.currentTarget);
      }}
    >
      {refusal.value === undefined ? null : (
        <div class="form-error" role="alert" tabIndex={-1} ref={alert}>
          <Icon name="error" />
          <div>
            <p class="form-error-title">{refusal.value.sentence}</p>
            <p>{refusal.value.hint}</p>
          </div>
        </div>
      )}
      {props.fields.map((field) => (
        <FormField key={field.name} field={field} isMissing={missing.value.includes(field.name)} />
      ))}
      <button type="submit" class="button primary" disabled={isBusy.value}>
        {isBusy.value ? 'One moment…' : props.action}
      </button>
    </form>
  );
}

function FormField(props: { readonly field: Field; readonly isMissing: boolean }): JSX.Element {
  const { name, label, type, autocomplete, hint } = props.field;
  const isShown = useSignal(false);
  const described = [hint === undefined ? '' : `${name}-hint`, props.isMissing ? `${name}-error` : ''].join(' ').trim();
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {hint === undefined ? null : (
        <p class="note" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      <div class="field-line">
        <input
          id={name}
          name={name}
          type={type === 'password' && !isShown.value ? 'password' : 'text'}
          autocomplete={autocomplete}
          autocapitalize="none"
          spellcheck={false}
          required
          maxLength={256}
          aria-invalid={props.isMissing}
          aria-describedby={described === '' ? undefined : described}
        />
        {type === 'password' ? (
          <button
            type="button"
            class="button"
            aria-pressed={isShown.value}
            aria-label="Show password"
            onClick={() => {
              isShown.value = !isShown.value;
            }}
          >
            {isShown.value ? 'Hide' : 'Show'}
          </button>
        ) : null}
      </div>
      {props.isMissing ? (
        <p class="field-error" id={`${name}-error`}>
          Fill in: {label.toLowerCase()}.
        </p>
      ) : null}
    </div>
  );
}
