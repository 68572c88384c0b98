import type { SourceHandlers } from './source';
import { streams } from './streams';

/** followSource follows a stream until it ends or the signal says so. A stream that is refused is thrown as an ApiProblem; a connection that is lost is not. */
export function followSource(path: string, handlers: Omit<SourceHandlers, 'onOver'>, signal: AbortSignal, after = ''): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return resolve();
    const leave = streams.follow(path, { ...handlers, onOver: (problem) => (problem ? reject(problem) : resolve()) }, after);
    signal.addEventListener('abort', () => {
      leave();
      resolve();
    });
  });
}
