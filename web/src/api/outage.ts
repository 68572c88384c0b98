import { onAnswer } from './answers';

/** After so long without a stream the page is polled for. Who was away for less has missed nothing that is told of. */
const patience = 3_000;
const pollEvery = 10_000;
/** So long may the platform take to answer what was asked in place of the stream. */
const answerWithin = 2_000;

export type OutageHandlers = {
  /** onLong is told once an outage has lasted. */
  onLong: () => void;
  /** onPoll has all that is shown fetched again. */
  onPoll: () => void;
};

/** Outage is the time in which a page has no stream. While it lasts the page polls; where that gets no answer either, the platform is silent. */
export class Outage {
  /** isLong tells whether it lasts long enough to be told of. */
  isLong = false;
  private readonly handlers: OutageHandlers;
  private readonly listeners = new Set<() => void>();
  private next: ReturnType<typeof setTimeout> | undefined;
  private check: ReturnType<typeof setTimeout> | undefined;
  private answered = false;
  private silent = false;

  constructor(handlers: OutageHandlers) {
    this.handlers = handlers;
    onAnswer(this.hear);
  }

  /** isSilent and onSilence make a store for useSyncExternalStore. */
  readonly isSilent = (): boolean => this.silent;

  readonly onSilence = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** begin says that there is no stream. It may be told again and again. */
  begin(): void {
    this.next ??= setTimeout(this.poll, patience);
  }

  /** end says that there is a stream again, or that none is wanted. */
  end(): void {
    clearTimeout(this.next);
    clearTimeout(this.check);
    this.next = undefined;
    this.isLong = false;
    this.setSilent(false);
  }

  private readonly poll = (): void => {
    if (!this.isLong) {
      this.isLong = true;
      this.handlers.onLong();
    }
    this.answered = false;
    this.handlers.onPoll();
    this.check = setTimeout(() => this.setSilent(!this.answered), answerWithin);
    this.next = setTimeout(this.poll, pollEvery);
  };

  private readonly hear = (): void => {
    this.answered = true;
    this.setSilent(false);
  };

  private setSilent(silent: boolean): void {
    if (silent === this.silent) return;
    this.silent = silent;
    for (const listener of this.listeners) listener();
  }
}
