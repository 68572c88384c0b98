import { Lock } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { Empty } from '@/components/empty';

/** NoRole says to somebody who may look why they may not make a project. */
export function NoRole({ organisation }: { organisation: Schemas['Organisation'] }) {
  return (
    <Empty icon={Lock} title="You may look, and not deploy">
      <p>
        You are a viewer in <bdi>{organisation.name || organisation.slug}</bdi>. Developers and owners make projects: an owner can give you
        another role.
      </p>
    </Empty>
  );
}
