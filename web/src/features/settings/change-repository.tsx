import { type FormEvent, useId, useState } from 'react';
import type { Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { Button } from '@/components/button';
import { Choices } from '@/components/choices';
import { Dialog } from '@/components/dialog';
import { Field, Input } from '@/components/field';
import { Notice } from '@/components/notice';
import { RepositoryPick } from './repository-pick';
import { useSaveProject } from './use-save-project';

type Props = { project: Schemas['Project']; onClose: () => void };

/** ChangeRepository gives a project another repository: one that the GitHub App reaches, or any by its URL. It is mounted while it is asked for. */
export function ChangeRepository({ project, onClose }: Props) {
  const form = useId();
  const save = useSaveProject(project.id);
  const [from, setFrom] = useState<'github' | 'url'>(project.github ? 'github' : 'url');
  const [picked, setPicked] = useState<number>();
  const [url, setURL] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState('');
  const change = from === 'github' ? picked && { github_repository_id: picked } : url.trim() && { repository_url: url.trim() };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!change) return;
    setBusy(true);
    setFailure('');
    try {
      await save(change);
      onClose();
    } catch (error) {
      setFailure(asProblem(error).message);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Another repository"
      text="Where pushes are deployed by themselves, so is its newest commit, at once. What is live stays until then, and the branch stays as it is set."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="main" type="submit" form={form} busy={busy} disabled={!change}>
            Use this repository
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="space-y-4">
        <Choices
          label="Where it is"
          name="from"
          options={[
            { value: 'github', name: 'On GitHub, through the App', hint: 'Private ones too. Statuses and previews of pull requests work.' },
            { value: 'url', name: 'Anywhere, by its URL', hint: 'Read as everybody may, or with a deploy key or credential.' },
          ]}
          chosen={from}
          onChange={(event) => setFrom(event.target.value as typeof from)}
        />
        {from === 'github' ? (
          <RepositoryPick organisationId={project.organisation_id} picked={picked} onPick={setPicked} />
        ) : (
          <Field label="Repository URL">
            <Input value={url} onChange={(event) => setURL(event.target.value)} placeholder="https://git.example.com/me/app.git" mono />
          </Field>
        )}
        {failure && (
          <Notice tone="bad" live>
            {failure}
          </Notice>
        )}
      </form>
    </Dialog>
  );
}
