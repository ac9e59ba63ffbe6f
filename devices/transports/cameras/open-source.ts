import { FfmpegSource } from './ffmpeg-source.ts';
import { FolderSource } from './folder-source.ts';
import type { Account, FrameSource } from './frame-source.ts';
import { HttpSource } from './http-source.ts';

/** Forms of a camera's source, as they are written in a configuration. */
export const SOURCE_FORMS =
  'an http(s) address (snapshot or MJPEG), an rtsp(s) address, folder:PATH of JPEG pictures, file:PATH of a video, or mqtt';

/** Whether a text names a source. */
export function isSource(text: string): boolean {
  return text === 'mqtt' || /^(?:folder|file):./.test(text) || (/^(?:https?|rtsps?):\/\/./.test(text) && URL.canParse(text));
}

export interface SourceOptions {
  /** Pictures a second, at most. */
  readonly rate: number;
  /** Widest picture that a stream or a video is scaled to; as wide as it is unless given. */
  readonly width?: number | undefined;
  /** The account at the camera. Told to nobody but the camera. */
  readonly account?: Account | undefined;
}

/** Opens a source; `undefined` for `mqtt`, whose pictures come with the other messages. Paths are absolute by then. */
export function openSource(source: string, options: SourceOptions): FrameSource | undefined {
  const intervalMs = 1_000 / options.rate;
  if (source === 'mqtt') return undefined;
  if (source.startsWith('folder:')) return new FolderSource(source.slice('folder:'.length), intervalMs);
  if (source.startsWith('file:')) return new FfmpegSource(source.slice('file:'.length), options);
  const { url, account } = splitAccount(source, options.account);
  if (/^rtsps?:/.test(source)) return new FfmpegSource(withAccount(url, account), options);
  return new HttpSource(url, { intervalMs, account });
}

/** Whether a source shows the same pictures again by nature. */
export function isPlayedAgain(source: string): boolean {
  return /^(?:folder|file):/.test(source);
}

/** An address without the account in it, and that account unless another one is given. */
function splitAccount(source: string, given: Account | undefined): { readonly url: string; readonly account: Account | undefined } {
  const url = new URL(source);
  const inside =
    url.username === '' ? undefined : { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  url.username = '';
  url.password = '';
  return { url: url.href, account: given ?? inside };
}

function withAccount(address: string, account: Account | undefined): string {
  if (account === undefined) return address;
  const [scheme = '', rest = ''] = address.split('://');
  return `${scheme}://${encodeURIComponent(account.username)}:${encodeURIComponent(account.password)}@${rest}`;
}
