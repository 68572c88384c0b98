import type { Schemas } from '@/api/client';
import { Card } from '@/components/card';
import { Code } from '@/components/code';
import { StackedFact } from '@/components/stacked-fact';
import { Text } from '@/components/text';
import { frameworkOf, versionsOf } from '@/lib/framework';

/** DeploymentPlan is what detection found, and how the image is built. */
export function DeploymentPlan({ plan }: { plan: Schemas['BuildPlan'] }) {
  const versions = versionsOf(plan.versions);

  return (
    <Card title="Build plan">
      <dl className="space-y-3">
        <StackedFact name="Framework">
          <Text text={frameworkOf(plan.framework).name} />
          <span className="block text-quiet text-sm wrap-anywhere">{plan.reason}</span>
        </StackedFact>
        {versions.length > 0 && (
          <StackedFact name="Versions">
            {versions.map((version) => (
              <span key={version} className="mr-3 inline-block">
                <Text text={version} />
              </span>
            ))}
          </StackedFact>
        )}
        {plan.port > 0 && <StackedFact name="Port">{plan.port}</StackedFact>}
        {plan.health_path && (
          <StackedFact name="Health path">
            <Text text={plan.health_path} />
          </StackedFact>
        )}
        {plan.dockerfile_path && (
          <StackedFact name="Dockerfile of the repository">
            <Text text={plan.dockerfile_path} />
          </StackedFact>
        )}
      </dl>
      {plan.dockerfile && (
        <details className="mt-3">
          <summary className="w-fit text-quiet text-sm hover:text-text">The Dockerfile that was generated</summary>
          <div className="mt-2 max-h-96 overflow-auto">
            <Code text={plan.dockerfile} what="the Dockerfile" />
          </div>
        </details>
      )}
    </Card>
  );
}
