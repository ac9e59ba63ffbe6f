import { readFileSync, statSync } from 'node:fs';
import { RESPONSE_MAX_BYTES, type ResponseModel, readResponseModel, responseName } from '../models/policy/response/response-model.ts';
import type { Finding } from './runtime/problems.ts';

/** The model of what a discount does, read again when its file changes; `undefined` where there is none or it cannot be used. */
export class ResponseSource {
  readonly #file: string;
  readonly #onChange: (sentence: string) => void;
  #model: ResponseModel | undefined;
  #problem: string | undefined;
  #stamp = '';

  constructor(file: string, onChange: (sentence: string) => void) {
    this.#file = file;
    this.#onChange = onChange;
  }

  model(): ResponseModel | undefined {
    return this.#model;
  }

  /** Looks whether the file has changed; to be called once a minute. Never throws. */
  look(): void {
    const stamp = stampOf(this.#file);
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    this.#model = undefined;
    this.#problem = undefined;
    if (stamp === '') return this.#onChange('What a discount does is not known beforehand: it is learnt from outcomes');
    const read = this.#read();
    if (typeof read === 'string') {
      this.#problem = read;
      return this.#onChange(`Cannot use "${this.#file}": ${read}`);
    }
    this.#model = read;
    this.#onChange(`${responseName(read)}: ${read.sentence}`);
  }

  findings(): readonly Finding[] {
    if (this.#problem === undefined) return [];
    return [
      {
        id: 'offer-response',
        severity: 'warning',
        sentence: `The model of what a discount does cannot be used: ${this.#problem}`,
        hint: 'Run "endcap policy train" again, or delete the file; offers go on by what was learnt without it',
      },
    ];
  }

  #read(): ResponseModel | string {
    try {
      if (statSync(this.#file).size > RESPONSE_MAX_BYTES) return `it is larger than ${RESPONSE_MAX_BYTES} bytes`;
      const read = readResponseModel(readFileSync(this.#file, 'utf8'));
      return read.ok ? read.value : read.error;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}

function stampOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? '' : `${found.mtimeMs}:${found.size}`;
}
