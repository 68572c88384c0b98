import { request } from 'node:http';

/** Answer is what an app answers; location is where it sends on to, or nothing. */
type Answer = { status: number; body: string; location: string };

/** visit sends requests to an app through the edge, whose address no name server knows, until one is answered as it should be. */
export async function visit(url: string, path: string, wanted: Partial<Answer>, tries = 50): Promise<void> {
  let last: Answer = { status: 0, body: '', location: '' };

  for (let tried = 0; tried < tries; tried++) {
    if (tried > 0) await new Promise((resolve) => setTimeout(resolve, 200));
    last = await ask(url, path);
    const { status = 200, body = last.body, location = last.location } = wanted;
    if (last.status === status && last.body === body && last.location === location) return;
  }

  throw new Error(`${path} of ${url} was answered with ${JSON.stringify(last)} in place of ${JSON.stringify(wanted)}`);
}

function ask(url: string, path: string): Promise<Answer> {
  const { port, host } = new URL(url);

  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, headers: { Host: host } }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (part) => {
        body += part;
      });
      answer
        .on('end', () => resolve({ status: answer.statusCode ?? 0, body, location: answer.headers.location ?? '' }))
        .on('error', reject);
    })
      .on('error', reject)
      .end();
  });
}
