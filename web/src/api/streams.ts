import { readEvents, type StreamEvent } from './event-stream';
import { Outage } from './outage';
import { ApiProblem, asProblem } from './problem';
import { deliver, type Source, type SourceHandlers } from './source';

/** What comes and goes within so many milliseconds, as when another page is shown, opens the connection once. */
const settleFor = 50;
const firstWait = 1_000;
const longestWait = 10_000;
/** The platform says every 15 seconds that it is there. */
const longestSilence = 40_000;

/**
 * Streams follows all streams of a page by one connection: browsers have six for a host. It connects anew when there is another stream to follow, and when the
 * connection has broken; each stream then goes on behind its last event. A tab that nobody sees has no connection.
 */
export class Streams {
  readonly outage = new Outage({
    onLong: () => this.each(({ onLost }) => onLost?.(this.problem)),
    onPoll: () => this.each(({ onRefresh }) => onRefresh?.()),
  });
  private sources: Source[] = [];
  /** asked are the streams of the connection. */
  private asked: Source[] = [];
  private connection: AbortController | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private wait = firstWait;
  /** notBefore is the time, in milliseconds since 1970, before which the platform does not want to be asked again. */
  private notBefore = 0;
  private problem = new ApiProblem(0, 'The platform does not answer.');

  constructor() {
    document.addEventListener('visibilitychange', this.settleNow);
    window.addEventListener('online', this.startAnew);
  }

  /** close ends the connection for good. */
  close(): void {
    document.removeEventListener('visibilitychange', this.settleNow);
    window.removeEventListener('online', this.startAnew);
    this.sources = [];
    this.connect();
  }

  /** follow follows the stream at a path of /v1 until what it returns is called. It begins behind the event with the id `after`, where there is one. */
  follow(path: string, handlers: SourceHandlers, after = ''): () => void {
    const source = { path, handlers, position: after, isOver: false };
    this.sources = [...this.sources, source];
    this.settle();
    if (this.outage.isLong) handlers.onLost?.(this.problem);

    return () => {
      if (source.isOver) return;
      this.forget(source);
      this.settle();
    };
  }

  private forget(source: Source): void {
    source.isOver = true;
    this.sources = this.sources.filter((each) => each !== source);
  }

  /** drop forgets a stream that the platform has ended: the connection is one without it already. */
  private readonly drop = (source: Source): void => {
    this.forget(source);
    this.asked = this.asked.filter((each) => each !== source);
  };

  private each(act: (handlers: SourceHandlers) => void): void {
    for (const { handlers } of this.sources) act(handlers);
  }

  /** wanted are the streams that are to be followed now. */
  private wanted(): Source[] {
    return document.visibilityState === 'visible' ? this.sources : [];
  }

  private settle(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.settleNow, Math.max(settleFor, this.notBefore - Date.now()));
  }

  private isSettled(): boolean {
    const wanted = this.wanted();
    return wanted.length === this.asked.length && wanted.every((source, place) => source === this.asked[place]);
  }

  /** settleNow connects where the connection does not bring what is wanted. */
  private readonly settleNow = (): void => {
    if (!this.isSettled() || (this.asked.length > 0 && !this.connection)) this.connect();
  };

  private readonly connect = (): void => {
    clearTimeout(this.timer);
    this.connection?.abort();
    this.connection = undefined;
    this.asked = this.wanted();
    if (this.asked.length > 0) void this.read(this.asked);
    else this.outage.end();
  };

  /** startAnew is for when the browser is online again: that nothing was answered until then says nothing of the platform. */
  private readonly startAnew = (): void => {
    this.outage.end();
    this.connect();
  };

  private async read(sources: Source[]): Promise<void> {
    const connection = new AbortController();
    this.connection = connection;
    const isCurrent = () => this.connection === connection;
    const positions = sources.map(({ position }) => position);
    const after = positions.some(Boolean) ? positions.join(',') : undefined;
    let watch: ReturnType<typeof setTimeout> | undefined;
    const onHeard = () => {
      clearTimeout(watch);
      watch = setTimeout(() => connection.abort(new ApiProblem(0, 'The platform says nothing any more.')), longestSilence);
    };

    const tell = (events: StreamEvent[]) => {
      if (!isCurrent()) return;
      this.recover();
      deliver(sources, events, this.drop);
    };

    // Until there is an event nobody knows whether any will get through.
    this.outage.begin();
    onHeard();
    try {
      const url = `/v1/streams?${new URLSearchParams(sources.map(({ path }) => ['of', path]))}`;
      await readEvents(url, tell, connection.signal, { after, onHeard });
      this.lose(connection, new ApiProblem(0, 'The platform ended the connection.'));
    } catch (error) {
      this.lose(connection, asProblem(error));
    }
    clearTimeout(watch);
  }

  private recover(): void {
    const { isLong } = this.outage;
    this.wait = firstWait;
    this.outage.end();
    if (isLong) this.each(({ onRefresh }) => onRefresh?.());
  }

  /** lose connects again after a while, unless nothing is left to follow or the session is over. */
  private lose(connection: AbortController, problem: ApiProblem): void {
    if (this.connection !== connection) return;
    this.connection = undefined;
    this.problem = problem;
    this.notBefore = Date.now() + problem.retryAfter * 1000;

    if (this.sources.length === 0 || problem.status === 401) {
      this.outage.end();
    } else if (this.isSettled()) {
      const pause = Math.max(this.wait * (0.75 + Math.random() / 2), problem.retryAfter * 1000);
      this.wait = Math.min(this.wait * 2, longestWait);
      clearTimeout(this.timer);
      this.timer = setTimeout(this.connect, pause);
      this.outage.begin();
    } else {
      this.settle();
    }
  }
}

/** streams are those of this page. */
export const streams = new Streams();
