import type { Schemas } from '@/api/client';
import { Fact, Facts } from '@/components/facts';
import { Notice } from '@/components/notice';
import { Text } from '@/components/text';
import { Duration, Time } from '@/components/time';
import { formatBytes } from '@/lib/units';
import { DeploymentLink } from './deployment-link';
import { Touch } from './touch';

/** BuilderRow is a worker with what it builds now, and its BuildKit. */
export function BuilderRow({ builder }: { builder: Schemas['Builder'] }) {
  const { buildkit } = builder;
  const severalBuilders = buildkit.address.includes(', ');

  return (
    <li className="space-y-3 px-4 py-4 sm:px-5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h2 className="font-semibold">
          <Text text={builder.name} />
        </h2>
        <Touch inTouch={builder.in_touch} lastSeenAt={builder.last_seen_at} />
        <span className="text-quiet text-sm sm:ml-auto">
          {builder.version && `version ${builder.version}, `}started <Time at={builder.started_at} />
        </span>
      </div>
      {!builder.in_touch && (
        <p className="text-quiet">What it worked on was given to other workers. Nothing has to be done for it; it is listed for an hour.</p>
      )}
      <Facts>
        <Fact name="Builds now">
          {builder.builds.length === 0 ? (
            <span className="text-quiet">nothing</span>
          ) : (
            <ul>
              {builder.builds.map((build) => (
                <li key={build.deployment_id}>
                  <DeploymentLink deploymentId={build.deployment_id} project={build.project} organisation={build.organisation} />
                  {build.since && (
                    <span className="text-quiet">
                      {' '}
                      for <Duration from={build.since} />
                    </span>
                  )}
                  {build.builder && severalBuilders && (
                    <span className="text-quiet">
                      {' '}
                      on <code className="wrap-anywhere font-mono text-sm">{build.builder}</code>
                    </span>
                  )}
                </li>
              ))}
            </ul>
          )}
        </Fact>
        <Fact name="Runs at once">
          <span className="text-quiet">{builder.slots.map(({ queue, slots }) => `${slots} of ${queue}`).join(', ') || 'nothing'}</span>
        </Fact>
        <Fact name="BuildKit">
          {buildkit.version ?? 'not known'} <span className="text-quiet">at</span>{' '}
          <code className="wrap-anywhere font-mono text-sm">{buildkit.address}</code>
          {buildkit.seen_at && (
            <span className="text-quiet">
              , answered <Time at={buildkit.seen_at} />
            </span>
          )}
        </Fact>
        {buildkit.builders && (
          <Fact name="Builder">
            {[...new Set(buildkit.builders.map(({ version }) => (version ? `version ${version}` : 'version not known')))].join(', ') ||
              'not known'}
          </Fact>
        )}
        <Fact name="Its cache">{buildkit.disk_bytes === undefined ? 'not known' : `${formatBytes(buildkit.disk_bytes)} on disk`}</Fact>
      </Facts>
      {builder.in_touch && buildkit.error && (
        <Notice tone="bad" title="BuildKit does not answer">
          <Text text={buildkit.error} />
        </Notice>
      )}
    </li>
  );
}
