import type { Schemas } from '@/api/client';
import { Notice } from '@/components/notice';
import { Text } from '@/components/text';
import { UnpinButton } from './unpin-button';

type Props = { deployment: Schemas['Deployment']; role: Schemas['Organisation']['role'] };

/** HeldNotice stands on the page of a push that waits because its environment is pinned, and lets it go on. */
export function HeldNotice({ deployment, role }: Props) {
  if (!deployment.held_at) return null;

  const { environment_id: environment, environment: slug } = deployment;

  return (
    <Notice
      tone="warn"
      title={
        <>
          A rollback has pinned <Text text={slug} />
        </>
      }
      actions={<UnpinButton pinned={{ environment, slug, held: deployment.id }} role={role} />}
    >
      This push is built and waits. Unpin to let the newest go live.
    </Notice>
  );
}
