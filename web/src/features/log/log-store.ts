import { type ApiProblem, asProblem, isFinal } from '@/api/problem';
import { retryDelay } from '@/api/query-client';
import { LogGroups } from './log-groups';
import type { LogGroup, LogLine, LogSource } from './source';

/** LogView is what is known of a log at one moment. */
export type LogView = {
  /** read tells whether the log was heard of at all. */
  read: boolean;
  first: number;
  total: number;
  /** missing is how many lines were not kept, in the whole log. */
  missing: number;
  groups: LogGroup[];
  /** problem is why lines could not be loaded; they are asked for again. */
  problem?: ApiProblem | undefined;
  /** following says how the connection is that brings new lines. off: none is wanted. */
  following: 'off' | 'on' | 'lost' | 'ended';
  /** version counts how often lines were added. */
  version: number;
};

const chunk = 500;
const readsAtOnce = 2;
const groupsPause = 400;

const partOf = (number: number) => Math.floor((number - 1) / chunk);

type Clock = { wait: (milliseconds: number, signal: AbortSignal) => Promise<void> };

const realClock: Clock = {
  wait: (milliseconds, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    }),
};

/** LogStore holds the lines of a log that were read so far, loads those that are looked at, and follows the log where it grows. */
export class LogStore {
  view: LogView = { read: false, first: 0, total: 0, missing: 0, groups: [], following: 'off', version: 0 };
  private readonly lines = new Map<number, LogLine | null>();
  private readonly groups = new LogGroups();
  private readonly listeners = new Set<() => void>();
  private readonly source: LogSource;
  private readonly clock: Clock;
  private wanted: number[] = [];
  private readonly reading = new Set<number>();
  /** refused are the parts that the platform would not hand out to those who look at them now. */
  private readonly refused = new Set<number>();
  private failures = 0;
  private announced = false;
  private life = new AbortController();

