import { Ellipsis, Eye, EyeOff, Hammer, PencilLine, Trash2 } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { Button } from '@/components/button';
import { CopyButton } from '@/components/copy-button';
import { GuardedButton } from '@/components/guarded-button';
import { Menu, MenuItem } from '@/components/menu';
import { Tag } from '@/components/tag';
import { Time } from '@/components/time';
import { scopeName } from './scopes';
import { Value } from './value';

type Variable = Schemas['EnvironmentVariable'];

type Props = {
  variable: Variable;
  /** value is there where the user has asked for it. */
  value: string | undefined;
  /** isChosenForBuilds says that it is one of the project's build variables; builds may see others, too. */
  isChosenForBuilds: boolean;
  /** isPending says that what is live does not have it as it is now. */
  isPending: boolean;
  /** hidden says why its value cannot be shown; undefined where it can. */
  hidden: string | undefined;
  reason: string | undefined;
  onReveal: () => void;
  onHide: () => void;
  onEdit: () => void;
  onBuild: () => void;
  onDelete: () => void;
};

/** VariableRow is one variable in the list, its value masked. */
export function VariableRow(props: Props) {
  const { variable, value, isChosenForBuilds, isPending, hidden, reason } = props;

  const build = isChosenForBuilds
    ? { name: 'Keep it from builds', hint: 'Only the running app gets it then.' }
    : { name: 'Let builds see it', hint: 'The build command gets it, or ARG of a Dockerfile.' };
  const always =
    variable.at_build && !isChosenForBuilds ? 'They see it already: by its name, or because the build plan names it.' : undefined;

  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 border-line border-b px-4 py-3 last:border-b-0 sm:px-5">
      <div className="min-w-0 flex-1 basis-52">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <bdi className="font-medium font-mono text-sm wrap-anywhere">{variable.name}</bdi>
          <Tag>{scopeName(variable.scope)}</Tag>
          {variable.at_build && <Tag>Builds see it</Tag>}
        </p>
        <p className="mt-0.5 text-quiet text-sm">
          Set <Time at={variable.updated_at} />
          {isPending && <span className="text-warn">, not live yet</span>}
        </p>
      </div>
      <div className="flex min-w-0 flex-1 basis-52 items-start gap-1">
        <div className="min-w-0 flex-1 py-1">
          <Value value={value} shown={value !== undefined} />
        </div>
        {value !== undefined && <CopyButton text={value} what={`the value of ${variable.name}`} />}
        {value === undefined ? (
          <GuardedButton
            reason={hidden}
            look="quiet"
            size="small"
            square
            aria-label={`Show the value of ${variable.name}`}
            onClick={props.onReveal}
          >
            <Eye aria-hidden />
          </GuardedButton>
        ) : (
          <Button look="quiet" size="small" square aria-label={`Hide the value of ${variable.name}`} onClick={props.onHide}>
            <EyeOff aria-hidden />
          </Button>
        )}
        <Menu
          trigger={
            <Button look="quiet" size="small" square aria-label={`Actions for ${variable.name}`}>
              <Ellipsis aria-hidden />
            </Button>
          }
        >
          <MenuItem icon={PencilLine} disabled={reason !== undefined} hint={reason} onSelect={props.onEdit}>
            Give it another value
          </MenuItem>
          <MenuItem
            icon={Hammer}
            disabled={(reason ?? always) !== undefined}
            hint={reason ?? always ?? build.hint}
            onSelect={props.onBuild}
          >
            {build.name}
          </MenuItem>
          <MenuItem icon={Trash2} danger disabled={reason !== undefined} hint={reason} onSelect={props.onDelete}>
            Delete
          </MenuItem>
        </Menu>
      </div>
    </li>
  );
}
