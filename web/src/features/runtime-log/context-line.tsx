import type { Ref } from 'react';
import type { Schemas } from '@/api/client';
import { LogText } from '@/features/log/log-text';
import { cn } from '@/lib/cn';
import { formatClock } from '@/lib/time';
import { messageOf } from './entry';
import { LineBadge } from './line-summary';
import { edgeOf } from './marks';

type Props = { ref?: Ref<HTMLDivElement> | undefined; line: Schemas['LogLine']; current: boolean };

/** ContextLine is a line among those around another one; current is that one. */
export function ContextLine({ ref, line, current }: Props) {
  return (
    <div
      ref={ref}
      aria-current={current || undefined}
      className={cn(
        'flex flex-wrap gap-x-3 border-l-2 px-2 font-mono text-xs leading-5 @xl:flex-nowrap',
        edgeOf(line.level, undefined),
        current && 'bg-mark-line',
      )}
    >
      <time dateTime={line.logged_at} className="w-22 shrink-0 text-quiet">
        {formatClock(line.logged_at)}
      </time>
      <span className="w-16 shrink-0 truncate">
        <LineBadge line={line} />
      </span>
      <LogText
        text={messageOf(line)}
        className={cn('min-w-0 basis-full whitespace-pre-wrap wrap-anywhere @xl:flex-1 @xl:basis-0', !current && 'line-clamp-3')}
      />
    </div>
  );
}
