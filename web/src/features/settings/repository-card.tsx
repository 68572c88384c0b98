import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { $api, type Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { projectQuery } from '@/api/queries/projects';
import { Card } from '@/components/card';
import { GuardedButton } from '@/components/guarded-button';
import { Notice } from '@/components/notice';
import { Sentence } from '@/components/sentence';
import { Tag } from '@/components/tag';
import { Text } from '@/components/text';
import { useToast } from '@/components/toast';
import { ChangeRepository } from './change-repository';

/** RepositoryCard is where the project's source comes from, and whether it can be read. */
export function RepositoryCard({ project, reason }: { project: Schemas['Project']; reason: string | undefined }) {
  const [changing, setChanging] = useState(false);
  const queryClient = useQueryClient();
  const toast = useToast();
  const check = $api.useMutation('post', '/v1/projects/{project_id}/check', {
    onSuccess: (fresh) => {
      queryClient.setQueryData(projectQuery(project.id).queryKey, fresh);
      toast('Looking for pushes', 'A new one is deployed within seconds.');
    },
  });
  const problem = project.github?.problem ?? project.poll_error;

  return (
    <Card
      title="Repository"
      actions={
        <>
          <GuardedButton
            reason={reason}
            size="small"
            busy={check.isPending}
            onClick={() => check.mutate({ params: { path: { project_id: project.id } } })}
          >
            Look for pushes now
          </GuardedButton>
          <GuardedButton reason={reason} size="small" onClick={() => setChanging(true)}>
            Change
          </GuardedButton>
        </>
      }
    >
      <div className="space-y-4">
        <p className="flex flex-wrap items-center gap-2">
          <span className="min-w-0 font-mono text-sm">
            <Text text={project.github?.full_name ?? project.repository_url} />
          </span>
          {project.github && <Tag>GitHub App</Tag>}
          {project.github?.private && <Tag>Private</Tag>}
          {project.github?.archived && <Tag>Archived</Tag>}
        </p>
        {problem && (
          <Notice tone="bad" title="It could not be read the last time">
            <Sentence text={problem} />
          </Notice>
        )}
        {project.report_error && (
          <Notice tone="warn" title="GitHub could not be told of a deployment">
            <Sentence text={project.report_error} />
          </Notice>
        )}
        {check.error && (
          <Notice tone="bad" live>
            {asProblem(check.error).message}
          </Notice>
        )}
      </div>
      {changing && <ChangeRepository project={project} onClose={() => setChanging(false)} />}
    </Card>
  );
}
