import { ChevronRight } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { Button } from '@/components/button';
import { Code } from '@/components/code';
import { Notice } from '@/components/notice';
import { Text } from '@/components/text';
import { frameworkOf, versionsOf } from '@/lib/framework';

type Props = {
  detection: Schemas['Detection'];
  plan: Schemas['BuildPlan'];
  releaseCommand: string;
  onReleaseCommand: (command: string) => void;
};

/** Plan says how a repository will be built, and why so. */
export function Plan({ detection, plan, releaseCommand, onReleaseCommand }: Props) {
  const { name, icon: Icon } = frameworkOf(plan.framework);
  const facts = [
    ...versionsOf(plan.versions),
    plan.port ? `port ${plan.port}` : undefined,
    plan.health_path && `healthy at ${plan.health_path}`,
  ];

  return (
    <div className="space-y-4">
      <div className="flex gap-3">
        <span className="flex size-9 shrink-0 items-center justify-center rounded-md bg-accent-page text-accent">
          <Icon aria-hidden className="size-5" />
        </span>
        <div className="min-w-0">
          <p className="font-semibold">{name}</p>
          <p className="text-quiet text-sm wrap-anywhere">
            {facts.filter(Boolean).join(' · ') || 'The Dockerfile alone knows the versions'}
          </p>
        </div>
      </div>
      <p className="isolate-text max-w-prose text-soft wrap-anywhere">{plan.reason}</p>
      {detection.commit && (
        <p className="text-quiet text-sm">
          Looked at <span className="font-mono">{detection.commit.slice(0, 7)}</span> of <Text text={detection.branch} />
          {detection.commit_message && (
            <>
              {': '}
              <Text text={detection.commit_message.split('\n')[0]} />
            </>
          )}
        </p>
      )}
      {detection.notes.length > 0 && (
        <Notice tone="warn" title="Good to know">
          <ul className="space-y-1">
            {detection.notes.map((note) => (
              <li key={note} className="isolate-text">
                {note}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {plan.release_command && plan.release_command !== releaseCommand && (
        <Notice
          title="Before a new version serves"
          actions={
            <Button size="small" onClick={() => onReleaseCommand(plan.release_command ?? '')}>
              Run it
            </Button>
          }
        >
          Apps of {name} usually run <code className="font-mono text-sm">{plan.release_command}</code> once for each deployment. Nothing
          runs it unless you say so.
        </Notice>
      )}
      {plan.dockerfile && (
        <details className="group">
          <summary className="inline-flex items-center gap-1.5 rounded-md text-soft hover:text-text">
            <ChevronRight aria-hidden className="size-4 transition-transform group-open:rotate-90" />
            The Dockerfile that is written for it
          </summary>
          <div className="mt-2">
            <Code text={plan.dockerfile} what="the Dockerfile" />
          </div>
        </details>
      )}
      {plan.dockerfile_path && (
        <p className="text-quiet text-sm">
          It is built by <span className="font-mono">{plan.dockerfile_path}</span> of the repository.
        </p>
      )}
    </div>
  );
}
