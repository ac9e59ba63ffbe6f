import { type ChildProcess, spawn } from 'node:child_process';
import { backoffMs, type FrameSink, type FrameSource } from './frame-source.ts';
import { JpegStream } from './jpeg-stream.ts';

/** Longest silence of the program before it is started anew. */
const SILENCE_LIMIT_MS = 15_000;

export interface FfmpegOptions {
  /** Pictures a second. */
  readonly rate: number;
  /** Widest picture; as wide as it comes unless given. */
  readonly width?: number | undefined;
}

/** What `ffmpeg` can read: an RTSP address, or a video file that is played in its own time, again and again. */
export class FfmpegSource implements FrameSource {
  readonly #input: string;
  readonly #options: FfmpegOptions;
  #child: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #isStopped = true;

  constructor(input: string, options: FfmpegOptions) {
    this.#input = input;
    this.#options = options;
  }

  start(sink: FrameSink): void {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    this.#run(sink);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  #run(sink: FrameSink): void {
    const { words, script } = inputOf(this.#input);
    const child = spawn('ffmpeg', [...words, ...outputOf(this.#options)], { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
    this.#child = child;
    child.stdin.on('error', () => undefined);
    child.stdin.end(script);
    const stream = new JpegStream();
    let lastWords = '';
    const watch = () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => child.kill('SIGKILL'), SILENCE_LIMIT_MS);
    };
    watch();
    child.stdout.on('data', (chunk: Buffer) => {
      const picture = stream.push(chunk).at(-1);
      if (picture === undefined || this.#isStopped) return;
      watch();
      this.#failures = 0;
      sink.trouble('');
      sink.frame(picture);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      lastWords = (lastWords + chunk.toString('utf8')).slice(-2_000);
    });
    let isGone = false;
    const gone = (why: string) => {
      if (isGone) return;
      isGone = true;
      if (this.#isStopped) return;
      clearTimeout(this.#timer);
      this.#failures += 1;
      sink.trouble(why);
      this.#timer = setTimeout(() => this.#run(sink), backoffMs(this.#failures));
    };
    child.on('error', (error) => gone('code' in error && error.code === 'ENOENT' ? 'ffmpeg is not installed' : error.message));
    child.on('exit', () => gone(reasonIn(lastWords)));
  }
}

/**
 * How the program is told what to read. An address may hold a password, and every user of the machine can read a command line: it is
 * given as a playlist on the standard input instead.
 */
function inputOf(input: string): { readonly words: readonly string[]; readonly script: string } {
  const common = ['-nostdin', '-hide_banner', '-loglevel', 'error', '-threads', '1'];
  if (!/^rtsps?:/i.test(input)) return { words: [...common, '-re', '-stream_loop', '-1', '-i', input], script: '' };
  const quoted = input.replaceAll("'", '%27').replace(/[\r\n]/g, '');
  return {
    words: [
      ...common,
      ...['-fflags', 'nobuffer', '-f', 'concat', '-safe', '0', '-protocol_whitelist', 'pipe,fd,rtsp,rtsps,rtp,srtp,udp,tcp,tls,crypto'],
      ...['-i', 'pipe:0'],
    ],
    script: `ffconcat version 1.0\nfile '${quoted}'\noption rtsp_transport tcp\n`,
  };
}

function outputOf({ rate, width }: FfmpegOptions): readonly string[] {
  // Even sides, because the JPEG encoder halves the colours.
  const scale = width === undefined ? [] : [`scale='min(${width},iw)':-2`];
  const filter = [`fps=${rate}`, ...scale].join(',');
  return ['-an', '-vf', filter, '-threads', '1', '-c:v', 'mjpeg', '-q:v', '4', '-f', 'image2pipe', 'pipe:1'];
}

/** What the program's last words say in plain ones; an address in them may hold a password. */
function reasonIn(lastWords: string): string {
  if (/401 Unauthorized|403 Forbidden/i.test(lastWords)) return 'it refuses the account';
  if (/Connection refused/i.test(lastWords)) return 'it refuses connections';
  if (/Name or service not known|Temporary failure in name resolution/i.test(lastWords)) return 'its name is not known';
  const last = lastWords.trim().split('\n').at(-1) ?? '';
  return last.replace(/\/\/[^/\s]*@/g, '//').slice(0, 200) || 'ffmpeg ended';
}
