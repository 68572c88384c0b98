import { learnClock } from './clock';
import { ApiProblem, problemOf } from './problem';
import { noteSessionEnd } from './session-end';

/** StreamEvent is an event, or where the stream stands: that has an id and no data. */
export type StreamEvent = { event: string; id: string; data: string };

type More = {
  /** after is the id of the event behind which the stream is to go on. */
  after?: string | undefined;
  /** onHeard is told of whatever arrives, be it no event. */
  onHeard?: (() => void) | undefined;
};

/**
 * readEvents reads a stream of server-sent events, and returns when it ends. In place of EventSource it says why a stream was refused, and leaves it to its
 * caller where to go on. `tell` gets the events that came together at once. What breaks the stream, or refuses it, is thrown as an ApiProblem or as what fetch throws.
 */
export async function readEvents(url: string, tell: (events: StreamEvent[]) => void, signal: AbortSignal, more: More = {}): Promise<void> {
  const { after, onHeard } = more;
  const headers = { Accept: 'text/event-stream', ...(after ? { 'Last-Event-ID': after } : {}) };
  const response = await fetch(url, { signal, headers, credentials: 'same-origin' });
  learnClock(response);
  if (response.status === 401) noteSessionEnd();
  if (!response.ok) throw await problemOf(response);
  if (!response.body) throw new ApiProblem(0, 'The platform answered with nothing.');

  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let rest = '';

  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    onHeard?.();
    // Half an event stays here until its other half comes; one that never comes is no event.
    const blocks = (rest + decoder.decode(part.value, { stream: true })).replaceAll('\r\n', '\n').split('\n\n');
    rest = blocks.pop() ?? '';
    const events = blocks.flatMap(parseEvent);
    if (events.length > 0) tell(events);
  }
}

function parseEvent(block: string): StreamEvent[] {
  const found = { event: 'message', id: '' };
  const data: string[] = [];

  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon === 0) continue;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') data.push(value);
    else if (name === 'event' || name === 'id') found[name] = value;
  }

  return data.length > 0 || found.id ? [{ ...found, data: data.join('\n') }] : [];
}
