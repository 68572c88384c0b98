import type { Schemas } from '@/api/client';
import { Card } from '@/components/card';
import { Tag } from '@/components/tag';
import { Text } from '@/components/text';
import { plural } from '@/lib/units';
import { InstanceState } from './instance-state';

/** DeploymentInstances are the machines on which a deployment runs, or ran. */
export function DeploymentInstances({ instances }: { instances: Schemas['VM'][] }) {
  if (instances.length === 0) return null;

  return (
    <Card title="Instances" flush>
      <ul className="divide-y divide-line">
        {instances.map((instance) => (
          <li key={instance.id} className="px-4 py-3 sm:px-5">
            <div className="flex flex-wrap items-center justify-between gap-2">
              <InstanceState state={instance.state} />
              {instance.kind === 'release' && <Tag>release command</Tag>}
            </div>
            <p className="mt-1 text-quiet text-sm">
              <Text text={instance.node ? `${instance.node}, ${instance.region}` : instance.region} />
              {' · '}
              <code className="font-mono text-xs" title={instance.id}>
                {instance.id.slice(-8)}
              </code>
              {instance.restarts > 0 && ` · ${plural(instance.restarts, 'restart')}`}
              {instance.exit_code !== undefined && ` · exit code ${instance.exit_code}`}
            </p>
            {instance.message && (
              <p className="mt-1 text-soft text-sm wrap-anywhere">
                <Text text={instance.message} />
              </p>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
