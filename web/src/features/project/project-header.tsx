import { Link } from '@tanstack/react-router';
import { ExternalLink } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { buttonClass } from '@/components/button';
import { Tabs } from '@/components/tabs';

type Props = { organisation: Schemas['Organisation']; project: Schemas['Project'] };

/** ProjectHeader stands above all pages of a project and leads from one to the other. */
export function ProjectHeader({ organisation, project }: Props) {
  const params = { org: organisation.slug, project: project.slug };

  return (
    <header className="border-line border-b bg-surface">
      <div className="mx-auto max-w-6xl px-4 sm:px-6">
        <div className="flex items-center justify-between gap-4 pt-3 pb-1">
          <nav aria-label="Where you are" className="flex min-w-0 items-center gap-1.5">
            <Link to="/o/$org" params={params} className="shrink-0 text-quiet no-underline hover:text-text">
              Projects
            </Link>
            <span aria-hidden className="text-quiet">
              /
            </span>
            <bdi className="truncate font-semibold">{project.slug}</bdi>
          </nav>
          {project.live_deployment_id && (
            <a href={project.url} target="_blank" rel="noreferrer" className={buttonClass('plain', 'small')}>
              Visit
              <ExternalLink aria-hidden />
            </a>
          )}
        </div>
        <Tabs
          label="Pages of the project"
          tabs={[
            { name: 'Overview', to: '/o/$org/projects/$project', params, exact: true },
            { name: 'Deployments', to: '/o/$org/projects/$project/deployments', params },
            { name: 'Metrics', to: '/o/$org/projects/$project/metrics', params },
            { name: 'Logs', to: '/o/$org/projects/$project/logs', params },
            { name: 'Settings', to: '/o/$org/projects/$project/settings', params },
          ]}
        />
      </div>
    </header>
  );
}
