import { Link } from '@tanstack/react-router';
import { Archive, GitFork, Lock } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Schemas } from '@/api/client';
import { Text } from '@/components/text';
import { Time } from '@/components/time';

type Props = { repository: Schemas['GitHubRepository']; organisation: string; action: ReactNode };

/** RepositoryRow is a repository in a list: what it is, what uses it already, and the one thing to do with it. */
export function RepositoryRow({ repository, organisation, action }: Props) {
  return (
    <div className="flex items-center gap-3 px-4 py-2.5 sm:px-5">
      <div className="min-w-0 flex-1">
        <p className="flex min-w-0 flex-wrap items-center gap-x-2">
          <span className="min-w-0 font-medium">
            <Text text={repository.full_name} />
          </span>
          {repository.private && <Mark icon={Lock} word="private" />}
          {repository.fork && <Mark icon={GitFork} word="fork" />}
          {repository.archived && <Mark icon={Archive} word="archived" />}
        </p>
        <p className="truncate text-quiet text-sm">
          {repository.pushed_at ? (
            <>
              Pushed <Time at={repository.pushed_at} />
            </>
          ) : (
            'Nothing was pushed yet'
          )}
          {repository.projects.length > 0 ? (
            <>
              {' · used by '}
              {repository.projects.map((project, index) => (
                <span key={project.id}>
                  {index > 0 && ', '}
                  <Link to="/o/$org/projects/$project" params={{ org: organisation, project: project.slug }}>
                    <bdi>{project.slug}</bdi>
                  </Link>
                </span>
              ))}
            </>
          ) : (
            repository.description && (
              <>
                {' · '}
                <Text text={repository.description} />
              </>
            )
          )}
        </p>
      </div>
      {action}
    </div>
  );
}

function Mark({ icon: Icon, word }: { icon: typeof Lock; word: string }) {
  return (
    <span className="inline-flex items-center gap-1 text-quiet text-sm">
      <Icon aria-hidden className="size-3.5" />
      {word}
    </span>
  );
}
