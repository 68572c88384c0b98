import type { ApiProblem } from '@/api/problem';
import { plainOf } from './ansi';
import { matches, parseQuery } from './query';
import type { LogGroup, LogHeard, LogLine, LogMatches, LogPage, LogSource } from './source';

const mostMatches = 10_000;

/** MemorySource is a log that is in this page already. Tests and demonstrations write to it. */
export class MemorySource implements LogSource {
  readonly lines: LogLine[] = [];
  readonly known: LogGroup[] = [];
  /** fault is thrown in place of the next answers until it is taken away. */
  fault: ApiProblem | undefined;
  private ended = false;
  private readonly listeners = new Set<() => void>();

  /** write adds a line and tells those who follow. */
  write(text: string, about: Partial<Omit<LogLine, 'number' | 'text'>> = {}): void {
    const number = this.lines.length + 1;
    this.lines.push({ at: '2026-01-01T12:00:00Z', stream: 'stdout', group: 0, missing: 0, ...about, number, text });

    const group = this.known.find((each) => each.number === about.group);
    const last = group?.ranges.at(-1);
    if (last?.last === number - 1) last.last = number;
    else group?.ranges.push({ first: number, last: number });

    for (const wake of this.listeners) wake();
  }

  /** begin adds a group that runs, with the line that says its name. */
  begin(name: string): LogGroup {
    const group: LogGroup = {
      number: this.known.length + 1,
      name,
      state: 'running',
      attempt: 1,
      startedAt: '2026-01-01T12:00:00Z',
      ranges: [],
    };
    this.known.push(group);
    this.write(name, { group: group.number, stream: 'system' });
    return group;
  }

  /** end says that nothing more will be written. */
  end(): void {
    this.ended = true;
    for (const wake of this.listeners) wake();
  }

  /** cut ends the connections of those who follow. */
  cut(fault: ApiProblem): void {
    this.fault = fault;
    for (const wake of this.listeners) wake();
  }

  async read(from: number, count: number): Promise<LogPage> {
    this.fail();
    return {
      lines: this.lines.slice(from - 1, from - 1 + count),
      first: this.lines.length > 0 ? 1 : 0,
      total: this.lines.length,
      missing: this.lines.reduce((sum, line) => sum + line.missing, 0),
    };
  }

  async groups(): Promise<LogGroup[]> {
    this.fail();
    return structuredClone(this.known);
  }

  async search(query: string): Promise<LogMatches> {
    this.fail();
    const parts = parseQuery(query);
    const found = this.lines.filter((line) => matches(parts, plainOf(line.text))).map((line) => line.number);
    return { lines: found.slice(0, mostMatches), total: found.length };
  }

  async follow(from: number, { onLines }: LogHeard, signal: AbortSignal): Promise<void> {
    let next = from;

    while (!signal.aborted) {
      this.fail();
      if (next <= this.lines.length) {
        onLines(this.lines.slice(next - 1));
        next = this.lines.length + 1;
      }
      if (this.ended) return;
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.listeners.delete(wake);
          resolve();
        };
        this.listeners.add(wake);
        signal.addEventListener('abort', wake, { once: true });
      });
    }
  }

  private fail(): void {
    if (this.fault) throw this.fault;
  }
}