  constructor(source: LogSource, clock: Clock = realClock) {
    this.source = source;
    this.clock = clock;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getView = (): LogView => this.view;

  /** open begins to read; with follow, it goes on with what is written from now on. The function that it returns ends both. */
  open(follow: boolean): () => void {
    this.life = new AbortController();
    const { signal } = this.life;
    this.refused.clear();
    this.failures = 0;
    // What was wrong with an earlier connection is over.
    if (this.view.problem || this.view.following !== 'off') this.set({ following: 'off', problem: undefined });
    void this.begin(follow, signal);
    return () => this.life.abort();
  }

  /** line returns a line that was loaded; null where the platform has not kept it. */
  line(number: number): LogLine | null | undefined {
    return this.lines.get(number);
  }

  /** want says which lines are looked at now: those that are not here yet are loaded, with those around them. */
  want(numbers: number[]): void {
    this.wanted = numbers;
    this.forgetRefused(new Set(numbers.map(partOf)));
    this.load();
  }

  private async begin(follow: boolean, signal: AbortSignal): Promise<void> {
    const begun = await this.persist(signal, async () => {
      // The end of the log is what a viewer shows first where it follows; how long the log is, the first line tells as well.
      const [page, groups] = await Promise.all([this.source.read(1, chunk, signal), this.source.groups(signal)]);
      this.put(page.lines);
      this.groups.replace(groups, this.loaded());
      this.set({
        read: true,
        first: page.first,
        total: Math.max(page.total, this.view.total),
        missing: page.missing,
        groups: this.groups.all(),
      });
      this.load();
    });
    if (begun && follow && this.source.follow) await this.follow(signal);
  }

  private async follow(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        this.set({ following: failures === 0 ? 'on' : this.view.following });
        await this.source.follow?.(
          this.view.total + 1,
          {
            onLines: (lines) => {
              failures = 0;
              this.hear(lines);
            },
            onOpen: () => this.set({ following: 'on', problem: undefined }),
            onLost: (problem) => this.set({ following: 'lost', problem }),
          },
          signal,
        );
        if (signal.aborted) return;
        await this.refreshGroups(signal);
        this.set({ following: 'ended', problem: undefined });
        return;
      } catch (error) {
        if (signal.aborted) return;
        const problem = asProblem(error);
        this.set({ following: 'lost', problem });
        if (isFinal(problem)) return;
        await this.clock.wait(retryDelay(failures, error), signal);
      }
    }
  }

  private hear(lines: LogLine[]): void {
    if (lines.length === 0) return;
    this.put(lines);
    const { unknown, changed } = this.groups.extend(lines);
    const last = lines.at(-1)?.number ?? 0;
    const missing = lines.reduce((sum, line) => sum + line.missing, this.view.missing);
    this.set({
      following: 'on',
      problem: undefined,
      first: this.view.first || (lines[0]?.number ?? 0),
      total: Math.max(this.view.total, last),
      missing,
      groups: changed ? this.groups.all() : this.view.groups,
    });
    if (unknown || lines.some((line) => line.stream === 'system' && line.group > 0)) void this.refreshGroupsSoon(this.life.signal);
  }

  /** refreshGroupsSoon asks for the groups once for all that has happened meanwhile. */
  private async refreshGroupsSoon(signal: AbortSignal): Promise<void> {
    if (this.announced) return;
    this.announced = true;
    await this.clock.wait(groupsPause, signal);
    this.announced = false;
    await this.refreshGroups(signal);
  }

  private async refreshGroups(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    try {
      this.groups.replace(await this.source.groups(signal), this.loaded());
      this.set({ groups: this.groups.all() });
    } catch {
      // The lines are what matters; the next line of a group asks again.
    }
  }

  /** forgetRefused forgets the refusals of parts that nobody looks at any more. */
  private forgetRefused(looked: Set<number>): void {
    if (this.refused.size === 0) return;
    for (const index of this.refused) if (!looked.has(index)) this.refused.delete(index);
    if (this.refused.size === 0 && this.view.following !== 'lost') this.set({ problem: undefined });
  }

  private load(): void {
    const { first, total, read } = this.view;
    if (!read || total === 0) return;

    for (const number of this.wanted) {
      if (this.reading.size >= readsAtOnce) return;
      if (number < first || number > total || this.lines.has(number)) continue;
      const index = partOf(number);
      if (!this.reading.has(index) && !this.refused.has(index)) void this.read(index);
    }
  }

  private async read(index: number): Promise<void> {
    this.reading.add(index);
    const { signal } = this.life;
    const to = Math.min((index + 1) * chunk, this.view.total);
    let from = Math.max(index * chunk + 1, this.view.first);
    while (this.lines.has(from)) from++;

    const done = await this.persist(signal, async () => {
      const page = await this.source.read(from, to - from + 1, signal);
      for (let number = from; number <= to; number++) if (!this.lines.has(number)) this.lines.set(number, null);
      this.put(page.lines);
      this.set({ total: Math.max(page.total, this.view.total), missing: Math.max(page.missing, this.view.missing) });
    });

    this.reading.delete(index);
    // What was refused is not asked for again before somebody has looked at something else.
    if (!done && !signal.aborted) this.refused.add(index);
    if (!this.life.signal.aborted) this.load();
  }

  /** persist tries until it works, ever more slowly, and says meanwhile why it does not. It returns false where nobody wants it any more. */
  private async persist(signal: AbortSignal, act: () => Promise<void>): Promise<boolean> {
    while (!signal.aborted) {
      try {
        await act();
        if (this.failures > 0) this.set({ problem: undefined });
        this.failures = 0;
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        const problem = asProblem(error);
        this.set({ problem });
        if (isFinal(problem)) return false;
        await this.clock.wait(retryDelay(this.failures++, error), signal);
      }
    }

    return false;
  }

  private put(lines: LogLine[]): void {
    for (const line of lines) this.lines.set(line.number, line);
  }

  private loaded(): (number: number) => LogLine | null | undefined {
    return (number) => this.lines.get(number);
  }

  private set(change: Partial<LogView>): void {
    this.view = { ...this.view, ...change, version: this.view.version + 1 };
    for (const listener of this.listeners) listener();
  }
}
