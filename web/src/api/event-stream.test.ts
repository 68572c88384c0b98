import { afterEach, expect, test, vi } from 'vitest';
import { readEvents, type StreamEvent } from './event-stream';
import { ApiProblem, asProblem } from './problem';

afterEach(() => vi.unstubAllGlobals());

function answerWith(parts: string[], { status = 200, breaks = false, headers = {} } = {}) {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const part = parts.shift();
      if (part !== undefined) controller.enqueue(encoder.encode(part));
      else if (breaks) controller.error(new TypeError('network error'));
      else controller.close();
    },
  });
  vi.stubGlobal('fetch', async () => new Response(body, { status, headers }));
}

async function read(): Promise<StreamEvent[]> {
  const heard: StreamEvent[] = [];
  await readEvents('/stream', (events) => heard.push(...events), new AbortController().signal);
  return heard;
}

test('events arrive whole, however the stream was cut', async () => {
  answerWith(['id: 1\neve', 'nt: line\ndata: {"a"', ':1}\n\n: still here\n\nevent: end\r\ndata: x\r\n\r\n']);
  expect(await read()).toEqual([
    { event: 'line', id: '1', data: '{"a":1}' },
    { event: 'end', id: '', data: 'x' },
  ]);
});

test('an id without an event is told', async () => {
  answerWith(['id: 7\n\nevent: nothing\n\n: still here\n\n']);
  expect(await read()).toEqual([{ event: 'message', id: '7', data: '' }]);
});

test('half an event at the end is none', async () => {
  answerWith(['data: whole\n\ndata: ha']);
  expect(await read()).toEqual([{ event: 'message', id: '', data: 'whole' }]);
});

test('a stream that breaks in the middle is thrown as no answer', async () => {
  answerWith(['data: one\n\n'], { breaks: true });
  expect(asProblem(await read().catch((error: unknown) => error)).status).toBe(0);
});

test('a stream that is refused says why, and when to come back', async () => {
  answerWith([JSON.stringify({ detail: 'Too many streams are open.' })], { status: 429, headers: { 'Retry-After': '7' } });
  const problem = await read().catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(ApiProblem);
  expect(problem).toMatchObject({ status: 429, message: 'Too many streams are open.', retryAfter: 7 });
});

test('a server error without a body still has a sentence', async () => {
  answerWith(['<html>bad gateway'], { status: 502 });
  expect(asProblem(await read().catch((error: unknown) => error)).message).toContain('not your doing');
});
