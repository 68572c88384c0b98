import { useLocation, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Schemas } from '@/api/client';
import { Card } from '@/components/card';
import { buildLogDownload, buildLogSource } from '@/features/log/build-log-source';
import { lineHash, parseLineHash } from '@/features/log/line-hash';
import { LogViewer } from '@/features/log/log-viewer';
import { isUnderWay } from './under-way';

/** BuildLog is what the build of a deployment wrote and writes. The part of the address behind # names lines of it. */
export function BuildLog({ deployment }: { deployment: Schemas['Deployment'] }) {
  const source = useMemo(() => buildLogSource(deployment.id), [deployment.id]);
  const hash = useLocation({ select: (location) => location.hash });
  const navigate = useNavigate();
  const selected = useMemo(() => parseLineHash(hash), [hash]);
  const reused = ['rollback', 'promote', 'restore'].includes(deployment.trigger);
  const built = ['schedule', 'release', 'health_check', 'flip_route'].includes(deployment.step);

  return (
    <Card title="Build log" flush>
      <LogViewer
        label="Build log"
        source={source}
        grows={isUnderWay(deployment.state) && !built}
        selected={selected}
        onSelect={(range) =>
          void navigate({ to: '.', search: true, hash: lineHash(range), replace: true, resetScroll: false, hashScrollIntoView: false })
        }
        download={buildLogDownload(deployment.id)}
        fileName={`build-${deployment.id.slice(-8)}.log`}
        empty={
          reused
            ? 'Nothing was built: this deployment takes the image of another one.'
            : isUnderWay(deployment.state)
              ? 'The first lines come as soon as a worker has fetched the source.'
              : 'Nothing was written, or the log is too old and was deleted.'
        }
      />
    </Card>
  );
}
