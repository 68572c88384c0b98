import type { components } from './schema';

type Schemas = components['schemas'];

/** ApiProblem is a request that did not succeed. Its message is a sentence for the user. */
export class ApiProblem extends Error {
  /** status is that of HTTP; 0 where no answer came. */
  readonly status: number;
  /** errors says what is wrong with which input, such as `body.name`. */
  readonly errors: Schemas['ProblemLocated'][];
  /** retryAfter is how many seconds the platform asks to wait; 0 where it does not. */
  readonly retryAfter: number;

  constructor(status: number, message: string, errors: ApiProblem['errors'] = [], retryAfter = 0) {
    super(message);
    this.name = 'ApiProblem';
    this.status = status;
    this.errors = errors;
    this.retryAfter = retryAfter;
  }

  /** isOfPage tells whether no request failed, but the dashboard itself. */
  get isOfPage(): boolean {
    return this.status < 0;
  }

  get isOffline(): boolean {
    return this.status === 0;
  }
}

const sentences: Record<number, string> = {
  401: 'You are not signed in.',
  403: 'You may not do this.',
  404: 'There is no such thing, or you may not see it.',
  429: 'Those were too many requests at once. Wait a moment and try again.',
};

/** isFinal tells whether asking again is of no use: what is forbidden, wrong or gone stays so. */
export function isFinal({ status }: ApiProblem): boolean {
  return status >= 400 && status < 500 && status !== 429 && status !== 408;
}

/** problemOf makes an ApiProblem of an answer that is no success, whatever its body is. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const body = await readBody(response);
  const fallback =
    sentences[response.status] ??
    (response.status >= 500 ? 'The platform could not answer. It is not your doing: try again in a moment.' : 'The platform refused this.');

  return new ApiProblem(response.status, body?.detail || fallback, body?.errors ?? [], Number(response.headers.get('Retry-After')) || 0);
}

async function readBody(response: Response): Promise<Schemas['Problem'] | undefined> {
  try {
    return (await response.json()) as Schemas['Problem'];
  } catch {
    return undefined;
  }
}

/** asProblem returns any error as an ApiProblem. What fetch and the reading of half an answer throw counts as no answer. */
export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (isLostConnection(error)) {
    return new ApiProblem(0, 'The platform does not answer. Look at your connection; the page goes on by itself when it is back.');
  }

  return new ApiProblem(-1, error instanceof Error ? error.message : 'Something unexpected happened on this page.');
}

// fetch tells a lost connection by a TypeError, whose words are the browser's: "Failed to fetch", "NetworkError when …", "Load failed", "network error". Half an
// answer is a SyntaxError, and a request that was aborted a DOMException. Any other TypeError is a fault of the page.
function isLostConnection(error: unknown): boolean {
  if (error instanceof SyntaxError || error instanceof DOMException) return true;
  return error instanceof TypeError && /fetch|network|load failed/i.test(error.message) && !/module/i.test(error.message);
}
