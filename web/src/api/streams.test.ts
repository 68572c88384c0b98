import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { noteAnswer } from './answers';
import type { SourceHandlers } from './source';
import { Streams } from './streams';

type Connection = {
  of: string[];
  after: string | null;
  isOpen: boolean;
  /** say sends an event of the platform. */
  say: (event: string, data: unknown, id?: string) => Promise<void>;
  /** stand sends an id without an event. */
  stand: (id: string) => Promise<void>;
  /** cut ends the connection from the platform's side. */
  cut: () => Promise<void>;
};

let connections: Connection[];
/** away has the platform refuse every connection. */
let away: Response | Error | undefined;
let streams: Streams;
const encoder = new TextEncoder();
const settled = () => vi.advanceTimersByTimeAsync(60);
const open = () => connections.filter(({ isOpen }) => isOpen);
const last = () => connections.at(-1) as Connection;

function connect(url: string, { signal, headers }: { signal: AbortSignal; headers: Record<string, string> }): Response {
  let control: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      control = controller;
    },
  });
  const connection: Connection = {
    of: new URL(url, 'http://x').searchParams.getAll('of'),
    after: headers['Last-Event-ID'] ?? null,
    isOpen: true,
    say: async (event, data, id) => {
      control?.enqueue(encoder.encode(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
      await vi.advanceTimersByTimeAsync(0);
    },
    stand: async (id) => {
      control?.enqueue(encoder.encode(`id: ${id}\n\n`));
      await vi.advanceTimersByTimeAsync(0);
    },
    cut: async () => {
      connection.isOpen = false;
      control?.close();
      await vi.advanceTimersByTimeAsync(0);
    },
  };
  signal.addEventListener('abort', () => {
    connection.isOpen = false;
    control?.error(signal.reason);
  });
  connections.push(connection);
  return new Response(body);
}

function handlers() {
  return { onOpen: vi.fn(), onEvents: vi.fn(), onOver: vi.fn(), onLost: vi.fn(), onRefresh: vi.fn() } satisfies SourceHandlers;
}

beforeEach(() => {
  vi.useFakeTimers();
  connections = [];
  away = undefined;
  vi.stubGlobal('fetch', async (url: string, init: Parameters<typeof connect>[1]) => {
    if (away instanceof Error) throw away;
    return away?.clone() ?? connect(url, init);
  });
  streams = new Streams();
});

afterEach(() => {
  streams.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it('all streams of a page are one connection, and each hears of its own', async () => {
  const [changes, lines] = [handlers(), handlers()];
  streams.follow('/changes', changes);
  streams.follow('/lines?q=a,b&tail=1', lines);
  await settled();
  expect(connections).toMatchObject([{ of: ['/changes', '/lines?q=a,b&tail=1'], after: null }]);

  await last().say('open', { source: 1 });
  expect(lines.onOpen).toHaveBeenCalledTimes(1);
  expect(changes.onOpen).not.toHaveBeenCalled();

  await last().say('event', { source: 1, event: 'line', data: { id: 7 } }, ',7');
  await last().say('event', { source: 0, event: 'changed', data: { kinds: [] } }, '9,7');
  expect(lines.onEvents.mock.calls).toEqual([[[expect.objectContaining({ event: 'line', data: { id: 7 } })], '7']]);
  expect(changes.onEvents.mock.calls).toEqual([[[expect.objectContaining({ event: 'changed' })], '9']]);
});

it('a stream that had no event yet goes on where it began', async () => {
  const [changes, lines] = [handlers(), handlers()];
  streams.follow('/changes', changes);
  streams.follow('/lines?tail=200', lines);
  await settled();
  await last().stand(',0');
  expect(lines.onEvents.mock.calls).toEqual([[[], '0']]);
  expect(changes.onEvents).not.toHaveBeenCalled();

  await last().cut();
  await vi.advanceTimersByTimeAsync(1_500);
  expect(open()).toMatchObject([{ of: ['/changes', '/lines?tail=200'], after: ',0' }]);

  await last().say('event', { source: 1, event: 'line', data: {} }, ',5');
  await last().stand(',5');
  await last().stand(',9');
  expect(lines.onEvents.mock.lastCall).toEqual([[], '9']);
  expect(lines.onEvents).toHaveBeenCalledTimes(3);
});

it('another stream opens the connection anew, once, and those that stay go on behind their last events', async () => {
  streams.follow('/changes', handlers());
  const leave = streams.follow('/lines?q=old', handlers());
  await settled();
  await last().say('event', { source: 0, event: 'changed', data: {} }, '12,');
  await last().say('event', { source: 1, event: 'line', data: {} }, '12,5');

  leave();
  streams.follow('/lines?q=new', handlers());
  streams.follow('/requests', handlers(), '77');
  await settled();
  expect(connections).toHaveLength(2);
  expect(open()).toMatchObject([{ of: ['/changes', '/lines?q=new', '/requests'], after: '12,,77' }]);
});

it('a stream that comes and goes at once opens nothing anew', async () => {
  streams.follow('/changes', handlers());
  await settled();

  streams.follow('/lines', handlers())();
  await settled();
  expect(connections).toHaveLength(1);
  expect(open()).toHaveLength(1);
});

it('the last that goes ends the connection', async () => {
  const leave = streams.follow('/changes', handlers());
  await settled();
  leave();
  await settled();
  expect(open()).toHaveLength(0);
});

it('a stream that is refused or over is told so; the others go on', async () => {
  const [changes, refused, over] = [handlers(), handlers(), handlers()];
  streams.follow('/changes', changes);
  streams.follow('/refused', refused);
  streams.follow('/over', over);
  await settled();
  await last().say('refused', { source: 1, problem: { status: 404, detail: 'There is no such project.' }, retry_after: 3 });
  await last().say('over', { source: 2 });
  expect(refused.onOver).toHaveBeenCalledWith(
    expect.objectContaining({ status: 404, message: 'There is no such project.', retryAfter: 3 }),
  );
  expect(over.onOver).toHaveBeenCalledWith(undefined);

  await last().say('event', { source: 0, event: 'changed', data: {} }, '1,,');
  await settled();
  expect(changes.onEvents).toHaveBeenCalledTimes(1);
  expect(connections).toHaveLength(1);
});

it('a short break is told to nobody, and nothing is missed', async () => {
  const changes = handlers();
  streams.follow('/changes', changes);
  await settled();
  await last().say('event', { source: 0, event: 'changed', data: {} }, '4');

  await last().cut();
  await vi.advanceTimersByTimeAsync(1_500);
  expect(open()).toMatchObject([{ after: '4' }]);
  await last().say('open', { source: 0 });
  await vi.advanceTimersByTimeAsync(30_000);
  expect(changes.onLost).not.toHaveBeenCalled();
  expect(changes.onRefresh).not.toHaveBeenCalled();
  expect(streams.outage.isSilent()).toBe(false);
});

it('while the platform is away the page polls; without an answer that is said, until all is well and fetched again', async () => {
  const [changes, lines] = [handlers(), handlers()];
  streams.follow('/changes', changes);
  streams.follow('/lines', lines);
  await settled();
  await last().say('open', { source: 0 });

  away = new TypeError('Failed to fetch');
  await last().cut();
  await vi.advanceTimersByTimeAsync(2_900);
  expect(changes.onRefresh).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(200);
  expect(changes.onRefresh).toHaveBeenCalledTimes(1);
  expect(lines.onLost).toHaveBeenCalledWith(expect.objectContaining({ status: 0 }));
  expect(streams.outage.isSilent()).toBe(false);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(streams.outage.isSilent()).toBe(true);

  // Who comes while it is away is told at once.
  const late = handlers();
  streams.follow('/late', late);
  expect(late.onLost).toHaveBeenCalledTimes(1);

  await vi.advanceTimersByTimeAsync(10_000);
  expect(changes.onRefresh).toHaveBeenCalledTimes(2);
  expect(streams.outage.isSilent()).toBe(true);

  away = undefined;
  await vi.advanceTimersByTimeAsync(13_000);
  const polls = changes.onRefresh.mock.calls.length;
  await last().say('open', { source: 0 });
  expect(streams.outage.isSilent()).toBe(false);
  expect(changes.onRefresh).toHaveBeenCalledTimes(polls + 1);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(changes.onRefresh).toHaveBeenCalledTimes(polls + 1);
});

it('a platform that answers all but the stream is not said to be silent', async () => {
  const changes = handlers();
  changes.onRefresh.mockImplementation(() => void setTimeout(noteAnswer, 100));
  away = new Response('<html>', { status: 502 });
  streams.follow('/changes', changes);

  const told = vi.fn();
  streams.outage.onSilence(told);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(changes.onRefresh.mock.calls.length).toBeGreaterThan(4);
  expect(told).not.toHaveBeenCalled();
});

it('a connection on which nothing arrives any more is given up', async () => {
  streams.follow('/changes', handlers());
  await settled();
  const [first] = connections;
  await last().say('open', { source: 0 });
  await vi.advanceTimersByTimeAsync(39_000);
  await last().say('event', { source: 0, event: 'ping', data: {} }, '3');
  await vi.advanceTimersByTimeAsync(39_000);
  expect(first?.isOpen).toBe(true);

  await vi.advanceTimersByTimeAsync(3_000);
  expect(first?.isOpen).toBe(false);
  expect(open()).toMatchObject([{ after: '3' }]);
});

it('a session that has ended is not tried again', async () => {
  away = new Response(JSON.stringify({ detail: 'Your sign-in has ended.' }), { status: 401 });
  const fetched = vi.spyOn(globalThis, 'fetch');
  const changes = handlers();
  streams.follow('/changes', changes);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(fetched).toHaveBeenCalledTimes(1);
  expect(changes.onRefresh).not.toHaveBeenCalled();
});

it('a platform that asks for a pause is given it', async () => {
  away = new Response(JSON.stringify({ detail: 'Too many streams are open.' }), { status: 429, headers: { 'Retry-After': '7' } });
  const fetched = vi.spyOn(globalThis, 'fetch');
  streams.follow('/changes', handlers());
  await vi.advanceTimersByTimeAsync(3_000);
  // Another stream to follow does not shorten it.
  streams.follow('/lines', handlers());
  await vi.advanceTimersByTimeAsync(3_900);
  expect(fetched).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(fetched).toHaveBeenCalledTimes(2);
});

it('a tab that nobody sees has no connection, and goes on when it is seen again', async () => {
  const seen = vi.spyOn(document, 'visibilityState', 'get');
  const look = (state: DocumentVisibilityState) => {
    seen.mockReturnValue(state);
    document.dispatchEvent(new Event('visibilitychange'));
  };
  const changes = handlers();
  streams.follow('/changes', changes);
  await settled();
  await last().say('event', { source: 0, event: 'changed', data: {} }, '8');

  look('hidden');
  streams.follow('/lines', handlers());
  await vi.advanceTimersByTimeAsync(60_000);
  expect(open()).toHaveLength(0);
  expect(connections).toHaveLength(1);
  expect(changes.onRefresh).not.toHaveBeenCalled();

  look('visible');
  await settled();
  expect(open()).toMatchObject([{ of: ['/changes', '/lines'], after: '8,' }]);
});
