import { type ApiProblem, asProblem, isFinal } from '@/api/problem';
import { retryDelay } from '@/api/query-client';
import { compareEntries, type Entry } from './entry';
import type { Feed, FeedPage, Position } from './feed';

/** MergedView is what is known of a list at one moment. */
export type MergedView = {
  /** read tells whether every feed has answered once. */
  read: boolean;
  /** entries are oldest first, and complete: nothing is missing between two of them. */
  entries: Entry[];
  /** completeFrom is how far back was looked, in milliseconds since 1970. */
  completeFrom: number;
  atBeginning: boolean;
  loadingOlder: boolean;
  /** fruitless is how many pages were read one after the other without finding anything. */
  fruitless: number;
  /** problem is why a feed could not be read. */
  problem?: ApiProblem | undefined;
  following: 'off' | 'on' | 'lost';
  /** followProblem is why new entries do not come. */
  followProblem?: ApiProblem | undefined;
  /** arrived counts the entries that came while it was followed. */
  arrived: number;
};

type Side = {
  feed: Feed;
  read: boolean;
  older: Position | undefined;
  completeFrom: number;
  lastId?: string;
  lost?: ApiProblem | undefined;
};

const mostEntries = 20_000;
const begin = Number.NEGATIVE_INFINITY;

/** wait waits, or not any longer once the signal says so. */
const wait = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

/** MergedLog merges feeds by time. It shows entries from the time on from which all feeds are known, so that nothing appears between two that are there. */
export class MergedLog {
  view: MergedView = {
    read: false,
    entries: [],
    completeFrom: Number.POSITIVE_INFINITY,
    atBeginning: false,
    loadingOlder: false,
    fruitless: 0,
    following: 'off',
    arrived: 0,
  };
  private readonly sides: Side[];
  private readonly byKey = new Map<string, Entry>();
  private readonly listeners = new Set<() => void>();
  private life = new AbortController();

  constructor(feeds: Feed[]) {
    this.sides = feeds.map((feed) => ({ feed, read: false, older: undefined, completeFrom: Number.POSITIVE_INFINITY }));
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  getView = (): MergedView => this.view;

  /** open begins to read, where nothing was read yet. The function that it returns ends it. */
  open(): () => void {
    this.life = new AbortController();
    void this.retry();
    const { life } = this;
    return () => life.abort();
  }

  /** retry reads what could not be read. */
  async retry(): Promise<void> {
    const { signal } = this.life;
    this.set({ problem: undefined });
    await Promise.all(this.sides.filter(({ read }) => !read).map((side) => this.persist(signal, () => this.load(side, signal))));
  }

  /** follow adds new entries as they come. The function that it returns ends it; called again, it goes on where it was. */
  follow(): () => void {
    const life = new AbortController();
    this.set({ following: 'on', followProblem: undefined });
    for (const side of this.sides) {
      side.lost = undefined;
      void this.followSide(side, life.signal);
    }
    return () => {
      life.abort();
      this.set({ following: 'off' });
    };
  }

  /** loadOlder reads on towards the beginning: of the feeds the one that reaches back the least. */
  async loadOlder(): Promise<void> {
    const side = this.sides.filter(({ older }) => older).sort((a, b) => b.completeFrom - a.completeFrom)[0];
    if (!side || this.view.loadingOlder || !this.view.read) return;

    const { signal } = this.life;
    const before = this.view.entries.length;
    this.set({ loadingOlder: true });
    await this.persist(signal, () => this.load(side, signal));
    const found = this.view.entries.length - before;
    this.set({ loadingOlder: false, fruitless: found > 0 ? 0 : this.view.fruitless + 1 });
  }

  private async load(side: Side, signal: AbortSignal): Promise<void> {
    const page: FeedPage = await side.feed.read(side.older, signal);
    Object.assign(side, {
      read: true,
      older: page.older,
      completeFrom: Math.min(side.completeFrom, page.older ? page.completeFrom : begin),
    });
    this.put(page.entries);
    this.show();
  }

  private async followSide(side: Side, signal: AbortSignal): Promise<void> {
    const isWell = () => {
      side.lost = undefined;
      this.showFollowing();
    };

    for (let failures = 0; !signal.aborted; failures++) {
      let problem: ApiProblem | undefined;
      try {
        await side.feed.follow(
          side.lastId,
          {
            onOpen: isWell,
            onLost: (lost) => {
              side.lost = lost;
              this.showFollowing();
            },
            onEntries: (entries, lastId) => {
              failures = 0;
              if (lastId) side.lastId = lastId;
              this.hear(entries);
            },
          },
          signal,
        );
      } catch (error) {
        problem = asProblem(error);
      }
      if (signal.aborted) return;

      // A stream that ends without an error, as when the platform starts anew, is no loss yet.
      side.lost = problem;
      this.showFollowing();
      if (problem && isFinal(problem)) return;
      await wait(retryDelay(failures, problem), signal);
    }
  }

  private hear(entries: Entry[]): void {
    const added = this.put(entries);
    this.trim();
    this.view = { ...this.view, arrived: this.view.arrived + added };
    if (entries.length > 0) this.show();
  }

  private showFollowing(): void {
    const problem = this.sides.find(({ lost }) => lost)?.lost;
    const following = problem ? 'lost' : 'on';
    if (following !== this.view.following || problem !== this.view.followProblem) this.set({ following, followProblem: problem });
  }

  /** put keeps entries and returns how many of them are new. One that has come before is replaced. */
  private put(entries: Entry[]): number {
    const before = this.byKey.size;
    for (const entry of entries) this.byKey.set(entry.key, entry);
    return this.byKey.size - before;
  }

  /** trim forgets the oldest of too many; they are read again where somebody goes back to them. */
  private trim(): void {
    if (this.byKey.size <= mostEntries * 1.25) return;

    const sorted = [...this.byKey.values()].sort(compareEntries);
    const dropped = sorted.slice(0, -mostEntries);
    const first = sorted.at(-mostEntries);
    for (const { key } of dropped) this.byKey.delete(key);
    for (const side of this.sides) {
      const oldest = sorted.slice(-mostEntries).find((entry) => (entry.kind === 'line') === (side.feed.name === 'lines'));
      if (!first || !oldest) continue;
      side.older = side.feed.before(oldest);
      side.completeFrom = Math.max(side.completeFrom, first.time);
    }
  }

  private show(): void {
    const completeFrom = Math.max(begin, ...this.sides.map((side) => side.completeFrom));
    const entries = [...this.byKey.values()].filter(({ time }) => time >= completeFrom).sort(compareEntries);
    const read = this.sides.every((side) => side.read);
    this.set({ read, entries: read ? entries : [], completeFrom, atBeginning: this.sides.every((side) => side.read && !side.older) });
  }

  /** persist tries until it works, ever more slowly, and says meanwhile why it does not. */
  private async persist(signal: AbortSignal, act: () => Promise<void>): Promise<void> {
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        await act();
        if (failures > 0) this.set({ problem: undefined });
        return;
      } catch (error) {
        if (signal.aborted) return;
        const problem = asProblem(error);
        this.set({ problem });
        if (isFinal(problem)) return;
        await wait(retryDelay(failures, error), signal);
      }
    }
  }

  private set(change: Partial<MergedView>): void {
    this.view = { ...this.view, ...change };
    for (const listener of this.listeners) listener();
  }
}
