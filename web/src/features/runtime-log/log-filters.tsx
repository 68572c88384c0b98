import { Select } from '@/components/select';
import { type FilterChoices, levelOptions, methodOptions, streamOptions } from './filter-options';
import type { Chosen } from './filters';
import { RangeFilter } from './range-filter';
import { StatusFilter } from './status-filter';

type Props = { chosen: Chosen; choices: FilterChoices; onChoose: (change: Chosen) => void };

const any = 'any';

/** LogFilters choose among lines and requests. Each stands in the address. */
export function LogFilters({ chosen, choices, onChoose }: Props) {
  const pick = <T extends string>(value: T): T | undefined => (value === any ? undefined : value);

  return (
    <>
      <RangeFilter chosen={chosen} onChoose={onChoose} />
      <Select
        label="Level of lines"
        options={levelOptions}
        value={chosen.level ?? any}
        onChange={(level) => onChoose({ level: pick(level) as Chosen['level'] })}
        className="text-sm"
      />
      <StatusFilter status={chosen.status} onChange={(status) => onChoose({ status })} />
      <Select
        label="Method of requests"
        options={methodOptions(chosen.method)}
        value={chosen.method ?? any}
        onChange={(method) => onChoose({ method: pick(method) })}
        className="text-sm"
      />
      <Select
        label="Stream of lines"
        options={streamOptions}
        value={chosen.stream ?? any}
        onChange={(stream) => onChoose({ stream: pick(stream) as Chosen['stream'] })}
        className="text-sm"
      />
      <Select
        label="Environment"
        options={choices.environments}
        value={chosen.environment ?? any}
        onChange={(environment) => onChoose({ environment: pick(environment) })}
        className="max-w-48 text-sm"
      />
      <Select
        label="Deployment"
        options={choices.deployments}
        value={chosen.deployment ?? any}
        onChange={(deployment) => onChoose({ deployment: pick(deployment) })}
        className="max-w-56 text-sm"
      />
      <Select
        label="Instance"
        options={choices.instances}
        value={chosen.instance ?? any}
        onChange={(instance) => onChoose({ instance: pick(instance) })}
        className="max-w-48 text-sm"
      />
    </>
  );
}
