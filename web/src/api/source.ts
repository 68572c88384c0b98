import type { Schemas } from './client';
import type { StreamEvent } from './event-stream';
import { ApiProblem } from './problem';

export type SourceEvent = { event: string; data: unknown };

export type SourceHandlers = {
  /** onOpen is told whenever the platform has begun to answer, before there is any event. */
  onOpen?: (() => void) | undefined;
  /** onEvents gets the events that came together, and the id behind which to go on, which may also come without any. */
  onEvents: (events: SourceEvent[], position: string) => void;
  /** onOver is told when the stream has ended by itself, or why it was refused. It is followed no more. */
  onOver: (problem?: ApiProblem) => void;
  /** onLost is told when the connection has been away for a while. The stream goes on by itself when it is back. */
  onLost?: ((problem: ApiProblem) => void) | undefined;
  /** onRefresh asks for what is shown to be fetched again: nothing has told what has changed meanwhile. */
  onRefresh?: (() => void) | undefined;
};

/** Source is one of the streams that a page follows. */
export type Source = {
  path: string;
  handlers: SourceHandlers;
  /** position is the id behind which it goes on: that of its last event that was delivered, or a later one; empty where it has none. */
  position: string;
  /** isOver tells that nobody follows it any more. */
  isOver: boolean;
};

/**
 * deliver hands the events of a connection to the sources that they are of, those of one source together. What cannot be read is passed over. `drop` is told
 * which source the platform has ended.
 */
export function deliver(sources: Source[], events: StreamEvent[], drop: (source: Source) => void): void {
  const gathered = new Map<Source, SourceEvent[]>();
  const flush = (source: Source) => {
    const together = gathered.get(source);
    gathered.delete(source);
    if (together && !source.isOver) source.handlers.onEvents(together, source.position);
  };
  const stand = (positions: string[]) => {
    for (const [place, source] of sources.entries()) {
      const position = positions[place];
      if (!position || position === source.position) continue;
      source.position = position;
      if (!gathered.has(source)) gathered.set(source, []);
    }
  };
  const end = (source: Source, problem?: ApiProblem) => {
    flush(source);
    if (source.isOver) return;
    drop(source);
    source.handlers.onOver(problem);
  };

  for (const { event, id, data } of events) {
    if (!data) {
      stand(id.split(','));
      continue;
    }
    const told = parse(data);
    const source = sources[told?.source ?? -1];
    if (!told || !source) continue;

    if (event === 'open') source.handlers.onOpen?.();
    else if (event === 'over') end(source);
    else if (event === 'refused') end(source, problemOf(told as Schemas['StreamRefused']));
    else if (event === 'event') {
      // The id has the positions of all sources, of which the one of this event alone has moved.
      source.position = id.split(',')[told.source] ?? '';
      const passed = told as Schemas['StreamEvent'];
      const together = gathered.get(source);
      if (together) together.push(passed);
      else gathered.set(source, [passed]);
    }
  }

  for (const source of gathered.keys()) flush(source);
}

function parse(data: string): { source: number } | undefined {
  try {
    return JSON.parse(data) as { source: number };
  } catch {
    return undefined;
  }
}

function problemOf({ problem, retry_after: retryAfter }: Schemas['StreamRefused']): ApiProblem {
  return new ApiProblem(problem.status, problem.detail, problem.errors ?? [], retryAfter ?? 0);
}
