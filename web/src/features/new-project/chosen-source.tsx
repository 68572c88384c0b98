import { Link } from '@tanstack/react-router';
import { Archive, FolderGit2, Lock } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { buttonClass } from '@/components/button';
import { GitHubMark } from '@/components/github-mark';
import { Notice } from '@/components/notice';
import { Text } from '@/components/text';
import { needsDeployKey } from './source';

type Props = { organisation: string; repository?: Schemas['GitHubRepository'] | undefined; git?: string | undefined };

/** ChosenSource says what the project will be made of, and leads back to the choice. */
export function ChosenSource({ organisation, repository, git }: Props) {
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap items-center gap-3">
        {repository ? <GitHubMark className="size-5 shrink-0" /> : <FolderGit2 aria-hidden className="size-5 shrink-0" />}
        <div className="min-w-0 flex-1 basis-40">
          <p className="flex flex-wrap items-center gap-x-2 font-medium">
            <Text text={repository?.full_name ?? git} />
            {repository?.private && <Lock aria-label="private" className="size-3.5 text-quiet" />}
            {repository?.archived && <Archive aria-label="archived" className="size-3.5 text-quiet" />}
          </p>
          {repository?.description && (
            <p className="truncate text-quiet text-sm">
              <Text text={repository.description} />
            </p>
          )}
        </div>
        <Link
          to="/o/$org/new"
          params={{ org: organisation }}
          search={{}}
          aria-label="Change the repository"
          className={buttonClass('plain', 'small')}
        >
          Change
        </Link>
      </div>
      {repository && repository.projects.length > 0 && (
        <Notice>
          {repository.projects.map((project, index) => (
            <span key={project.id}>
              {index > 0 && ', '}
              <Link to="/o/$org/projects/$project" params={{ org: organisation, project: project.slug }}>
                <bdi>{project.slug}</bdi>
              </Link>
            </span>
          ))}{' '}
          is made of this repository already. Another project of it deploys every push, too; for another app in it give its root directory.
        </Notice>
      )}
      {repository?.archived && <Notice tone="warn">It is archived on GitHub: it can be deployed as it is, and no push will follow.</Notice>}
      {!repository && needsDeployKey(git) && (
        <Notice title="It is read by SSH, with a deploy key">
          Zeitwork makes a key for the project alone. Deploy makes the project and shows the key first: add it to the repository, then
          deploy.
        </Notice>
      )}
    </div>
  );
}
