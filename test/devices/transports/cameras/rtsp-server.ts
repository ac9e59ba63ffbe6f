import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';

export interface RtspServerOptions {
  /** Size of its picture. */
  readonly size?: string;
  /** `name:password` that it asks for. */
  readonly account?: string;
}

/**
 * A camera with an RTSP address on the loopback: `ffmpeg` draws moving H.264 pictures as RTP, and this hands them to whoever plays, inside
 * the RTSP connection (RFC 2326, 10.12).
 */
export class RtspServer {
  readonly #server: Server;
  readonly #media: UdpSocket;
  readonly #players = new Set<Socket>();
  readonly #connections = new Set<Socket>();
  readonly #encoder: ChildProcess;
  readonly #account: string | undefined;
  readonly sdp: string;

  static async start(options: RtspServerOptions = {}): Promise<RtspServer> {
    const media = createSocket('udp4');
    await new Promise<void>((resolve) => media.bind(0, '127.0.0.1', resolve));
    const { port } = media.address();
    const draw = ['-re', '-f', 'lavfi', '-i', `testsrc2=size=${options.size ?? '320x240'}:rate=10`];
    const encode = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '10', '-pix_fmt', 'yuv420p'];
    const encoder = spawn('ffmpeg', ['-loglevel', 'error', ...draw, ...encode, '-f', 'rtp', `rtp://127.0.0.1:${port}`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const sdp = await new Promise<string>((resolve, reject) => {
      let text = '';
      encoder.stdout?.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
        if (/a=fmtp[^\n]*\n/.test(text)) resolve(text.slice(text.indexOf('v=0')));
      });
      encoder.on('error', reject);
      encoder.on('exit', () => reject(new Error('ffmpeg did not begin to send')));
    });
    const server = new RtspServer({ media, encoder, sdp, account: options.account });
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  private constructor(parts: {
    readonly media: UdpSocket;
    readonly encoder: ChildProcess;
    readonly sdp: string;
    readonly account: string | undefined;
  }) {
    this.#media = parts.media;
    this.#encoder = parts.encoder;
    this.#account = parts.account;
    this.sdp = `${parts.sdp.replace(/m=video \d+/, 'm=video 0').trim()}\r\na=control:track1\r\n`;
    this.#media.on('message', (packet) => {
      const framed = Buffer.concat([Buffer.of(0x24, 0, packet.length >> 8, packet.length & 255), packet]);
      for (const player of this.#players) player.write(framed);
    });
    this.#server = createServer((socket) => this.#serve(socket));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): void {
    this.#encoder.kill('SIGKILL');
    this.#media.close();
    for (const socket of this.#connections) socket.destroy();
    this.#server.close();
  }

  /** Ends every connection, as a camera does that is switched off and on. */
  drop(): void {
    for (const socket of this.#connections) socket.destroy();
  }

  #serve(socket: Socket): void {
    this.#connections.add(socket);
    let text = '';
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#players.delete(socket);
      this.#connections.delete(socket);
    });
    socket.on('data', (chunk: Buffer) => {
      // What players report back about the quality stands between the requests; it begins with a dollar sign.
      text += chunk[0] === 0x24 ? '' : chunk.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const request = text.slice(0, end);
        text = text.slice(end + 4);
        this.#answer(socket, request);
      }
    });
  }

  #answer(socket: Socket, request: string): void {
    const method = request.slice(0, request.indexOf(' '));
    const sequence = /CSeq: *(\d+)/i.exec(request)?.[1] ?? '0';
    const say = (status: string, headers: readonly string[] = [], body = '') =>
      socket.write([`RTSP/1.0 ${status}`, `CSeq: ${sequence}`, ...headers, '', body].join('\r\n'));
    const given = /Authorization: *Basic ([\w+/=]+)/i.exec(request)?.[1];
    if (this.#account !== undefined && method !== 'OPTIONS' && given !== Buffer.from(this.#account).toString('base64')) {
      say('401 Unauthorized', ['WWW-Authenticate: Basic realm="camera"']);
      return;
    }
    switch (method) {
      case 'OPTIONS':
        say('200 OK', ['Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN']);
        break;
      case 'DESCRIBE':
        say('200 OK', ['Content-Type: application/sdp', `Content-Length: ${Buffer.byteLength(this.sdp)}`], this.sdp);
        break;
      case 'SETUP':
        say('200 OK', ['Transport: RTP/AVP/TCP;unicast;interleaved=0-1', 'Session: 1']);
        break;
      case 'PLAY':
        say('200 OK', ['Session: 1']);
        this.#players.add(socket);
        break;
      default:
        say('200 OK', ['Session: 1']);
    }
  }
}
