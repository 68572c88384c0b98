import { Rocket } from 'lucide-react';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { GuardedButton } from '@/components/guarded-button';
import { DeployDialog } from './deploy-dialog';

type Props = { organisation: Schemas['Organisation']; project: Schemas['Project'] };

/** DeployButton deploys the newest commit of the project's branch, and says so before. */
export function DeployButton({ organisation, project }: Props) {
  const [asking, setAsking] = useState(false);
  const mayNot = organisation.role === 'viewer';

  return (
    <>
      <GuardedButton
        reason={mayNot ? 'Viewers may not deploy: ask an owner for another role.' : undefined}
        look="main"
        onClick={() => setAsking(true)}
      >
        <Rocket aria-hidden />
        Deploy
      </GuardedButton>
      <DeployDialog open={asking} onOpenChange={setAsking} organisation={organisation} project={project} />
    </>
  );
}
