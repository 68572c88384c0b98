import { CircleSlash } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { LogText } from '@/features/log/log-text';
import type { QueryPart } from '@/features/log/query';
import { cn } from '@/lib/cn';
import { plural } from '@/lib/units';
import { formatMilliseconds, shortId, statusInk } from './marks';

type Request = Schemas['RequestRecord'];

/** RequestBadge is the status of a request, in the colour of its class. */
export function RequestBadge({ request }: { request: Request }) {
  if (request.kind !== 'request') return <span className="text-warn">missing</span>;
  return request.status ? (
    <span className={cn('font-semibold', statusInk(request.status))}>{request.status}</span>
  ) : (
    <span className="text-quiet">no status</span>
  );
}

/** RequestSummary is a request as it stands in the list. Where requests are missing, it says how many. */
export function RequestSummary({ request, open, found }: { request: Request; open: boolean; found: QueryPart[] }) {
  if (request.kind !== 'request') {
    return (
      <span className="flex min-w-0 basis-full gap-2 pl-5 text-warn @2xl:flex-1 @2xl:basis-0 @2xl:pl-0">
        <CircleSlash aria-hidden className="mt-0.5 size-4 shrink-0" />
        <span className="wrap-anywhere">
          {plural(request.dropped ?? 0, 'request')} {request.dropped === 1 ? 'is' : 'are'} missing here. {request.message}
        </span>
      </span>
    );
  }

  return (
    <>
      <span className="flex min-w-0 basis-full gap-2 pl-5 @2xl:flex-1 @2xl:basis-0 @2xl:pl-0">
        <bdi className="shrink-0 font-semibold text-soft">{request.method?.slice(0, 16)}</bdi>
        <LogText
          text={request.path ?? ''}
          found={found}
          className={cn('min-w-0 whitespace-pre-wrap wrap-anywhere', !open && 'line-clamp-3')}
        />
        {request.interrupted && <span className="shrink-0 text-warn">broke off</span>}
      </span>
      <span className="flex shrink-0 gap-3 pl-5 text-quiet tabular-nums @2xl:pl-0">
        {request.duration_ms !== undefined && <span>{formatMilliseconds(request.duration_ms)}</span>}
        <bdi className="max-w-24 truncate">{request.region}</bdi>
        {request.vm_id && (
          <span className="hidden @4xl:inline" title={`Instance ${request.vm_id.slice(-12)}`}>
            {shortId(request.vm_id)}
          </span>
        )}
      </span>
    </>
  );
}
