import { Link } from '@tanstack/react-router';
import { Moon } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { State } from '@/components/state';
import { Text } from '@/components/text';
import { Time } from '@/components/time';
import { DeploymentState } from '@/features/deployment/deployment-state';
import { shownAddress } from '@/lib/address';

/** ProjectCard shows a project in a list: what it is called, where it answers, and how its newest deployment is. */
export function ProjectCard({ organisation, project }: { organisation: string; project: Schemas['Project'] }) {
  const overview = project.overview;
  const newest = overview?.newest;

  return (
    <article className="relative flex h-full min-h-32 flex-col rounded-lg border border-line bg-surface p-4 hover:border-edge">
      <div className="flex items-start justify-between gap-3">
        <h2 className="min-w-0 font-semibold text-base">
          <Link
            to="/o/$org/projects/$project"
            params={{ org: organisation, project: project.slug }}
            className="no-underline after:absolute after:inset-0 after:rounded-lg"
          >
            <bdi>{project.slug}</bdi>
          </Link>
        </h2>
        {overview?.asleep_since && newest?.state === 'live' ? (
          <State tone="quiet" icon={Moon} word="Asleep" />
        ) : (
          newest && <DeploymentState state={newest.state} />
        )}
      </div>
      <a href={project.url} className="relative z-10 mt-0.5 w-fit max-w-full truncate text-quiet text-sm hover:text-text hover:underline">
        {shownAddress(project.url)}
      </a>
      <div className="mt-auto min-h-10 pt-4 text-quiet text-sm">
        {newest ? (
          <>
            <p className="truncate text-soft">
              <Text text={newest.commit_message?.split('\n')[0]} empty="(no message)" />
            </p>
            <p>
              <Time at={newest.created_at} /> from <Text text={newest.branch} />
            </p>
          </>
        ) : (
          <p>Not deployed yet.</p>
        )}
      </div>
    </article>
  );
}
