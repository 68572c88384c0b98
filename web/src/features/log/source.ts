import type { ApiProblem } from '@/api/problem';

/** LogLine is one line of a log. */
export type LogLine = {
  /** number counts the lines of the log from 1, without a gap. */
  number: number;
  text: string;
  /** at is when the line was written, as /v1 writes times. */
  at: string;
  stream: 'stdout' | 'stderr' | 'system';
  /** group is the number of the group that the line is of; 0: of none. */
  group: number;
  /** missing is how many lines should stand here and were not kept, of which the line tells. */
  missing: number;
};

/** LineRange is lines that stand together, both ends included. */
export type LineRange = { first: number; last: number };

/** LogGroup is lines of a log that belong together, such as those of one instruction of a build. */
export type LogGroup = {
  number: number;
  name: string;
  state: 'running' | 'done' | 'cached' | 'failed' | 'cancelled';
  error?: string | undefined;
  attempt: number;
  startedAt: string;
  endedAt?: string | undefined;
  /** ranges are its lines: several where groups were written at once. The first of them says its name. */
  ranges: LineRange[];
};

/** LogPage is a part of a log, with what the whole log has. */
export type LogPage = {
  lines: LogLine[];
  /** first is the number of the first line that is kept; 0 for an empty log. */
  first: number;
  /** total is the number of the last line, so far. */
  total: number;
  /** missing is how many lines were not kept, in the whole log. */
  missing: number;
};

/** LogMatches are the lines that a search has found, in their order. */
export type LogMatches = {
  lines: number[];
  /** total is how many were found, also those that are not among lines. */
  total: number;
};

/** LogHeard is told what happens to a log that is followed. */
export type LogHeard = {
  onLines: (lines: LogLine[]) => void;
  /** onOpen is told whenever the connection is there. */
  onOpen?: () => void;
  /** onLost is told when it is away; it comes back by itself. */
  onLost?: (problem: ApiProblem) => void;
};

/** LogSource is where a viewer gets its lines from. What goes wrong is thrown as an ApiProblem. */
export type LogSource = {
  /** read returns the lines from one number on, at most count of them. */
  read(from: number, count: number, signal: AbortSignal): Promise<LogPage>;
  groups(signal: AbortSignal): Promise<LogGroup[]>;
  /** search looks through the whole log, also through what nobody has read. */
  search(query: string, signal: AbortSignal): Promise<LogMatches>;
  /** follow tells of the lines from one number on as they are written. It returns when the log will not grow any more, and throws where it cannot go on by itself. */
  follow?(from: number, heard: LogHeard, signal: AbortSignal): Promise<void>;
};
