import { ChevronDown, ChevronUp, LoaderCircle, Search } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { Button } from '@/components/button';
import { Input } from '@/components/field';
import { formatCount } from '@/lib/units';
import type { LogSearch } from './use-log-search';

type Props = {
  search: LogSearch;
  /** place is which of the lines found is looked at, from 0; -1: none yet. */
  place: number;
  onStep: (by: 1 | -1) => void;
};

/** LogSearchBox looks through the whole log. Enter goes to the next line found, Shift and Enter to the one before. */
export function LogSearchBox({ search, place, onStep }: Props) {
  const { query, found, busy, problem } = search;

  const press = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      onStep(event.shiftKey ? -1 : 1);
    } else if (event.key === 'Escape' && query) {
      event.preventDefault();
      search.setQuery('');
    }
  };

  return (
    <search className="flex min-w-0 flex-1 basis-64 items-center gap-1">
      <div className="relative min-w-0 flex-1">
        <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-quiet" />
        <Input
          data-search
          type="search"
          aria-label="Search the whole log"
          placeholder="Search the whole log"
          title={'words, "a phrase", -without, /regular expression/'}
          maxLength={500}
          value={query}
          onChange={(event) => search.setQuery(event.target.value)}
          onKeyDown={press}
          aria-invalid={problem ? true : undefined}
          className="pl-8 text-sm not-placeholder-shown:pr-24 [&::-webkit-search-cancel-button]:hidden"
        />
        <span role="status" className="pointer-events-none absolute top-1.5 right-2.5 text-quiet text-sm tabular-nums">
          {query.trim() &&
            (busy ? (
              <LoaderCircle aria-label="Searching" className="mt-0.5 size-4 animate-spin motion-reduce:animate-none" />
            ) : problem ? null : found.total === 0 ? (
              'not found'
            ) : place < 0 ? (
              `${formatCount(found.total)} found`
            ) : (
              `${formatCount(place + 1)} of ${formatCount(found.total)}`
            ))}
        </span>
      </div>
      <Button look="quiet" square aria-label="Line found before" disabled={found.lines.length === 0} onClick={() => onStep(-1)}>
        <ChevronUp aria-hidden />
      </Button>
      <Button look="quiet" square aria-label="Next line found" disabled={found.lines.length === 0} onClick={() => onStep(1)}>
        <ChevronDown aria-hidden />
      </Button>
    </search>
  );
}
