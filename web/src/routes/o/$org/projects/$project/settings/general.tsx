import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { projectQuery } from '@/api/queries/projects';
import { Card } from '@/components/card';
import { CopyButton } from '@/components/copy-button';
import { Fact, Facts } from '@/components/facts';
import { Time } from '@/components/time';
import { reasonAgainst } from '@/features/session/role';
import { NameForm } from '@/features/settings/name-form';
import { RequestsForm } from '@/features/settings/requests-form';
import { SettingsPage } from '@/features/settings/settings-page';
import { shownAddress } from '@/lib/address';

export const Route = createFileRoute('/o/$org/projects/$project/settings/general')({ component: General });

function General() {
  const { organisation, projectId } = Route.useRouteContext();
  const { data: project } = useSuspenseQuery(projectQuery(projectId));
  const reason = reasonAgainst(organisation, 'developer');

  return (
    <SettingsPage title="General" text="What the project is called, and what is kept of it." reason={reason}>
      <NameForm project={project} reason={reason} />
      <RequestsForm project={project} reason={reason} />
      <Card title="Addresses">
        <Facts>
          <Fact name="Generated domain">
            <a href={project.url} className="wrap-anywhere hover:underline">
              {shownAddress(project.url)}
            </a>
          </Fact>
          <Fact name="In addresses here">
            <code className="font-mono text-sm wrap-anywhere">{project.slug}</code>
          </Fact>
          <Fact name="Id">
            <span className="flex items-center gap-1">
              <code className="font-mono text-sm wrap-anywhere">{project.id}</code>
              <CopyButton text={project.id} what="the id of the project" />
            </span>
          </Fact>
          <Fact name="Made">
            <Time at={project.created_at} />
          </Fact>
        </Facts>
      </Card>
    </SettingsPage>
  );
}
