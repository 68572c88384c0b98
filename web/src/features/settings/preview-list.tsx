import { useQuery, useQueryClient } from '@tanstack/react-query';
import { GitBranch, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { $api, type Schemas } from '@/api/client';
import { environmentsQuery } from '@/api/queries/projects';
import { Card } from '@/components/card';
import { Confirm } from '@/components/confirm';
import { Empty } from '@/components/empty';
import { GuardedButton } from '@/components/guarded-button';
import { Notice } from '@/components/notice';
import { Skeleton } from '@/components/skeleton';
import { Text } from '@/components/text';
import { Time } from '@/components/time';
import { shownAddress } from '@/lib/address';

/** PreviewList is the previews that a project has now. */
export function PreviewList({ project, reason }: { project: Schemas['Project']; reason: string | undefined }) {
  const { data, isError } = useQuery(environmentsQuery(project.id));
  const previews = data?.items?.filter(({ kind }) => kind === 'preview');
  const [leaving, setLeaving] = useState<Schemas['Environment']>();
  const queryClient = useQueryClient();
  const { mutateAsync } = $api.useMutation('delete', '/v1/environments/{environment_id}');

  const remove = async (environment: Schemas['Environment']) => {
    await mutateAsync({ params: { path: { environment_id: environment.id } } });
    await queryClient.invalidateQueries(environmentsQuery(project.id));
  };

  return (
    <Card title="Previews that are there" flush>
      {isError && <Notice tone="bad">The previews could not be fetched. They are asked for again when you come back to this page.</Notice>}
      {!data && !isError && (
        <div role="status" className="p-4">
          <span className="sr-only">Fetching the previews…</span>
          <Skeleton className="h-10" />
        </div>
      )}
      {previews?.length === 0 && (
        <Empty icon={GitBranch} title="No preview">
          <p>With previews on, the next push to another branch or pull request makes one.</p>
        </Empty>
      )}
      <ul>
        {previews?.map((preview) => (
          <li
            key={preview.id}
            className="flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-t px-4 py-3 first:border-t-0 sm:px-5"
          >
            <div className="min-w-0 flex-1 basis-48">
              <p className="font-medium">
                <Text text={preview.pull_request ? `#${preview.pull_request.number} ${preview.pull_request.title}` : preview.branch} />
              </p>
              <p className="text-quiet text-sm">
                <a href={preview.url} className="wrap-anywhere hover:text-text hover:underline">
                  {shownAddress(preview.url)}
                </a>
                {preview.expires_at && (
                  <>
                    , deleted <Time at={preview.expires_at} />
                  </>
                )}
              </p>
            </div>
            <GuardedButton
              reason={reason}
              look="quiet"
              size="small"
              onClick={() => setLeaving(preview)}
              aria-label={`Delete the preview ${preview.slug}`}
            >
              <Trash2 aria-hidden />
              Delete
            </GuardedButton>
          </li>
        ))}
      </ul>
      <Confirm
        open={leaving !== undefined}
        onOpenChange={() => setLeaving(undefined)}
        title="Delete this preview?"
        action="Delete the preview"
        danger
        onConfirm={async () => leaving && remove(leaving)}
      >
        All that runs in it ends, and its domains answer no longer. Where previews are on it comes back with the next push.
      </Confirm>
    </Card>
  );
}
