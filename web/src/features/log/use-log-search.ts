import { useEffect, useMemo, useRef, useState } from 'react';
import { type ApiProblem, asProblem } from '@/api/problem';
import { parseQuery, type QueryPart } from './query';
import type { LogMatches, LogSource } from './source';

const typingPause = 100;
const growthPause = 2_000;
const nothing: LogMatches = { lines: [], total: 0 };

export type LogSearch = {
  query: string;
  setQuery: (query: string) => void;
  found: LogMatches;
  /** parts are what the lines found have, to be marked in them. */
  parts: QueryPart[];
  /** answered is the query that found is the answer to. */
  answered: string;
  busy: boolean;
  problem?: ApiProblem | undefined;
};

/** useLogSearch searches the whole log a moment after somebody typed, and again while the log grows. */
export function useLogSearch(source: LogSource, total: number): LogSearch {
  const [query, setQuery] = useState('');
  const [answer, setAnswer] = useState<{ query: string; found: LogMatches; problem?: ApiProblem }>({ query: '', found: nothing });
  const [searched, setSearched] = useState(0);
  const wanted = query.trim();
  // A line more does not begin the pause anew: a log may grow without one.
  const newest = useRef(total);
  newest.current = total;
  const grown = total !== searched;

  useEffect(() => {
    if (!grown) return;
    const timer = setTimeout(() => setSearched(newest.current), searched === 0 ? 0 : growthPause);
    return () => clearTimeout(timer);
  }, [grown, searched]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a log that has grown is searched again.
  useEffect(() => {
    if (!wanted) {
      setAnswer({ query: '', found: nothing });
      return;
    }

    const abort = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const found = await source.search(wanted, abort.signal);
        if (!abort.signal.aborted) setAnswer({ query: wanted, found });
      } catch (error) {
        if (!abort.signal.aborted) setAnswer({ query: wanted, found: nothing, problem: asProblem(error) });
      }
    }, typingPause);

    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [wanted, source, searched]);

  const parts = useMemo(() => parseQuery(answer.query), [answer.query]);

  return { query, setQuery, found: answer.found, parts, answered: answer.query, busy: wanted !== answer.query, problem: answer.problem };
}
