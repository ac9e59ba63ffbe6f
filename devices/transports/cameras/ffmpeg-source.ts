import { type ChildProcess, spawn } from 'node:child_process';
import { backoffMs, type FrameSink, type FrameSource } from './frame-source.ts';
import { JpegStream } from './jpeg-stream.ts';

/** Longest silence of the program before it is started anew. */
const SILENCE_LIMIT_MS = 15_000;

/** What `ffmpeg` can read: an RTSP address, or a video file that is played in its own time, again and again. */
export class FfmpegSource implements FrameSource {
  readonly #input: string;
  readonly #rate: number;
  #child: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #isStopped = true;

  /** `rate` in pictures a second. */
  constructor(input: string, rate: number) {
    this.#input = input;
    this.#rate = rate;
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
    const isStream = /^rtsps?:/i.test(this.#input);
    const way = isStream ? ['-rtsp_transport', 'tcp'] : ['-re', '-stream_loop', '-1'];
    const words = ['-nostdin', '-hide_banner', '-loglevel', 'error', '-threads', '1', ...way, '-i', this.#input];
    const out = ['-an', '-vf', `fps=${this.#rate}`, '-threads', '1', '-c:v', 'mjpeg', '-q:v', '4', '-f', 'image2pipe', 'pipe:1'];
    const child = spawn('ffmpeg', [...words, ...out], { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
    this.#child = child;
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
      lastWords = (lastWords + chunk.toString('utf8')).slice(-500);
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
    child.on('exit', () => gone(withoutSecrets(lastWords.trim().split('\n').at(-1) ?? '') || 'ffmpeg ended'));
  }
}

/** An address in a message may hold a password. */
function withoutSecrets(text: string): string {
  return text.replace(/\/\/[^/@\s]*@/g, '//').slice(0, 200);
}
