import type { Schemas } from '@/api/client';
import { LogText } from '@/features/log/log-text';
import type { QueryPart } from '@/features/log/query';
import { cn } from '@/lib/cn';
import { messageOf } from './entry';
import { levelInk, shortId } from './marks';

type Line = Schemas['LogLine'];

const streams: Record<Line['stream'], string> = { stdout: '', stderr: 'stderr', system: 'platform' };
const mostClosed = 2_000;

/** LineBadge is the level of a line; where it cannot be told, where the line comes from. */
export function LineBadge({ line }: { line: Line }) {
  return line.level ? (
    <span className={levelInk[line.level]}>{line.level}</span>
  ) : (
    <span className="text-quiet">{streams[line.stream]}</span>
  );
}

/** LineSummary is a line as it stands in the list: of JSON its message. Until it is opened, three rows of it are shown at the most. */
export function LineSummary({ line, open, found }: { line: Line; open: boolean; found: QueryPart[] }) {
  const text = messageOf(line);

  return (
    <>
      <LogText
        text={open ? text : text.slice(0, mostClosed)}
        found={found}
        className={cn(
          'min-w-0 basis-full whitespace-pre-wrap wrap-anywhere pl-5 @2xl:flex-1 @2xl:basis-0 @2xl:pl-0',
          !open && 'line-clamp-3',
          line.stream === 'system' && 'text-quiet italic',
        )}
      />
      {line.vm_id && (
        <span className="hidden shrink-0 text-quiet @4xl:inline" title={`Instance ${line.vm_id.slice(-12)}`}>
          {shortId(line.vm_id)}
        </span>
      )}
    </>
  );
}
