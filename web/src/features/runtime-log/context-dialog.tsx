import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { logContextQuery } from '@/api/queries/logs';
import { Button } from '@/components/button';
import { Dialog } from '@/components/dialog';
import { PageProblem } from '@/components/page-problem';
import { Skeleton } from '@/components/skeleton';
import { ContextLine } from './context-line';

const first = 30;
const more = 100;
const most = 1000;

type Props = { projectId: string; lineId: number | undefined; onClose: () => void };

/** ContextDialog shows a line with what its environment wrote in front of it and behind it, whatever the filters are. */
export function ContextDialog({ projectId, lineId, onClose }: Props) {
  return (
    <Dialog
      wide
      open={lineId !== undefined}
      onOpenChange={(open) => !open && onClose()}
      title="In context"
      text="What the environment’s instances wrote around this line, across all filters."
    >
      {lineId !== undefined && <Context key={lineId} projectId={projectId} lineId={lineId} />}
    </Dialog>
  );
}

function Context({ projectId, lineId }: { projectId: string; lineId: number }) {
  const [before, setBefore] = useState(first);
  const [after, setAfter] = useState(first);
  const target = useRef<HTMLDivElement>(null);
  const context = useQuery({ ...logContextQuery(projectId, lineId, before, after), placeholderData: keepPreviousData });
  const lines = context.data?.items ?? [];
  const at = lines.findIndex(({ id }) => id === lineId);
  const here = at >= 0;

  useEffect(() => {
    if (here) target.current?.scrollIntoView({ block: 'center' });
  }, [here]);

  if (context.isError && !context.data) return <PageProblem error={context.error} reset={() => void context.refetch()} />;
  if (context.isPending) {
    return (
      <div role="status" className="space-y-2">
        <p className="text-quiet text-sm">Reading the lines around it…</p>
        <Skeleton className="h-60 w-full" />
      </div>
    );
  }

  return (
    <div className="@container">
      {context.data.next_before !== undefined && before < most && (
        <Button size="small" look="quiet" busy={context.isFetching} onClick={() => setBefore(Math.min(before + more, most))}>
          <ArrowUp aria-hidden />
          Earlier
        </Button>
      )}
      <ol aria-label="Lines around the line" className="my-1 rounded-md border border-line bg-log py-1">
        {lines.map((line) => (
          <li key={line.id}>
            <ContextLine ref={line.id === lineId ? target : undefined} line={line} current={line.id === lineId} />
          </li>
        ))}
      </ol>
      {context.data.next_after !== undefined && after < most && (
        <Button size="small" look="quiet" busy={context.isFetching} onClick={() => setAfter(Math.min(after + more, most))}>
          <ArrowDown aria-hidden />
          Later
        </Button>
      )}
    </div>
  );
}
