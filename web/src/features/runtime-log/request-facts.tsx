import type { Schemas } from '@/api/client';
import { Button } from '@/components/button';
import { CopyButton } from '@/components/copy-button';
import { Text } from '@/components/text';
import { formatExact } from '@/lib/time';
import { formatBytes } from '@/lib/units';
import type { EntryActions } from './entry-details';
import { Fact } from './facts';
import { InstanceFact } from './instance-fact';
import { formatMilliseconds } from './marks';

/** RequestFacts are what an edge has noted of a request. */
export function RequestFacts({ request, actions }: { request: Schemas['RequestRecord']; actions: EntryActions }) {
  const { duration_ms, first_byte_ms, attempts = 1, bytes_out, request_id, vm_id } = request;

  return (
    <>
      {request.host && (
        <Fact name="Host">
          <Text text={request.host} />
        </Fact>
      )}
      <Fact name="Began">
        {formatExact(Date.parse(request.started_at))}, at the edge in <Text text={request.region} />
      </Fact>
      {duration_ms !== undefined && (
        <Fact name="Took">
          {formatMilliseconds(duration_ms)}
          {first_byte_ms !== undefined && `, the answer began after ${formatMilliseconds(first_byte_ms)}`}
          {request.interrupted && '; it broke off before its end'}
        </Fact>
      )}
      {bytes_out !== undefined && <Fact name="Answer">{formatBytes(bytes_out)}</Fact>}
      {attempts > 1 && <Fact name="Attempts">{attempts}: it was sent to another instance again</Fact>}
      {vm_id ? (
        <InstanceFact id={vm_id} actions={actions} />
      ) : (
        request.kind === 'request' && <Fact name="Instance">None: the edge answered by itself</Fact>
      )}
      <Fact name="Deployment">{actions.deploymentLink(request.deployment_id)}</Fact>
      {request_id && (
        <Fact name="X-Request-Id">
          <span className="wrap-anywhere font-mono text-xs">{request_id}</span> <CopyButton text={request_id} what="the id" />
          <Button size="small" look="quiet" onClick={() => actions.onFilter({ q: `"${request_id}"`, show: 'app' })}>
            Lines with it
          </Button>
        </Fact>
      )}
    </>
  );
}
