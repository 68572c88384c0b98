import { GitCommitHorizontal } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { Text } from '@/components/text';

type Props = { deployment: Pick<Schemas['Deployment'], 'commit_sha' | 'commit_message'> };

/** Commit names the commit of a deployment by the first line of its message and its first seven digits. */
export function Commit({ deployment }: Props) {
  return (
    <span className="inline-flex min-w-0 max-w-full items-center gap-2">
      <span className="min-w-0 truncate">
        <Text text={deployment.commit_message?.split('\n')[0]} empty="(no message)" />
      </span>
      {deployment.commit_sha && (
        <span className="inline-flex shrink-0 items-center gap-1 font-mono text-quiet text-xs">
          <GitCommitHorizontal aria-hidden className="size-3.5" />
          {deployment.commit_sha.slice(0, 7)}
        </span>
      )}
    </span>
  );
}
