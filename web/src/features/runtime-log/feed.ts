import type { ApiProblem } from '@/api/problem';
import type { Entry } from './entry';

/** Position is where a feed goes on towards older entries: parameters of its operation. */
export type Position = Record<string, string | number>;

/** FeedPage is a part of what a feed has. */
export type FeedPage = {
  entries: Entry[];
  /** older is where what is in front of the page begins; undefined at the beginning. */
  older?: Position | undefined;
  /** completeFrom is the time from which on all that the feed has is known, in milliseconds since 1970. */
  completeFrom: number;
};

/** Feed is one of the sources that a list merges by time. What goes wrong is thrown as an ApiProblem. */
export type Feed = {
  name: 'lines' | 'requests';
  /** read returns the newest entries, or those in front of a position. */
  read(position: Position | undefined, signal: AbortSignal): Promise<FeedPage>;
  /** before is the position in front of an entry. */
  before(entry: Entry): Position;
  /** follow tells of new entries until the stream ends; where it is refused it throws why. `after` is the id of the last event that was heard of. */
  follow(after: string | undefined, heard: Heard, signal: AbortSignal): Promise<void>;
};

export type Heard = {
  onOpen: () => void;
  /** onLost is told when the connection is away; it comes back by itself. */
  onLost: (problem: ApiProblem) => void;
  /** onEntries gets new entries with the id of their last event, which may also come alone. */
  onEntries: (entries: Entry[], lastId: string) => void;
};
